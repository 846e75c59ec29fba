"""How long a page takes while clients hold half-sent requests open: 2,000 heads and 200 bodies from one address.

    python -m tests.bench.bench_front       (gunicorn as `make run` starts it; its own thread worker beside it)

p95 of 50 pages, idle and beside the flood, in the same process of the server; then how soon a half head is ended.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.flood import HALF_HEAD, half_sent, p95, page_times

ROOT = Path(__file__).parents[2]
HEADS, BODIES, PAGES = 2000, 200, 50
GIVEN_UP = 5  # seconds for a page: then the server counts as stopped


def report(metric, value, unit, baseline=None, ratio=None):
    row = {"bench": "front", "metric": metric, "value": round(value, 3), "unit": unit, "size": HEADS + BODIES}
    print(json.dumps(row | {"baseline": baseline, "ratio": ratio and round(ratio, 2)}), flush=True)


@contextmanager
def serving(*options):
    """The address of the application on an empty database, with the threads it is shipped with."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
        free.close()
        environment = os.environ | {"CHARTMARK_VAR": folder}
        quiet = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "alembic", "-c", "alembic.ini", "upgrade", "head"], check=True, **quiet)
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", f"--bind=127.0.0.1:{address[1]}", *options]
        server = subprocess.Popen(command, **quiet)
        try:
            _await(address)
            page_times(address, count=20)
            yield address
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def _await(address):
    for _ in range(300):
        try:
            socket.create_connection(address, 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not start")


def beside_flood(address):
    """p95 idle and beside the flood in milliseconds; the second is None where a page did not come."""
    idle = p95(page_times(address, count=PAGES))
    with half_sent(address, heads=HEADS, bodies=BODIES):
        try:
            return idle * 1000, p95(page_times(address, count=PAGES, timeout=GIVEN_UP)) * 1000
        except TimeoutError:
            return idle * 1000, None


def half_head_seconds(address):
    with socket.create_connection(address, 60) as client:
        began = time.monotonic()
        client.sendall(HALF_HEAD)
        client.recv(100)
        return time.monotonic() - began


def main():
    with serving() as address:
        idle, beside = beside_flood(address)
        report("page_idle_p95_ms", idle, "ms")
        report("page_beside_half_sent_p95_ms", beside or GIVEN_UP * 1000, "ms", "idle p95", idle / beside)
        report("half_head_ended_s", half_head_seconds(address), "s")
    with serving("--worker-class=gthread") as address:
        _, stock = beside_flood(address)
        value = stock or GIVEN_UP * 1000
        report("page_beside_half_sent_p95_ms_gthread", value, "ms", "ours", value / beside)


if __name__ == "__main__":
    main()
