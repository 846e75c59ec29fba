"""The vault: what identifies a patient is stored only under a key of that patient, and dies with it.

AES-256-GCM; the key of each subject is wrapped by a master key kept in a file outside the database
directory's backups. Intake writes sources here and de-identification reads them, which is why the
vault lies below both.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


#: under which sessions carry what opens the vault, and whether every clean text is sealed
INFO, SEAL_ALL = "vault", "seal every text"


class SubjectKey(Base):
    """A subject's key, wrapped. Deleting the row makes everything sealed under it unreadable."""

    __tablename__ = "subject_key"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "sealed under the master key",
                "tags": (Tag.BATCH_LOADED, Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED),
                "erasable": True,
            }
        },
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class Vault:
    """Seals and opens what belongs to a subject; derives keyed, unlinkable references."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise Unavailable("master-key", "the master key must have 32 bytes")
        self._master = master
        self._reference_key = hmac.digest(master, b"chartmark reference v1", "sha256")
        self._own_key = hmac.digest(master, b"chartmark not of a subject v1", "sha256")

    @classmethod
    def at(cls, path: Path) -> Vault:
        """The vault of a key file, which is made (0600) on first use."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                pass  # another process was first
            else:
                with os.fdopen(handle, "wb") as file:
                    file.write(secrets.token_bytes(KEY_BYTES))
                    file.flush()
                    os.fsync(file.fileno())
        return cls(path.read_bytes())

    def reference(self, kind: str, project_id: int, value: str) -> str:
        """A keyed digest by which the same outside id is known again, within one project only.

        A plain hash of a record number would be a derivative of an identifier (45 CFR 164.514(c)).
        """
        message = f"{kind}\x1f{project_id}\x1f{value}".encode()
        return hmac.new(self._reference_key, message, hashlib.sha256).hexdigest()

    def seal(self, value: Any, label: str) -> bytes:
        """Encrypt a JSON value that belongs to no subject yet: names of files on their way in."""
        return seal_json(self._own_key, value, label)

    def open(self, sealed: bytes, label: str) -> Any:
        """What `seal` sealed under the same label. Raises Unavailable otherwise."""
        return open_json(self._own_key, sealed, label)

    def new_key(self, session: Session, subject_id: int) -> bytes:
        """Make, wrap and store the key of a new subject."""
        key = secrets.token_bytes(KEY_BYTES)
        session.add(SubjectKey(subject_id=subject_id, wrapped=_seal(self._master, key, _label(subject_id))))
        return key

    def key_of(self, session: Session, subject_id: int) -> bytes:
        """The subject's key. Raises NotFound after erasure, Unavailable with the wrong master key."""
        row = session.get(SubjectKey, subject_id)
        if row is None:
            raise NotFound("subject-erased", "the key of this subject was destroyed")
        return _open(self._master, row.wrapped, _label(subject_id))


class VaultFile:
    """The vault of a key file, which is read when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._vault: Vault | None = None

    def open(self) -> Vault:
        if self._vault is None:
            self._vault = Vault.at(self._path)
        return self._vault


def vault_of(session: Session) -> Vault | None:
    """The vault that this installation's sessions carry; None where the database was given none (tests, tools)."""
    file: VaultFile | None = session.info.get(INFO)
    return file.open() if file is not None else None


def seal_json(key: bytes, value: Any, label: str) -> bytes:
    """Encrypt a JSON value; `label` binds it to its row, so that it cannot be moved to another."""
    return _seal(key, json.dumps(value, ensure_ascii=False).encode(), label)


def open_json(key: bytes, sealed: bytes, label: str) -> Any:
    """Decrypt what `seal_json` made with the same key and label. Raises Unavailable otherwise."""
    return json.loads(_open(key, sealed, label))


def _label(subject_id: int) -> str:
    return f"subject-key:{subject_id}"


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # most commands seal nothing: they do not load it

    return AESGCM(key)


def _seal(key: bytes, data: bytes, label: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, data, label.encode())


def _open(key: bytes, sealed: bytes, label: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
    except InvalidTag:
        raise Unavailable("vault", "the vault could not be opened: wrong key, or altered data") from None
