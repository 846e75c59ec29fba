"""A witness of transparency logs: one file, to be run on a machine that the log's operator does not administer.

    python witness.py key NAME --state DIR                     make a key; prints what logs and auditors are given
    python witness.py serve --state DIR --log VKEY…            answer logs (C2SP tlog-witness, add-checkpoint)
    python witness.py follow URL --state DIR --log VKEY…       fetch a log's tiles (C2SP tlog-tiles) and check them

A witness puts its cosignature (C2SP tlog-cosignature, Ed25519) under a checkpoint only if the log proves that it only
appended to the last one cosigned here. So a log that shows this witness one history cannot show an auditor another.
Key and last checkpoints are in DIR, which belongs to one witness: whoever copies it back to an earlier state lets the
log fork. Needs Python 3.9 and the package `cryptography`.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import hashlib
import os
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LARGEST = 64 * 1024  # 63 hashes and a checkpoint with many signatures are a tenth of it
MOST_PROOF_LINES = 63
SECONDS = 15
TILE = 256
MARK = "— "
LOG_KEY, WITNESS_KEY = b"\x01", b"\x04"
Checkpoint = tuple[str, int, bytes]


class Refused(Exception):
    """An answer that is no cosignature: status, body, content type."""

    def __init__(self, status: int, body: str, kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(body)
        self.status, self.body, self.kind = status, body, kind


# --- Notes and keys (C2SP signed-note) -------------------------------------------------------------------
def parse_vkey(text: str, kind: bytes = LOG_KEY) -> tuple[str, bytes, Ed25519PublicKey]:
    """(name, key id, key) of `name+id+base64`. Raises ValueError."""
    name, stated, encoded = [*text.strip().split("+", 2), "", ""][:3]
    raw = base64.b64decode(encoded, validate=True)
    if len(raw) != 33 or raw[:1] != kind or key_id(name, raw).hex() != stated:
        raise ValueError(f"{text.strip()!r} is not such a key")
    return name, key_id(name, raw), Ed25519PublicKey.from_public_bytes(raw[1:])


def key_id(name: str, raw: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]


def parse_checkpoint(text: str) -> Checkpoint:
    """(origin, size, root) of a note's text. Raises ValueError where it is not in its canonical form."""
    origin, size, root = text.split("\n")[:3]
    if not origin or str(int(size)) != size or int(size) < 0:
        raise ValueError("not a checkpoint")
    decoded = base64.b64decode(root, validate=True)
    if len(decoded) != 32 or base64.b64encode(decoded).decode() != root:
        raise ValueError("not a checkpoint")
    return origin, int(size), decoded


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note and its signatures as (name, key id and signature). Raises ValueError."""
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise ValueError("not a signed note")
    signatures = []
    for line in lines.splitlines():
        name, _, encoded = line.partition(" ")[2].rpartition(" ")
        if not line.startswith(MARK) or not name:
            raise ValueError("not a signature")
        signatures.append((name, base64.b64decode(encoded, validate=True)))
    return text + "\n", signatures


def is_signed(text: str, signatures: list[tuple[str, bytes]], keys: list[str]) -> bool:
    """Whether one of the keys signed it, and none of them something else."""
    held = False
    for vkey in keys:
        name, own_id, public = parse_vkey(vkey)
        for signer, raw in signatures:
            if (signer, raw[:4]) == (name, own_id):
                try:
                    public.verify(raw[4:], text.encode())
                except InvalidSignature:
                    return False
                held = True
    return held


# --- Consistency (RFC 6962, 2.1.2; checked as in RFC 9162, 2.1.4.2) ----------------------------------------
def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether the tree of `new` leaves begins with that of `old` leaves."""
    if old == 0:
        return not proof
    if old == new:
        return not proof and old_root == new_root
    if old > new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before, after = node(sibling, before), node(sibling, after)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            after = node(after, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


# --- The witness -------------------------------------------------------------------------------------------
class Witness:
    """Key, logs and last checkpoints of one witness. `logs`: vkeys; several of one origin while its keys rotate."""

    def __init__(self, state: Path, logs: list[str]) -> None:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.state = state
        self.logs: dict[str, list[str]] = {}
        for vkey in logs:
            self.logs.setdefault(parse_vkey(vkey)[0], []).append(vkey)
        self._one = threading.Lock()
        self._alone = (state / "lock").open("w")
        fcntl.flock(self._alone, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a second process would cosign a second history

    def add(self, body: str) -> str:
        """The answer to `add-checkpoint`: signature lines. Raises Refused."""
        head, _, note = body.partition("\n\n")
        old, proof = parse_head(head)
        try:
            text, signatures = split_note(note)
            origin, size, root = parse_checkpoint(text)
        except ValueError:
            raise Refused(400, "not a checkpoint\n") from None
        if origin not in self.logs:
            raise Refused(404, "unknown log\n")
        if not is_signed(text, signatures, self.logs[origin]):
            raise Refused(403, "not signed by a key of this log\n")
        if old > size:
            raise Refused(400, "the old size is above the new one\n")
        with self._one:  # what is compared is what is replaced
            self._require_next((origin, size, root), old, proof)
            self._keep(origin, note)
        return self.cosign(text)

    def _require_next(self, new: Checkpoint, old: int, proof: list[bytes]) -> None:
        origin, size, root = new
        last = self.last(origin)
        if old != last[1]:
            raise Refused(409, f"{last[1]}\n", "text/x.tlog.size")
        if old == size and last[1] and root != last[2]:
            raise Refused(409, f"{last[1]}\n", "text/x.tlog.size")
        if not is_consistent(old, size, last[2], root, proof):
            raise Refused(422, "the consistency proof does not hold\n")

    def last(self, origin: str) -> Checkpoint:
        """The last checkpoint cosigned of a log; size 0 where there is none."""
        path = self.path_of(origin)
        if not path.exists():
            return origin, 0, b""
        return parse_checkpoint(split_note(path.read_text(encoding="utf-8"))[0])

    def cosign(self, text: str) -> str:
        """One signature line: as of now, this is the largest tree of the log that was seen here."""
        now, (name, key) = int(time.time()), read_key(self.state)
        signature = key.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        raw = WITNESS_KEY + key.public_key().public_bytes_raw()
        blob = key_id(name, raw) + now.to_bytes(8, "big") + signature
        return f"{MARK}{name} {base64.b64encode(blob).decode()}\n"

    def path_of(self, origin: str) -> Path:
        return self.state / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.checkpoint"

    def _keep(self, origin: str, note: str) -> None:
        """On the disk before anybody is told."""
        write_whole(self.path_of(origin), note)


def parse_head(head: str) -> tuple[int, list[bytes]]:
    """Old size and proof of a request. Raises Refused."""
    first, *lines = head.split("\n")
    number = first.removeprefix("old ")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except ValueError:
        raise Refused(400, "not a hash\n") from None
    decimal = number.isascii() and number.isdecimal() and str(int(number)) == number
    if not first.startswith("old ") or not decimal or len(lines) > MOST_PROOF_LINES:
        raise Refused(400, "not a request of tlog-witness\n")
    if any(len(value) != 32 for value in proof):
        raise Refused(400, "not a hash\n")
    return int(number), proof


def write_whole(path: Path, text: str) -> None:
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def make_key(state: Path, name: str) -> str:
    """A new key (mode 0600); returns its vkey. Raises FileExistsError: a witness has one key."""
    if not name or any(c in name for c in "+ \n\t"):
        raise ValueError("a name of a key holds no plus and no space")
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (state / "key").exists():
        raise FileExistsError(f"{state / 'key'} is there already")
    write_whole(state / "key", f"{name} {base64.b64encode(os.urandom(32)).decode()}\n")
    return vkey_of(*read_key(state))


def read_key(state: Path) -> tuple[str, Ed25519PrivateKey]:
    path = state / "key"
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} may be read by others: chmod 600 it")
    name, encoded = path.read_text(encoding="utf-8").split()
    return name, Ed25519PrivateKey.from_private_bytes(base64.b64decode(encoded))


def vkey_of(name: str, key: Ed25519PrivateKey) -> str:
    raw = WITNESS_KEY + key.public_key().public_bytes_raw()
    return f"{name}+{key_id(name, raw).hex()}+{base64.b64encode(raw).decode()}"


def handler_of(witness: Witness) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request; a slow one is cut off and keeps nobody waiting."""

        protocol_version = "HTTP/1.1"
        timeout = SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path.rstrip("/").rpartition("/")[2] != "add-checkpoint":
                self.close_connection = True
                self.answer(404, "only add-checkpoint is here\n")
            elif not length.isdecimal() or int(length) > LARGEST:
                self.close_connection = True
                self.answer(413, "a request of a log is small\n")
            else:
                try:
                    self.answer(200, witness.add(self.rfile.read(int(length)).decode()))
                except UnicodeDecodeError:
                    self.answer(400, "not UTF-8\n")
                except Refused as refusal:
                    self.answer(refusal.status, refusal.body, refusal.kind)

        def answer(self, status: int, body: str, kind: str = "text/plain; charset=utf-8") -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            print(self.log_date_time_string(), format % arguments, file=sys.stderr, flush=True)

    return Handler


def serve(state: Path, logs: list[str], host: str, port: int) -> None:
    read_key(state)  # before it listens
    server = ThreadingHTTPServer((host, port), handler_of(Witness(state, logs)))
    server.daemon_threads = True
    print(f"witness on http://{host}:{server.server_port}/", file=sys.stderr, flush=True)
    server.serve_forever()


# --- Following a log by its tiles ----------------------------------------------------------------------------
def fetch(url: str) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise ValueError("a log is at an http address")
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  (asked above)
        return answer.read(1024 * 1024)


def tile_path(index: int) -> str:
    """1234067 → x001/x234/067."""
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return path


def fetch_leaves(url: str, size: int) -> list[bytes]:
    """All leaf hashes of a tree of this size, from the tiles of level 0."""
    leaves: list[bytes] = []
    while len(leaves) < size:
        index, width = len(leaves) // TILE, min(TILE, size - len(leaves))
        part = "" if width == TILE else f".p/{width}"
        data = fetch(f"{url.rstrip('/')}/tile/0/{tile_path(index)}{part}")
        if len(data) != 32 * width:
            raise ValueError(f"tile {index} of level 0 is not {width} hashes")
        leaves += [data[n : n + 32] for n in range(0, len(data), 32)]
    return leaves


def root_of(leaves: list[bytes]) -> bytes:
    """The root of a tree of these leaf hashes (RFC 6962, 2.1)."""
    peaks: list[bytes] = []
    for number, leaf in enumerate(leaves, start=1):
        value = leaf
        for _ in range((number & -number).bit_length() - 1):
            value = node(peaks.pop(), value)
        peaks.append(value)
    root = peaks.pop() if peaks else hashlib.sha256(b"").digest()
    while peaks:
        root = node(peaks.pop(), root)
    return root


def follow(url: str, witness: Witness) -> str:
    """Check the log's newest checkpoint against its tiles and the last one kept here. Raises ValueError: a break."""
    note = fetch(f"{url.rstrip('/')}/checkpoint").decode()
    text, signatures = split_note(note)
    origin, size, root = parse_checkpoint(text)
    if not is_signed(text, signatures, witness.logs.get(origin, [])):
        raise ValueError(f"the checkpoint of {origin} is not signed by a key you gave")
    _, old, old_root = witness.last(origin)
    if size < old:
        raise ValueError(f"the log has {size} events; it had {old} when it was last seen here")
    leaves = fetch_leaves(url, size)
    if root_of(leaves) != root:
        raise ValueError(f"the tiles do not have the root of the checkpoint of size {size}")
    if old and root_of(leaves[:old]) != old_root:
        raise ValueError(f"the first {old} events are not those that were seen here: the log was rewritten")
    write_whole(witness.path_of(origin), note)
    return f"{origin}: {size} events, {size - old} of them new; nothing before them was changed"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="A witness of transparency logs.")
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("key", help="make a key")
    made.add_argument("name", help="such as witness.example.org/w1")
    served = commands.add_parser("serve", help="answer logs")
    served.add_argument("--host", default="127.0.0.1", help="put a proxy with TLS in front of anything else")
    served.add_argument("--port", type=int, default=8300)
    followed = commands.add_parser("follow", help="check a log by its tiles")
    followed.add_argument("url", help="the prefix of the log, such as https://notes.example.org/log")
    for command in (made, served, followed):
        command.add_argument("--state", type=Path, required=True, metavar="DIR")
    for command in (served, followed):
        command.add_argument("--log", action="append", required=True, metavar="VKEY", help="a log's public key")
    options = parser.parse_args(arguments)
    try:
        if options.command == "key":
            print(make_key(options.state, options.name))
        elif options.command == "serve":
            serve(options.state, options.log, options.host, options.port)
        else:
            print(follow(options.url, Witness(options.state, options.log)))
    except (OSError, ValueError) as problem:
        print(f"{type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
