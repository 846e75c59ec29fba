"""Disks that are full or read-only, clocks that jump, lines that are cut: the load goes on, and so must what was said.

Each disaster begins under load, lasts some seconds and ends; nobody repairs anything. What cannot be done on a machine
(mounting, another clock) is a named skip.
"""

import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.torture.cluster import Cluster
from tests.torture.kills import Round
from tests.torture.seeding import Work

LASTS_SECONDS, GOES_ON_SECONDS = 6, 90
ROOM_MB = 16
FAKETIME = Path(os.environ.get("FAKETIME_LIBRARY", "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"))
HOURS = 3


class Skipped(Exception):
    """This cannot be tried on this machine."""


class SmallDisk:
    """A folder moved to a file system of its own, with little room on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filler = folder, folder / "filler"
        folder.mkdir(parents=True, exist_ok=True)
        owner, mode = folder.stat(), oct(folder.stat().st_mode & 0o777)[2:]
        aside = folder.with_name(f"{folder.name}-aside")
        folder.rename(aside)
        folder.mkdir()
        used = int(subprocess.run(["du", "-sm", aside], capture_output=True, text=True, check=True).stdout.split()[0])
        options = f"size={used + ROOM_MB}m,mode={mode},uid={owner.st_uid},gid={owner.st_gid}"
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=False).returncode:
            folder.rmdir()
            aside.rename(folder)
            raise Skipped("no small file system can be mounted here")
        subprocess.run(["cp", "-a", f"{aside}/.", folder], check=True)

    def fill(self) -> None:
        with suppress(OSError), self.filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)
        with suppress(OSError), self.filler.open("ab", buffering=0) as file:
            while True:
                file.write(b"\0" * 512)

    def make_room(self) -> None:
        self.filler.unlink()

    def protect(self) -> None:
        if subprocess.run(["mount", "-o", "remount,ro", self.folder], check=False).returncode:
            raise Skipped("a file system in use cannot be made read-only")

    def allow(self) -> None:
        subprocess.run(["mount", "-o", "remount,rw", self.folder], check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", self.folder], check=False)


@contextmanager
def full(cluster: Cluster, where: str) -> Iterator[tuple[Callable, Callable]]:
    """No room in a folder of the installation; "." is all of `var`, "pg" the data of the server."""
    disk = SmallDisk(cluster.server.data if where == "pg" and cluster.server else cluster.var / where)
    try:
        yield disk.fill, disk.make_room
    finally:
        disk.unmount()


@contextmanager
def read_only(cluster: Cluster, where: str) -> Iterator[tuple[Callable, Callable]]:
    disk = SmallDisk(cluster.var / where)
    try:
        yield disk.protect, disk.allow
    finally:
        disk.unmount()


@contextmanager
def clock_jumps(cluster: Cluster, _where: str) -> Iterator[tuple[Callable, Callable]]:
    """The server's clock goes ahead by hours, and then back to where it was."""
    if not FAKETIME.exists():
        raise Skipped("libfaketime is not here (FAKETIME_LIBRARY)")
    hand = cluster.folder / "clock"
    hand.write_text("+0")
    cluster.extra |= {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(hand), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    yield lambda: hand.write_text(f"+{HOURS}h"), lambda: hand.write_text("+0")


@contextmanager
def cut_lines(cluster: Cluster, _where: str) -> Iterator[tuple[Callable, Callable]]:
    """Every connection to the web server is cut at a random byte, in either direction."""
    proxy = Proxy(cluster)
    yield proxy.begin, proxy.end
    proxy.close()


class Proxy:
    """Stands between the clients and the server; as long as it is told to, it cuts what passes."""

    def __init__(self, cluster: Cluster) -> None:
        self.target, self.chance, self.cutting = cluster.web_port, random.Random(7), False
        self.door = socket.create_server(("127.0.0.1", 0))
        cluster.door_port = self.door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def begin(self) -> None:
        self.cutting = True

    def end(self) -> None:
        self.cutting = False

    def close(self) -> None:
        self.door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.door.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self.target), 5)
                except OSError:
                    client.close()
                    continue
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        left = self.chance.randint(200, 4000)
        with suppress(OSError):
            while data := one.recv(4096):
                if self.cutting and (left := left - len(data)) < 0:
                    other.sendall(data[: max(0, len(data) + left)])
                    break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


#: name → database, what happens, where
DISASTERS: dict[str, tuple[str, Callable, str]] = {
    "disk full: var, with the database": ("sqlite", full, "."),
    "disk full: keys": ("sqlite", full, "keys"),
    "disk full: uploads": ("sqlite", full, "tmp"),
    "disk full: compiled terms": ("sqlite", full, "preannotate"),
    "disk full: PostgreSQL": ("postgresql", full, "pg"),
    "disk full: keys, PostgreSQL": ("postgresql", full, "keys"),
    "read-only: keys": ("sqlite", read_only, "keys"),
    "read-only: uploads": ("sqlite", read_only, "tmp"),
    "the clock jumps": ("sqlite", clock_jumps, ""),
    "the clock jumps, PostgreSQL": ("postgresql", clock_jumps, ""),
    "lines are cut": ("sqlite", cut_lines, ""),
    "lines are cut, PostgreSQL": ("postgresql", cut_lines, ""),
}
#: where sealing or taking work must fail meanwhile, and the worker must say so
ALARMED = ("the audit log is not sealed", "no work can be taken")
ALARMS = ("disk full: var, with the database", "disk full: keys", "read-only: keys", "disk full: keys, PostgreSQL")


def suffer(name: str, folder: Path, template: tuple[Path, dict[str, list[Work]]]) -> list[str]:
    """One disaster from beginning to end; what did not hold. Raises Skipped."""
    kind, happens, where = DISASTERS[name]
    cluster = Cluster(kind, folder, template[0])
    with happens(cluster, where) as (begin, end):
        here = Round(cluster, template[1], name)
        try:
            here.begin()
            found = _await_acts(here, 5, "before it began")
            begin()
            time.sleep(LASTS_SECONDS)
            found += _dead(cluster)
            if name in ALARMS and not any(words in _said(cluster) for words in ALARMED):
                found.append("nobody raised an alarm")
            end()
            if cluster.server and not cluster.server.alive():
                cluster.server.start()  # as whatever watches over services does
            found += _await_acts(here, 5, "after it was over")
            return found + here.end()
        finally:
            here.close()


def _await_acts(here: Round, acts: int, when: str) -> list[str]:
    before, until = len(here.ledger.acts), time.monotonic() + GOES_ON_SECONDS
    while time.monotonic() < until:
        if len(here.ledger.acts) >= before + acts:
            return []
        time.sleep(0.1)
    return [f"nobody got anything done {when}"]


def _dead(cluster: Cluster) -> list[str]:
    return [f"{name} died of it" for name, process in cluster.processes.items() if process.poll() is not None]


def _said(cluster: Cluster) -> str:
    return "".join((cluster.folder / f"{name}.log").read_text() for name in ("worker", "sequencer"))
