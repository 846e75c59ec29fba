"""How gunicorn takes requests in: a thread is given a request only once it is whole, so nobody holds one by being slow.

gunicorn's own thread worker hands each new connection to a thread, which then reads for as long as the client likes to
write: as many half-sent requests as there are threads stop it. Here the main loop reads, for all connections at once,
until head and body are there; what takes too long is ended (`HEAD_SECONDS`, `BODY_RATE`: the figures of Apache's
mod_reqtimeout), and where there is no room the head that has waited longest goes first.
"""

from __future__ import annotations

import errno
import logging
import resource
import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from selectors import EVENT_READ
from typing import Any

from gunicorn.asgi.parser import ParseError, PythonProtocol
from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.settings import Settings

HEAD_SECONDS = 10
HEAD_BYTES = 64 * 1024
# A body may pause as long as a head may take; on average it must have come as fast as this (bytes a second) after that.
BODY_RATE = 500
# Bodies up to this size wait in memory, others in a file without a name that goes with the connection.
IN_MEMORY = 64 * 1024
# All bodies that wait may take this many times the largest one.
SPOOLS = 4
# A reader that takes nothing for so long is given up; a closing one has this long to have read the answer.
SEND_SECONDS, LINGER_SECONDS = 30, 2
READ, AT_ONCE = 64 * 1024, 64
# Descriptors left for everything but connections: database, files, code systems, their temporary files.
KEPT_DESCRIPTORS = 256

MALFORMED, TOO_SLOW, TOO_LARGE, HEAD_TOO_LARGE, NO_ROOM = (
    (400, "Bad Request"),
    (408, "Request Timeout"),
    (413, "Content Too Large"),
    (431, "Request Header Fields Too Large"),
    (503, "Service Unavailable"),
)
Spooled = tempfile.SpooledTemporaryFile[bytes]
log = logging.getLogger("gunicorn.error")


class Connection(TConn):
    """A connection, and the request that is arriving on it."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        # What the client sent beyond the request that a thread has now: the beginning of its next one.
        self.rest = b""
        self.begin()

    def begin(self) -> None:
        """A new request: nothing of it is there."""
        self.since = time.monotonic()
        self.head = bytearray()
        self.body: Spooled | None = None
        self.received = 0
        self.framing: Any = None
        self.lingering = False

    def release(self) -> int:
        """Drop the body; returns how many bytes it took."""
        freed, self.received = self.received, 0
        if self.body is not None:
            self.body.close()
            self.body = None
        return freed

    def whole(self) -> None:
        """Ready for a thread: the parser gets these bytes and then the end, so it can wait for nothing."""
        body = self.body
        if body is not None:
            body.seek(0)
        parts: Iterator[bytes] = iter(lambda: body.read(READ), b"") if body is not None else iter(())
        self.parser = get_parser(self.cfg, chain([bytes(self.head)], parts), self.client)
        self.initialized = self.data_ready = True


class WholeRequestWorker(ThreadWorker):
    """gunicorn's thread worker with its accepting and reading replaced; parsing, threads and answers are gunicorn's."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            raise RuntimeError("TLS ends at the proxy in front (docs/deploy.md): this worker speaks plain HTTP")

    def init_process(self) -> None:
        settings = Settings.from_env()
        self.largest = settings.max_upload_mb * 1024 * 1024
        self.spool = settings.var_dir / "tmp"
        self.spooled = 0
        # Connections whose head, whose body is arriving, in the order in which they began; and those that are closing.
        self.heads: dict[Connection, None] = {}
        self.bodies: dict[Connection, None] = {}
        self.closing: dict[Connection, None] = {}
        self.worker_connections = min(int(self.cfg.worker_connections), _descriptors() - KEPT_DESCRIPTORS)
        self.max_keepalived = max(1, self.worker_connections - self.cfg.threads)
        super().init_process()

    # Arriving

    def accept(self, listener: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                sock, client = listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self._make_room()
                elif error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED):
                    raise
                return
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
            self.nr_conns += 1
            conn = Connection(self.cfg, sock, client, listener.getsockname())
            self._watch(conn, self._read)
            self.heads[conn] = None
            if self.nr_conns >= self.worker_connections:
                self._make_room()

    def _make_room(self) -> None:
        """End the head that has waited longest; a body only where there is no head."""
        for waiting in (self.heads, self.bodies):
            if waiting:
                self._drop(next(iter(waiting)))
                return

    def _watch(self, conn: Connection, callback: Any) -> None:
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, EVENT_READ, partial(callback, conn))

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a connection that was kept open."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.begin()
        self._watch(conn, self._read)
        self.heads[conn] = None
        self._read(conn, client)

    def _read(self, conn: Connection, _client: socket.socket) -> None:
        if conn not in self.heads and conn not in self.bodies:
            return  # ended by an event before this one
        try:
            data = conn.sock.recv(READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
            return
        self._take(conn, data)

    def _take(self, conn: Connection, data: bytes) -> None:
        """Add what came; give the request to a thread when that was the last of it."""
        if conn in self.bodies:
            self._take_body(conn, data)
            return
        seen = max(len(conn.head) - 3, 0)
        conn.head += data
        end = conn.head.find(b"\r\n\r\n", seen)
        if end < 0:
            if len(conn.head) > HEAD_BYTES:
                self._refuse(conn, HEAD_TOO_LARGE)
            return
        rest = bytes(conn.head[end + 4 :])
        del conn.head[end + 4 :]
        self._take_head(conn, rest)

    def _take_head(self, conn: Connection, rest: bytes) -> None:
        words = conn.head.lower()
        if b"\ncontent-length" not in words and b"\ntransfer-encoding" not in words:
            conn.rest = rest
            self._hand_over(conn)
            return
        conn.framing = PythonProtocol()
        try:
            conn.framing.feed(conn.head)
        except ParseError:
            self._hand_over(conn)  # gunicorn's parser says what is wrong with it
            return
        if (conn.framing.content_length or 0) > self.largest:
            self._refuse(conn, TOO_LARGE)
            return
        del self.heads[conn]
        self.bodies[conn] = None
        conn.since = time.monotonic()
        if not conn.framing.is_complete and not rest and b"\nexpect: 100-continue" in words:
            _say(conn, b"HTTP/1.1 100 Continue\r\n\r\n")
        self._take_body(conn, rest)

    def _take_body(self, conn: Connection, data: bytes) -> None:
        framing = conn.framing
        try:
            framing.feed(data)
        except ParseError:
            self._refuse(conn, MALFORMED)
            return
        rest = framing.remaining()
        data = data[: len(data) - len(rest)]
        if conn.received + len(data) > self.largest:
            self._refuse(conn, TOO_LARGE)
            return
        if self.spooled + len(data) > SPOOLS * self.largest:
            self._refuse(conn, NO_ROOM)
            return
        if conn.body is None:
            conn.body = _spool(self.spool)
        try:
            conn.body.write(data)
        except OSError:  # the disk is full
            self._refuse(conn, NO_ROOM)
            return
        conn.received += len(data)
        self.spooled += len(data)
        if framing.is_complete:
            conn.rest = rest
            self._hand_over(conn)

    def _hand_over(self, conn: Connection) -> None:
        self._forget(conn)
        conn.whole()
        self.enqueue_req(conn)

    # Ending

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """A thread is through with the connection: it is kept open for the next request, or closed."""
        self.spooled -= conn.release()
        try:
            keep = fs.result() if not fs.cancelled() else False
        except Exception:  # noqa: BLE001 (said by the thread already; what is left is to close)
            keep = False
        if not keep:
            self._linger(conn)
            return
        if conn.rest:
            data, conn.rest = conn.rest, b""
            conn.begin()
            self._watch(conn, self._read)
            self.heads[conn] = None
            self._take(conn, data)
            return
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + LINGER_SECONDS)
        self.keepalived_conns.append(conn)
        self._watch(conn, self.on_client_socket_readable)

    def murder_pending(self) -> None:
        """End what is too slow. The main loop comes by at least once a second."""
        now = time.monotonic()
        for conn in _older(self.heads, now - (HEAD_SECONDS if self.alive else LINGER_SECONDS)):
            # A browser opens connections it may never use: those are closed without a word.
            if conn.head:
                self._refuse(conn, TOO_SLOW)
            else:
                self._drop(conn)
        for conn in _older(self.bodies, now - HEAD_SECONDS):
            if conn.received < (now - conn.since - HEAD_SECONDS) * BODY_RATE:
                self._refuse(conn, TOO_SLOW)
        for conn in _older(self.closing, now - LINGER_SECONDS):
            self._drop(conn)

    def _refuse(self, conn: Connection, why: tuple[int, str]) -> None:
        self._forget(conn)
        self.spooled -= conn.release()
        _say(conn, b"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % (why[0], why[1].encode()))
        self._linger(conn)

    def _linger(self, conn: Connection) -> None:
        """Close for writing, and read until the client has closed too, or it could lose the answer (RFC 9112, 9.6)."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.since = time.monotonic()
        self.closing[conn] = None
        self._watch(conn, self._drain)

    def _drain(self, conn: Connection, _client: socket.socket) -> None:
        if conn not in self.closing:
            return
        try:
            data = conn.sock.recv(READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)

    def _forget(self, conn: Connection) -> None:
        """No longer waited for."""
        for waiting in (self.heads, self.bodies, self.closing):
            waiting.pop(conn, None)
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._forget(conn)
        self.spooled -= conn.release()
        self.nr_conns -= 1
        conn.close()


def _older(waiting: dict[Connection, None], than: float) -> list[Connection]:
    """Those that began before; the order of the dictionary is that of their beginnings."""
    older = []
    for conn in waiting:
        if conn.since > than:
            break
        older.append(conn)
    return older


def _say(conn: Connection, data: bytes) -> None:
    """A few bytes, without waiting for them to be read."""
    try:
        conn.sock.send(data)
    except OSError:
        log.debug("the client is gone")


def _spool(folder: Path) -> Spooled:
    """In memory while small; a larger one has no name on the disk, and none but this process can open it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.SpooledTemporaryFile(IN_MEMORY, "w+b", dir=str(folder))


def _descriptors() -> int:
    """How many files and connections this process may open: as many as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
