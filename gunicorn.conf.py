"""How gunicorn serves Chartmark, however it is started (`gunicorn wsgi:app`); its own options override each line."""

import os
import tempfile
from typing import Any

from app.cli.setup.boot import refuse_unsafe
from app.settings import Settings

worker_class = "app.http.front.WholeRequestWorker"
threads = 8
# Per process, while the system has as many descriptors; beyond, the half-sent head that waits longest is closed.
worker_connections = 4000
backlog = 2048
# Longer than it takes from one click to the next: fewer connections to make.
keepalive = 15
# Nothing listens for control commands beside the server.
control_socket_disable = True
loglevel = "warning"

if os.environ.get("CHARTMARK_METRICS_FROM"):
    # Counters of all processes add up in files; they begin anew with the server.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="chartmark-metrics-"))


def on_starting(_server: Any) -> None:
    """Before anything listens (gunicorn calls this by name)."""
    refuse_unsafe(Settings.from_env())


def child_exit(_server: Any, worker: Any) -> None:
    """A process that is gone no longer counts as one that is there (gunicorn calls this by name)."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
