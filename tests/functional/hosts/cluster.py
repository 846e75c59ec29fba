"""Several hosts of one installation on this machine: each with its name, its `var`, its ways to database and broker."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from sqlalchemy import func, select, update

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.loading import load_actor
from app.audit.checkpoint import Signer
from app.audit.macs import EventKeys
from app.core import clock
from app.corpus.project import change_settings
from app.factory import compose
from app.jobs.job import Job
from app.pipelines.register.shipped import accept
from app.settings import Settings
from tests.build import OPERATOR, make_project
from tests.conftest import PASSWORD
from tests.databases import opened
from tests.terminology_data import stocked
from tests.unit.accounts.people import make_person

ROOT = Path(__file__).parents[3]


def _can_be_named():
    """Whether a process may be given another host name."""
    try:
        return subprocess.run(["unshare", "--uts", "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


class Host:
    """One machine: `host.start("jobs", "work")` runs a command on it, `host.die()` ends all of it at once."""

    def __init__(self, name, folder, url, shared, keys, broker):
        self.name, self.running = name, []
        self.log = folder / f"{name}.log"
        var = stocked(folder / name)
        shutil.copytree(keys, var / "keys")
        self.environment = os.environ | {
            "CHARTMARK_VAR": str(var),
            "CHARTMARK_DATABASE_URL": url,
            "CHARTMARK_SHARED": str(shared),
            "CHARTMARK_BROKER_URL": broker.broker_url,
            "CHARTMARK_BROKER_PREFIX": broker.broker_prefix,
        }

    def start(self, *arguments, fault=""):
        return self._run([sys.executable, "-m", "flask", "--app", "wsgi", *arguments], fault)

    def serve(self):
        """A web server on this host; its address."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = ["--workers", "1", "--threads", "4"]
        self._run([sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", *options], "")
        return f"http://127.0.0.1:{port}"

    def _run(self, command, fault):
        if _can_be_named():
            command = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name, *command]
        with self.log.open("a") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment | {"CHARTMARK_FAULT": fault}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def die(self):
        """As when the power goes: everything at once, without a word."""
        for process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def says(self):
        return f"{self.name}: {self.log.read_text()[-1500:]}" if self.log.exists() else self.name


class Cluster:
    """One database, one broker, a folder all hosts see, and a project with a schema and an accepted pipeline."""

    def __init__(self, folder, url, broker):
        self.folder, self.url, self.broker, self.hosts = folder, url, broker, []
        self.shared = folder / "shared"
        self.shared.mkdir()
        settings = Settings(var=str(folder / "first"), database_url=url)
        EventKeys(settings.event_key_path).make()
        self.database = opened(url, folder)
        signer = Signer(settings.log_key_path, settings.log_origin)
        from app.corpus.vault import Vault

        Vault.at(settings.master_key_path)
        self.keys = settings.log_key_path.parent
        self._found(signer)

    def _found(self, signer):
        compose()
        lena, at = make_person(self.database, "lena", ServerRole.MANAGER), clock.now()

        def unit(session):
            typed = {"factors": ["username", "password"]}
            owner = load_actor(session, lena, at=at)
            accept(session, owner, "chartmark_rules", signer=signer, authentication=typed, at=at)
            project, _ = make_project(session, "pp", {lena: [ProjectRole.MANAGER]}, at=at)
            wanted = {"machine_passed_may_be_assigned": True, "pipeline": "chartmark_rules"}
            change_settings(session, OPERATOR, project, wanted, at=at)

        self.database.writing(unit)

    def host(self, name, *, url="", broker=None):
        host = Host(name, self.folder, url or self.url, self.shared, self.keys, broker or self.broker)
        self.hosts.append(host)
        return host

    def end(self):
        for host in self.hosts:
            host.die()
        self.database.dispose()

    def count(self, model, *where):
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*where))

    def jobs(self):
        with self.database.reading() as session:
            return list(session.scalars(select(Job).order_by(Job.id)))

    def a_minute_passes(self):
        """Every lease held now is over."""
        past = update(Job).where(Job.state == "running").values(lease_until=0)
        self.database.writing(lambda session: session.execute(past))

    def says(self):
        rows = [(job.id, job.kind, job.state, job.error, job.lease_owner, job.sent_at, job.done) for job in self.jobs()]
        return "\n".join([str(rows), *(host.says() for host in self.hosts)])


@contextmanager
def running(folder, url, broker):
    cluster = Cluster(folder, url, broker)
    try:
        yield cluster
    finally:
        cluster.end()


class Lead:
    """Lena at one of the web hosts."""

    def __init__(self, address):
        self.address, self.opener = address, build_opener(HTTPCookieProcessor(CookieJar()))
        _await(self.opener, f"{address}/sign-in")
        form = {"username": "lena", "password": PASSWORD, "csrf_token": self._token("/sign-in")}
        self.opener.open(f"{address}/sign-in", urlencode(form).encode(), timeout=120).close()

    def _token(self, path):
        return re.search(r'name="csrf-token" content="([0-9a-f]{64})"', self.page(path))[1]

    def page(self, path):
        with self.opener.open(self.address + path, timeout=120) as answer:
            return answer.read().decode()

    def deliver(self, name, lines):
        """Upload one file of JSON lines, as the page does it."""
        edge = "edge7f3a"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self._token("/account")}\r\n',
            f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            f"Content-Type: application/octet-stream\r\n\r\n{lines}\r\n--{edge}--\r\n",
        ]
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        request = Request(f"{self.address}/projects/pp/deliveries", "".join(parts).encode(), headers, method="POST")
        with self.opener.open(request, timeout=120) as answer:
            assert "/deliveries/" in answer.geturl(), answer.read().decode()[-2000:]


def _await(opener, address):
    for _ in range(1200):
        try:
            opener.open(address, timeout=120).close()
        except (URLError, HTTPException, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the web host did not start")
