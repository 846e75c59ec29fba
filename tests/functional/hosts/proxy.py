"""A small TCP proxy on this machine, which tests cut or hold to part two programs from each other."""

import contextlib
import socket
import threading
import time
from collections import Counter


class Proxy:
    """`with Proxy(5432) as proxy:` listens on `proxy.port`.

    `cut()` resets every connection and takes no new one; `hold()` lets bytes lie, as a network does that is gone
    without a word; `mend()` ends both.
    """

    def __init__(self, port, host="127.0.0.1"):
        self.target = (host, port)
        self._flows, self._is_cut, self._sockets, self._ended = threading.Event(), False, set(), Counter()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.cut()
        self._listener.close()

    def cut(self):
        self._is_cut = True
        for one in list(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._flows.set()

    def hold(self):
        self._flows.clear()

    def mend(self):
        self._is_cut = False
        self._flows.set()

    def _listen(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                client.close()
                continue
            try:
                server = socket.create_connection(self.target, 5)
            except OSError:
                client.close()
                continue
            self._sockets |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            self._ended[one] += 1
            if self._ended[one] == 2:  # both directions
                self._sockets.discard(one)
                one.close()


def until(holds, *, seconds=120, every=0.1, says=lambda: ""):
    """Wait until something holds; fails, saying how it stands, where it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"never came: {says()}"
        time.sleep(every)
