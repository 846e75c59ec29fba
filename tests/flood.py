"""Clients that never finish what they began to send, and how long a page takes beside them."""

import http.client
import math
import socket
import time
from contextlib import contextmanager

HALF_HEAD = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_BODY = (
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\nusername="
)


@contextmanager
def half_sent(address, *, heads=0, bodies=0, length=500, wrap=lambda sock: sock):
    """As many connections with a part of a head, and with a head and a part of a body, held open; all from here."""
    held = []
    try:
        for data in [HALF_HEAD] * heads + [HALF_BODY % length] * bodies:
            held.append(wrap(socket.create_connection(address, 30)))
            held[-1].sendall(data)
        yield held
    finally:
        for each in held:
            each.close()


def page_times(address, *, count=50, path="/sign-in", timeout=60):
    """Seconds for each of `count` pages, one after the other, each over a connection of its own."""
    return [_page_time(address, path, timeout) for _ in range(count)]


def _page_time(address, path, timeout):
    began = time.perf_counter()
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    finally:
        connection.close()
    return time.perf_counter() - began


def p95(seconds):
    """The 95th percentile, nearest rank."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]
