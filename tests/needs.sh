#!/bin/sh
# What the tests need besides Python packages: Chromium, PostgreSQL, PgBouncer, nginx and two brokers, through apt where that is
# allowed.
# Elsewhere it names what is missing, and those tests are skipped by name (under CI=true they fail).
missing=""
command -v chromium >/dev/null 2>&1 || [ -n "$CHROMIUM" ] || missing="$missing chromium"
if [ -z "$CHARTMARK_TEST_POSTGRES" ]; then
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
fi
[ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
[ -n "$CHARTMARK_TEST_REDIS" ] || command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
[ -n "$CHARTMARK_TEST_RABBITMQ" ] || [ -x /usr/sbin/rabbitmq-server ] || missing="$missing rabbitmq-server"
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 || [ -n "$CHROMIUM" ] || echo "tests without Chromium: browser tests are left out"
python3 - <<'P' || echo "tests without PostgreSQL on 127.0.0.1:5432: those are left out (CHARTMARK_TEST_POSTGRES names another)"
import os, socket, sys
sys.exit(0 if os.environ.get("CHARTMARK_TEST_POSTGRES") else socket.socket().connect_ex(("127.0.0.1", 5432)))
P
exit 0
