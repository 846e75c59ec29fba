"""An installation of its own on its own ports: web, worker, sequencer and, if asked for, a PostgreSQL server."""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psycopg

from app.core.db import Database
from app.settings import Settings
from tests.databases import opened
from tests.terminology_data import stocked

START_SECONDS = 120
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def open_ways_to(folder: Path) -> None:
    """The server of the database is another user: it may go there. Folders of the system allow that, and stay as is."""
    for within in (folder, *folder.parents[:-1]):
        mode = within.stat().st_mode
        if mode & 0o055 != 0o055:
            within.chmod(stat.S_IMODE(mode) | 0o055)


def postgresql_bin() -> Path | None:
    """Where the programs of a PostgreSQL server are, if they are here."""
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else next(iter(PROGRAMS), None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Server:
    """A PostgreSQL server in a folder, run by somebody without privileges (it refuses root)."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.data, self.port = postgresql_bin(), folder / "pg", free_port()
        self.process: subprocess.Popen | None = None
        self.options: dict = {"start_new_session": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if os.getuid() == 0:
            self.options |= {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    @property
    def owner(self) -> pwd.struct_passwd:
        """Whoever runs it where we are root."""
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def make(self, template: Path | None) -> None:
        if template is not None:
            subprocess.run(["cp", "-a", str(template), str(self.data)], check=True)
            return
        self.data.mkdir()
        if os.getuid() == 0:
            os.chown(self.data, self.owner.pw_uid, self.owner.pw_gid)
        command = [self.bin / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run(
            list(map(str, command)), check=True, **{k: v for k, v in self.options.items() if k != "start_new_session"}
        )

    def start(self) -> None:
        """Start, as often as it takes: what a killed server left behind may take a moment to go."""
        command = [self.bin / "postgres", "-D", self.data, "-p", self.port, "-k", self.data, "-h", "127.0.0.1"]
        command += ["-c", "shared_buffers=32MB", "-c", "max_connections=100"]
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self.process = subprocess.Popen(list(map(str, command)), **self.options)
            while self.process.poll() is None and time.monotonic() < until:
                if self.answers():
                    return
                time.sleep(0.05)
        raise TimeoutError("PostgreSQL did not start")

    def answers(self) -> bool:
        try:
            psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """The server and every one of its backends, at once."""
        assert self.process is not None
        children = _children(self.process.pid)
        for pid in (self.process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def _children(pid: int) -> list[int]:
    """Processes whose parent this is (each backend leads a session of its own)."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(status.parent.name))
    return found


def descendants(pid: int) -> list[int]:
    """A process and those it started."""
    return [pid, *(one for child in _children(pid) for one in descendants(child))]


class Cluster:
    """Its processes by name, which can be killed and started again with nothing done in between."""

    def __init__(self, kind: str, folder: Path, template: Path | None = None) -> None:
        self.kind, self.folder, self.var = kind, folder, folder / "var"
        if template is not None:
            subprocess.run(["cp", "-a", str(template / "var"), str(self.var)], check=True)
        else:
            stocked(self.var)
        self.server = Server(folder) if kind == "postgresql" else None
        if self.server is not None:
            self.server.make(template / "pg" if template else None)
        self.web_port = self.door_port = free_port()
        self.extra: dict[str, str] = {}
        self.processes: dict[str, subprocess.Popen] = {}

    @property
    def url(self) -> str:
        return self.server.url if self.server else f"sqlite:///{self.var / 'chartmark.db'}"

    @property
    def settings(self) -> Settings:
        return Settings(var=str(self.var), database_url=self.url)

    @property
    def victims(self) -> list[str]:
        own = ["web", "web-process", "worker", "sequencer"]
        return own + (["database"] if self.server else [])

    def environment(self) -> dict[str, str]:
        own = {"CHARTMARK_DATABASE_URL": self.url, "CHARTMARK_VAR": str(self.var), "CHARTMARK_IDLE_MINUTES": "60"}
        return os.environ | own | self.extra

    def run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], env=self.environment(), check=True, capture_output=True)

    def command(self, name: str) -> list[str]:
        if name == "worker":
            return ["-m", "flask", "--app", "wsgi", "jobs", "work"]
        if name == "sequencer":
            return ["-m", "flask", "--app", "wsgi", "jobs", "seal"]
        workers = "2" if self.server else "1"
        options = ["--workers", workers, "--threads", "8"]
        bind = ["--bind", f"127.0.0.1:{self.web_port}", "--log-level", "warning"]
        return ["-m", "gunicorn", "wsgi:app", *bind, *options]

    def start(self, *names: str) -> None:
        for name in names or ("database", "web", "worker", "sequencer"):
            if name == "database":
                if self.server:
                    self.server.start()
                continue
            with (self.folder / f"{name}.log").open("a") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, *self.command(name)],
                    env=self.environment(), stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip

    def kill(self, victim: str) -> bool:
        """By SIGKILL; whether the victim was there to be killed."""
        if victim == "database":
            assert self.server is not None
            self.server.kill()
            return True
        if victim == "web-process":  # one of those that answer; the one above starts another
            children = _children(self.processes["web"].pid)
            for pid in children[:1]:
                os.kill(pid, signal.SIGKILL)
            return bool(children)
        process = self.processes[victim]
        alive = process.poll() is None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return alive

    def restart(self, victim: str) -> None:
        if victim != "web-process":
            self.start(victim)
        dead = [name for name, process in self.processes.items() if process.poll() is not None]
        if dead:
            raise AssertionError(f"{', '.join(dead)} did not outlive the death of {victim}")
        self.await_web()

    def await_answer(self) -> None:
        """Until a page is answered: the first request loads the application."""
        until = time.monotonic() + 4 * START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), urlopen(f"http://127.0.0.1:{self.web_port}/sign-in", timeout=START_SECONDS):
                return
            time.sleep(0.2)
        raise TimeoutError("the web server answers nothing")

    def await_web(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.web_port), 1).close()
                return
            time.sleep(0.05)
        raise TimeoutError("the web server did not start")

    def stop(self) -> None:
        for name in self.processes:
            self.kill(name)
        if self.server:
            self.server.stop()

    def database(self) -> Database:
        return opened(self.url, self.folder)
