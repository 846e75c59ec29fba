"""MACs of events: that the application wrote a row, shown by a key that is in no database and no backup.

HMAC-SHA-256 (RFC 2104) over key id, stream, number in the stream, digest of the event before, digest of the event.
Whoever can check one can forge one: so the sequencer checks, before it seals, and `verify.py` never does. What the
leaf commits to is the digest of the MAC, which an auditor sees and from which nobody gets the MAC.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.audit.merkle import leaf_hash
from app.core.digest import sha256
from app.core.errors import Invalid, Unavailable
from app.core.private import create_private, replace_private

CONTEXT = "chartmark event mac v1"
SIGNING, ACCEPTED, BEGUN = "signing", "accepted", "begun"
KEY_BYTES = 32
#: under this name a `Database` carries the keys of its events
INFO = "event_keys"


@dataclass(frozen=True)
class EventKey:
    """One key: its id is a digest of it, so that two hosts cannot mean different keys by one id."""

    secret: bytes

    @cached_property
    def id(self) -> str:
        return sha256(b"chartmark event key id v1\n" + self.secret)[:16]

    def mac(self, stream: str, seq: int, prev: str, digest: str) -> str:
        """What is stored beside an event: `key id:hex`. `prev` and `digest` are hex SHA-256."""
        message = f"{CONTEXT}\n{self.id}\n{stream}\n{seq}\n{prev}\n{digest}"
        return f"{self.id}:{hmac.digest(self.secret, message.encode(), 'sha256').hex()}"


def leaf_of(body: str, mac: str | None) -> bytes:
    """The leaf hash of an event: of its body and what is said of its MAC; of the body alone before there were MACs."""
    said = commitment(mac)
    # Canonical JSON holds no line feed: the two parts cannot be cut differently.
    return leaf_hash((body if said is None else f"{body}\n{said}").encode())


def commitment(mac: str | None) -> str | None:
    """`key id:digest of the MAC`, for everybody to see."""
    if mac is None:
        return None
    return f"{mac.partition(':')[0]}:{sha256(mac)}"


class EventKeys:
    """The keys of a file that only the service's user may read; read anew when another process changed it.

    A line a key, `signing BASE64` (one) or `accepted BASE64`; `begun` once the log has said that its events have MACs:
    it is remembered here because whoever has the database can take it out there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: whether the log is known to name the key we sign with (see `app.audit.log`)
        self.announced = False
        self._stamp: tuple[int, int] | None = None
        self._keys: dict[str, EventKey] = {}
        self._signing = ""
        self._begun = False

    @property
    def signing(self) -> EventKey:
        """The key that new events are signed with. Raises Unavailable where there is none."""
        self._refresh()
        if not self._signing:
            raise Unavailable("event-key-missing", f"{self.path} is missing: copy it from a host that has it")
        return self._keys[self._signing]

    @property
    def exist(self) -> bool:
        self._refresh()
        return bool(self._keys)

    @property
    def begun(self) -> bool:
        self._refresh()
        return self._begun

    def ids(self) -> list[str]:
        """Every key that is accepted, the signing one first."""
        self._refresh()
        return sorted(self._keys, key=lambda key_id: key_id != self._signing)

    def problem(self, mac: str, stream: str, seq: int, prev: str, digest: str) -> str:
        """What is wrong with a MAC ("unknown-key", "wrong-mac"), or ""."""
        self._refresh()
        key = self._keys.get(mac.partition(":")[0])
        if key is None:
            return "unknown-key"
        return "" if hmac.compare_digest(key.mac(stream, seq, prev, digest).encode(), mac.encode()) else "wrong-mac"

    def make(self) -> None:
        """Make the first key (mode 0600); of several processes the first wins."""
        create_private(self.path, _line(SIGNING, EventKey(secrets.token_bytes(KEY_BYTES))))
        self._refresh()

    def add(self) -> EventKey:
        """Another key that is accepted and not yet signed with: copy the file to every host, then `sign_with` it."""
        fresh = EventKey(secrets.token_bytes(KEY_BYTES))
        self._write(self._signing, [*self._keys.values(), fresh])
        return fresh

    def sign_with(self, key_id: str) -> None:
        """Sign new events with an accepted key. Raises Invalid for another."""
        self._refresh()
        if key_id not in self._keys:
            raise Invalid("event-key", f"{key_id} is not one of the accepted keys")
        self._write(key_id, list(self._keys.values()))

    def drop(self, key_id: str) -> None:
        """Accept a key no longer. Raises Invalid for the signing one."""
        self._refresh()
        if key_id not in self._keys or key_id == self._signing:
            raise Invalid("event-key", f"{key_id} is not an accepted key that nothing is signed with")
        self._write(self._signing, [key for name, key in self._keys.items() if name != key_id])

    def mark_begun(self) -> None:
        if not self.begun:
            self._begun = True
            self._write(self._signing, list(self._keys.values()))

    def _write(self, signing: str, keys: list[EventKey]) -> None:
        lines = [_line(SIGNING if key.id == signing else ACCEPTED, key) for key in keys]
        replace_private(self.path, "".join([f"{BEGUN}\n" if self._begun else "", *lines]))
        self._refresh()

    def _refresh(self) -> None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._keys, self._signing, self._begun = None, {}, "", False
            return
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            if found.st_mode & 0o077:
                raise Unavailable("event-key-exposed", f"{self.path} may be read by others: chmod 600 it")
            self._read()
            self._stamp = stamp

    def _read(self) -> None:
        lines = [line.split() for line in self.path.read_text().splitlines() if line.strip()]
        keys = {word[0]: EventKey(_secret(word[1])) for word in lines if word[0] == SIGNING and len(word) == 2}
        accepted = [EventKey(_secret(word[1])) for word in lines if word[0] == ACCEPTED and len(word) == 2]
        if SIGNING not in keys or len(lines) != 1 + len(accepted) + ([BEGUN] in lines):
            raise Unavailable("event-key-file", f"{self.path} is not a file of event keys with one that signs")
        self._keys = {key.id: key for key in (keys[SIGNING], *accepted)}
        self._signing, self._begun, self.announced = keys[SIGNING].id, [BEGUN] in lines, False


def _secret(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise Unavailable("event-key-file", "a key of the file of event keys is no key")
    return secret


def _line(state: str, key: EventKey) -> str:
    return f"{state} {base64.b64encode(key.secret).decode()}\n"
