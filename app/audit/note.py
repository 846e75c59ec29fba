"""C2SP signed notes with Ed25519 keys: how a key is written, how a note is signed and opened."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.errors import Invalid

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
MARK = "— "
PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name, written `name+id+base64` (a *vkey*)."""

    name: str
    public: bytes
    #: of a log's signatures, or of a witness's cosignatures: the same curve, another key id
    algorithm: bytes = ED25519

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self.algorithm + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.algorithm + self.public).decode()}"

    @classmethod
    def parse(cls, text: str, algorithm: bytes = ED25519) -> VerifierKey:
        """Raises Invalid when it is no vkey of this algorithm or its id does not fit its key."""
        name, key_id, encoded = _three_parts(text)
        key = cls(name, _decode_key(encoded, algorithm), algorithm)
        if key.id.hex() != key_id:
            raise Invalid("bad-vkey", f"the id of the key of {name} does not fit the key")
        return key

    def accepts(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key with its name, written as Go's sumdb/note writes it."""

    name: str
    seed: bytes

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        return cls(name, secrets.token_bytes(32))

    @classmethod
    def parse(cls, line: str) -> SigningKey:
        name, _key_id, encoded = _three_parts(line.removeprefix(PRIVATE))
        return cls(name, _decode_key(encoded))

    @property
    def verifier(self) -> VerifierKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, private.public_key().public_bytes_raw())

    def line(self) -> str:
        seed = base64.b64encode(ED25519 + self.seed).decode()
        return f"{PRIVATE}{self.name}+{self.verifier.id.hex()}+{seed}"

    def sign(self, text: str) -> str:
        """One signature line for a note's text."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{MARK}{self.name} {base64.b64encode(self.verifier.id + signature).decode()}\n"


def _three_parts(text: str) -> list[str]:
    """Name, key id and key; missing parts come back empty (base64 may hold a `+` itself)."""
    return [*text.split("+", 2), "", ""][:3]


def _decode_key(encoded: str, algorithm: bytes = ED25519) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 33 or raw[:1] != algorithm:
        raise Invalid("bad-log-key", "not an Ed25519 key")
    return raw[1:]


def open_note(note: str, known: Sequence[VerifierKey]) -> tuple[str, list[VerifierKey]]:
    """The text of a signed note and the known keys that signed it.

    Signatures of unknown keys are passed over. Raises Invalid when the note is malformed, when a
    known key's signature is wrong, or when no known key signed it.
    """
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n") or any(c < " " and c != "\n" for c in note):
        raise Invalid("bad-note", "not a signed note")
    text += "\n"
    signed_by = []
    for line in signatures.splitlines():
        name, raw = _parse_signature(line)
        for key in known:
            if (key.name, key.id) == (name, raw[:4]):
                if not key.accepts(text, raw[4:]):
                    raise Invalid("bad-signature", f"the signature of {key.name} is wrong")
                signed_by.append(key)
    if not signed_by:
        raise Invalid("unknown-signer", "no known key signed this note")
    return text, signed_by


def cosigned_text(line: str, text: str, key: VerifierKey) -> int | None:
    """When (POSIX seconds) the witness cosigned the text of a checkpoint by this line; None where it did not."""
    try:
        name, raw = _parse_signature(line.rstrip("\n"))
    except Invalid:
        return None
    at = int.from_bytes(raw[4:12], "big")
    message = f"cosignature/v1\ntime {at}\n{text}"
    return at if (name, raw[:4]) == (key.name, key.id) and key.accepts(message, raw[12:]) else None


def _parse_signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(MARK).rpartition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    if not line.startswith(MARK) or not name or len(raw) < 5:
        raise Invalid("bad-note", "a line of a signed note is no signature")
    return name, raw
