"""docs/deploy is run as it stands: nginx with TLS before gunicorn, as its unit file starts it (docs/deploy.md)."""

import http.client
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.accounts.throttle import Throttle, brake_address
from app.core.db import Database
from app.factory import compose
from tests.flood import HALF_BODY, HALF_HEAD, half_sent

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
FORM = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')

pytestmark = pytest.mark.skipif(
    not Path(NGINX).exists() and os.environ.get("CI") != "true", reason="nginx is not installed"
)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "notes.example")])
    now, number = datetime.now(UTC), x509.random_serial_number()
    made = x509.CertificateBuilder(name, name, key.public_key(), number, now, now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("notes.example")]), critical=False)
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


class Site:
    """The files of docs/deploy with this machine's ports and folders in place of theirs."""

    def __init__(self, folder):
        self.folder, self.web, self.tls, self.plain = folder, free_port(), free_port(), free_port()
        self.running = []
        certificate(folder)
        compose()

    def settings(self):
        lines = [line for line in (DEPLOY / "chartmark.env").read_text().splitlines() if line and line[0] != "#"]
        named = dict(line.split("=", 1) for line in lines)
        here = {"CHARTMARK_VAR": self.folder / "var", "CHARTMARK_MASTER_KEY_FILE": self.folder / "keys" / "master.key"}
        named |= {name: str(path) for name, path in here.items()}
        named["CHARTMARK_DATABASE_URL"] = self.database = f"sqlite:///{self.folder / 'var' / 'chartmark.db'}"
        return {name: value for name, value in os.environ.items() if not name.startswith("CHARTMARK_")} | named

    def command(self):
        unit = (DEPLOY / "chartmark-web.service").read_text()
        words = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1])
        words[0] = sys.executable
        assert "127.0.0.1:8000" in words
        with_port = [f"127.0.0.1:{self.web}" if word == "127.0.0.1:8000" else word for word in words]
        return ["1" if word == "4" else word for word in with_port]  # SQLite here: one process

    def proxy(self):
        text = (DEPLOY / "nginx.conf").read_text()
        for old, new in {
            "listen 80;": f"listen 127.0.0.1:{self.plain};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.tls} ssl http2;",
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{self.web};",
            "/etc/chartmark/tls": str(self.folder),
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx": str(self.folder),
            "/var/lib/nginx/body": f"{self.folder}/body",
            "worker_rlimit_nofile 65536;": "daemon off; user root;" if os.geteuid() == 0 else "daemon off;",
            # Tests do not wait for ten seconds.
            "client_header_timeout 10s": "client_header_timeout 2s",
            "client_body_timeout 10s": "client_body_timeout 2s",
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / "nginx.conf").write_text(text)
        folder = str(self.folder)
        return [NGINX, "-c", f"{folder}/nginx.conf", "-p", folder, "-e", f"{folder}/error.log"]

    def start(self):
        environment = self.settings()
        (self.folder / "var").mkdir(mode=0o700)
        migrate = [sys.executable, "-m", "alembic", "-c", "alembic.ini", "upgrade", "head"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True, capture_output=True)
        for command, port in ((self.command(), self.web), (self.proxy(), self.tls)):
            with (self.folder / "server.log").open("a") as log:
                self.running.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
            self._await(port)

    def _await(self, port):
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                assert self.running[-1].poll() is None, (self.folder / "server.log").read_text()[-2000:]
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server did not start")

    def stop(self):
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def context(self):
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        context.check_hostname = False
        return context

    def ask(self, method, path, body=None, source="127.0.0.1", **headers):
        """The answer, read, of a new connection from an address."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.tls, context=self.context(), source_address=(source, 0), timeout=90
        )
        names = {"Host": "notes.example"} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, names)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.stop()


def test_pages_come_by_tls_with_bound_cookies_and_nothing_else_does(site):
    page = site.ask("GET", "/sign-in")
    assert page.status == 200
    assert page.getheader("Strict-Transport-Security").startswith("max-age=63072000")
    assert "nginx/" not in page.getheader("Server")
    cookie = page.getheader("Set-Cookie")
    assert cookie.startswith("__Host-chartmark-guest=")
    assert "Secure" in cookie
    plain = http.client.HTTPConnection("127.0.0.1", site.plain)
    plain.request("GET", "/sign-in", headers={"Host": "notes.example"})
    moved = plain.getresponse()
    assert (moved.status, moved.getheader("Location")) == (308, "https://notes.example/sign-in")
    assert site.ask("GET", "/sign-in", Host="evil.example").status == 400


def test_a_failed_sign_in_counts_for_the_address_it_came_from(site):
    page = site.ask("GET", "/sign-in")
    form = {"username": "nobody", "password": "wrong", "csrf_token": FORM.search(page.text)[1]}
    cookie = page.getheader("Set-Cookie").partition(";")[0]
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Origin": "https://notes.example"}
    answer = site.ask("POST", "/sign-in", urlencode(form), "127.0.0.5", X_Forwarded_For="203.0.113.9", **sent)
    assert answer.status == 403, answer.text
    database = Database(site.database)
    with database.reading() as session:
        asked = ("127.0.0.5", "203.0.113.9", "127.0.0.1")
        counted = [address for address in asked if session.get(Throttle, brake_address("sign-in", address).key)]
    database.dispose()
    assert counted == ["127.0.0.5"]


def test_monitors_are_answered_inside_only(site):
    assert site.ask("GET", "/health").status == 200
    ready = site.ask("GET", "/ready")
    assert (ready.status, ready.text.strip()) == (200, '{"missing":[],"status":"ok"}')
    assert site.ask("GET", "/metrics").status == 404
    inside = http.client.HTTPConnection("127.0.0.1", site.web)
    inside.request("GET", "/metrics", headers={"Host": "notes.example"})
    said = inside.getresponse().read().decode()
    assert 'chartmark_requests_total{method="GET",route="/health",status="200"}' in said
    assert "chartmark_events_unsealed" in said
    contact = site.ask("GET", "/.well-known/security.txt")
    assert "Contact: mailto:security@notes.example\n" in contact.text


def test_half_sent_requests_hold_nobody_up(site):
    def by_tls(sock):
        return site.context().wrap_socket(sock)

    with half_sent(("127.0.0.1", site.tls), heads=150, bodies=50, length=5000, wrap=by_tls) as held:
        times = []
        for _ in range(10):
            began = time.monotonic()
            assert site.ask("GET", "/sign-in").status == 200
            times.append(time.monotonic() - began)
        assert max(times) < 2
        for each in (held[0], held[-1]):
            each.settimeout(15)
            each.recv(1000)  # ended: by an answer or without one


def test_too_much_is_refused_before_it_arrives(site):
    for sent in (HALF_HEAD + b"a" * 40_000, HALF_BODY % 600_000_000):
        with site.context().wrap_socket(socket.create_connection(("127.0.0.1", site.tls))) as client:
            client.sendall(sent)
            assert client.recv(100).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 "))


def test_logs_hold_no_query_and_no_name(site):
    site.ask("GET", "/sign-in?next=/codes?query=CanaryName")
    time.sleep(0.3)
    logs = "".join(path.read_text() for path in site.folder.glob("*.log"))
    assert "/sign-in" in logs
    assert "CanaryName" not in logs


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_unit_files_are_sound_and_tight(tmp_path):
    for unit in DEPLOY.glob("*.service"):
        text = unit.read_text()
        (tmp_path / unit.name).write_text(text.replace("/opt/chartmark/.venv/bin/python", sys.executable))
        assert "UMask=0077" in text
    units = [str(path) for path in tmp_path.glob("*.service")]
    checked = subprocess.run(["systemd-analyze", "verify", *units], check=False, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", *units]  # 2.0 of 10
    assert subprocess.run(rated, check=False, capture_output=True).returncode == 0
