"""Signed checkpoints (C2SP tlog-checkpoint) and the signer who never signs two histories."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from app.audit.note import PRIVATE, SigningKey, VerifierKey, open_note
from app.core.errors import Conflict, Invalid, Unavailable
from app.core.private import create_private, replace_private


@dataclass(frozen=True)
class Statement:
    """What a checkpoint says: the log's name, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_statement(text: str) -> Statement:
    """Raises Invalid when the text of a note is not that of a checkpoint."""
    lines = text.split("\n")
    try:
        origin, size, root = lines[:3]
        statement = Statement(origin, int(size), base64.b64decode(root, validate=True))
    except ValueError:
        raise Invalid("bad-checkpoint", "not a checkpoint") from None
    if not origin or statement.text() != text or len(statement.root) != 32:
        raise Invalid("bad-checkpoint", "not a checkpoint in its canonical form")
    return statement


def rotation_text(origin: str, kind: str, old: str, new: str, leaf: tuple[int, str]) -> str:
    """What both keys sign when one follows the other (`kind` "rotation") or leaves (`kind` "retirement").

    `leaf`: number and hash of the last leaf under the old key alone; (-1, "") in an empty log.
    """
    return f"chartmark log key {kind} v1\n{origin}\nold {old}\nnew {new}\nleaf {leaf[0]} {leaf[1] or '-'}\n"


class Signer:
    """The log's keys, from a file only its owner may read, and the last checkpoint signed with them.

    The file holds one line per key: private keys sign, public ones (of retired keys) still verify.
    Beside it `log.checkpoint` keeps the newest checkpoint outside the database, so that a database
    put back to an earlier state is noticed before a second history is signed.
    """

    def __init__(self, path: Path, origin: str) -> None:
        """Reads the key file, which is made on first use. Raises Unavailable when others may read it."""
        self.path, self.origin = path, origin
        if not path.exists():
            create_private(path, SigningKey.generate(origin).line() + "\n")
        self._read()

    def _read(self) -> None:
        path, origin = self.path, self.origin
        if path.stat().st_mode & 0o077:
            raise Unavailable("log-key-exposed", f"{path} may be read by others: chmod 600 it")
        lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
        self.keys = [SigningKey.parse(line) for line in lines if line.startswith(PRIVATE)]
        retired = [VerifierKey.parse(line) for line in lines if not line.startswith(PRIVATE)]
        self.known = [*retired, *(key.verifier for key in self.keys)]
        if not self.keys or any(key.name != origin for key in self.known):
            raise Unavailable("log-key-mismatch", f"{path} has no key of {origin}, or one of another log")

    def vkeys(self) -> list[str]:
        """All public keys of the log, oldest first."""
        return [str(key) for key in self.known]

    def sign(self, size: int, root: bytes) -> str:
        """A checkpoint signed with every current key."""
        text = Statement(self.origin, size, root).text()
        return text + "\n" + "".join(key.sign(text) for key in self.keys)

    def attest(self, text: str) -> str:
        """The newest key's signature line over another text than a checkpoint (it ends in a newline).

        Callers begin the text with a line of their own, so that it can never pass for a checkpoint.
        """
        return self.keys[-1].sign(text)

    def open(self, note: str) -> Statement:
        """What one of our own checkpoints says. Raises Conflict when it is not ours."""
        try:
            statement = parse_statement(open_note(note, self.known)[0])
        except Invalid as error:
            raise Conflict("checkpoint-not-ours", f"{error.message} (keys: {self.path})") from None
        if statement.origin != self.origin:
            raise Conflict("checkpoint-not-ours", f"the log was {statement.origin}, not {self.origin}")
        return statement

    @property
    def memory(self) -> Path:
        return self.path.with_suffix(".checkpoint")

    def remembered(self) -> Statement | None:
        """The newest checkpoint this machine signed, if any."""
        return self.open(self.memory.read_text()) if self.memory.exists() else None

    def remember(self, note: str) -> None:
        """Keep a committed checkpoint outside the database; an older one never replaces a newer."""
        last = self.remembered()
        if last is None or last.size < self.open(note).size:
            replace_private(self.memory, note)

    def set_memory_aside(self) -> None:
        """Keep the remembered checkpoint under another name: the log goes on from an earlier one."""
        kept = self.remembered()
        if kept is not None:
            self.memory.rename(self.memory.with_name(f"{self.memory.name}.lost-{kept.size}"))

    def adopt(self, fresh: SigningKey) -> None:
        """From now on all current keys sign, this one too. It was announced in the log before."""
        self._write([*self.keys, fresh])

    def forget_memory(self) -> None:
        """Put the remembered checkpoint aside, whoever signed it: its key is lost."""
        if self.memory.exists():
            self.memory.rename(self.memory.with_name(f"{self.memory.name}.key-lost-{secrets.token_hex(4)}"))

    def retire(self, key_id: str) -> None:
        """Stop signing with a key and forget its private half; its signatures still verify."""
        left = [key for key in self.keys if key.verifier.id.hex() != key_id]
        if len(left) == len(self.keys) or not left:
            raise Invalid("cannot-retire", f"{key_id} is not one of several current keys")
        self._write(left)

    def _write(self, keys: list[SigningKey]) -> None:
        public = [str(key) for key in self.known if key not in [k.verifier for k in keys]]
        replace_private(self.path, "\n".join([*public, *(key.line() for key in keys)]) + "\n")
        self._read()
