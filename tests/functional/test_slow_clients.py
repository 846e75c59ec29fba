"""Clients that are slow on purpose, or send something odd: nobody else waits for them (domain G.2, ASVS 2.4.1)."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.flood import HALF_BODY, HALF_HEAD, half_sent, page_times

ROOT = Path(__file__).parents[2]
PAGE = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST /page HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
SHORT = "--config=tests/functional/echo_server.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of one process with two threads, 300 connections, one second for a head; and its folder."""
    folder = tmp_path_factory.mktemp("front")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    command = ["gunicorn", "tests.functional.echo_server:app", SHORT, f"--bind=127.0.0.1:{address[1]}"]
    environment = os.environ | {"CHARTMARK_VAR": str(folder), "CHARTMARK_MAX_UPLOAD_MB": "2"}
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    _await(address)
    yield address, folder
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def _await(address):
    for _ in range(300):
        try:
            socket.create_connection(address, 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def exchange(address, *pieces, pause=0.0, timeout=10):
    """Send pieces, read until the server closes (or is quiet for half a second); everything it said."""
    with socket.create_connection(address, timeout) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
        return _all_of(client)


def _all_of(client):
    said = b""
    try:
        while data := client.recv(65536):
            said += data
            client.settimeout(0.5)
    except TimeoutError:
        pass
    return said


def told(body, path="/page"):
    return f"{len(body)} {hashlib.sha256(body).hexdigest()} {path}".encode()


def post(body, *more):
    lines = [b"POST /page HTTP/1.1", b"Host: x", *more, b"Content-Length: %d" % len(body), b"", b""]
    return b"\r\n".join(lines) + body


def test_half_sent_requests_hold_no_thread(server):
    address, _ = server
    with half_sent(address, heads=120, bodies=60, length=100_000):
        assert max(page_times(address, count=10, path="/page", timeout=2)) < 1


def test_more_connections_than_there_is_room_for_do_not_close_the_door(server):
    address, _ = server
    with half_sent(address, heads=600) as held:
        assert max(page_times(address, count=5, path="/page", timeout=2)) < 1
        time.sleep(0.2)
        held[0].settimeout(1)
        assert held[0].recv(100) == b""  # the one that waited longest had to go


def test_what_is_too_slow_is_told_so_and_ended(server):
    address, _ = server
    began = time.monotonic()
    assert exchange(address, HALF_HEAD).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 4
    assert exchange(address, HALF_BODY % 500).startswith(b"HTTP/1.1 408 ")
    drip = [HALF_HEAD, *[b"a"] * 8]  # a byte now and then does not keep it
    assert exchange(address, *drip, pause=0.2).startswith(b"HTTP/1.1 408 ")


def test_a_slow_line_that_goes_on_is_waited_for(server):
    address, _ = server
    body = os.urandom(30_000)
    pieces = [post(body)[at : at + 1200] for at in range(0, len(post(body)), 1200)]
    assert told(body) in exchange(address, *pieces, pause=0.08)  # 2 s: beyond the time of a head


@pytest.mark.parametrize("size", [0, 9, 70_000, 1_500_000])
def test_bodies_arrive_as_they_were_sent(server, size):
    address, folder = server
    body = os.urandom(size)
    sent = post(body)
    assert told(body) in exchange(address, sent[:30], sent[30:40], sent[40:])
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part) + b"0\r\n\r\n"
    assert told(body) in exchange(address, CHUNKED, chunks[:11], chunks[11:])
    assert not [path for path in (folder / "tmp").iterdir() if path.is_file()]  # no name on the disk


def test_requests_behind_each_other_on_one_connection_are_all_answered(server):
    address, _ = server
    body = b"y" * 5000
    two = post(body) + PAGE
    said = exchange(address, two + two[:100], two[100:])
    assert said.count(told(body)) == 2
    assert said.count(told(b"")) == 2


def test_who_asks_first_is_told_to_go_on(server):
    address, _ = server
    head = post(b"", b"Expect: 100-continue").replace(b"Length: 0", b"Length: 4")
    said = exchange(address, head, b"body", pause=0.3)
    assert said.startswith(b"HTTP/1.1 100 ")
    assert told(b"body") in said


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000, 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (CHUNKED + b"zz\r\n", 400),
        (CHUNKED + b"200000\r\n" + b"a" * 0x200000 + b"\r\n1\r\n1\r\n0\r\n\r\n", 413),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\r\n\r\n", 400),
    ],
    ids=["long head", "large", "two framings", "two lengths", "negative", "no chunk", "large chunks", "http2", "tls"],
)  # fmt: skip
def test_what_no_thread_should_read_is_refused(server, sent, status):
    address, _ = server
    said = exchange(address, sent)
    assert said.startswith(b"HTTP/1.1 %d " % status), said[:100]
    assert b"Traceback" not in said


def test_clients_that_never_close_their_side_hold_nothing_up(server):
    address, _ = server
    held = [socket.create_connection(address) for _ in range(20)]
    for each in held:
        each.sendall(PAGE.replace(b"Host", b"Connection: close\r\nHost"))
    assert max(page_times(address, count=5, path="/page", timeout=5)) < 1
    for each in held:
        each.close()
