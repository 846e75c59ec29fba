"""The key that opens backups: made beside `var`, never in it, so that a stolen disk of backups opens nothing.

A backup is an age file (age-encryption.org/v1): encrypted to a recipient, and each block authenticated. That it is of
this installation, and not of whoever knows the recipient, is said by a signature of the log's key on the list of its
files; the public keys to believe stand in the key file beside the secret one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyrage

from app.audit.checkpoint import Signer, replace_private
from app.core.errors import Invalid
from app.core.reading import read_text
from app.settings import Settings

HEADER = b"age-encryption.org/v1\n"
_RECIPIENT, _SIGNED_BY = "# recipient: ", "# signed by: "
_WORDS = "# Opens the backups of this Chartmark: keep a copy far from it and from them, one of them on paper."


@dataclass(frozen=True)
class BackupKey:
    """What a key file says. `identity` is empty in one that only tells whose signatures to believe."""

    recipient: str
    identity: str = ""
    signed_by: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> BackupKey:
        """Raises Invalid for a file without a key."""
        lines = read_text(path).splitlines()
        secret = [line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")]
        if len(secret) != 1:
            raise Invalid("backup-key", f"{path} holds no key of backups (a line AGE-SECRET-KEY-…)")
        signed_by = tuple(line.removeprefix(_SIGNED_BY) for line in lines if line.startswith(_SIGNED_BY))
        return cls(str(_identity(secret[0], path).to_public()), secret[0], signed_by)

    def write(self, path: Path) -> None:
        believed = [_SIGNED_BY + vkey for vkey in self.signed_by]
        replace_private(path, "\n".join([_WORDS, _RECIPIENT + self.recipient, *believed, self.identity]) + "\n")


def _identity(secret: str, path: Path) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError:
        raise Invalid("backup-key", f"the key in {path} is damaged") from None


def recipient_for(settings: Settings, signer: Signer) -> str:
    """To whom backups are encrypted: the recipient of the settings, else the key beside `var`, made when it is missing.

    Writes into that key file which signatures to believe. Raises Invalid for a recipient that is none.
    """
    if settings.backup_recipient:
        return settings.backup_recipient
    path = settings.backup_key_path
    if path.exists():
        key = BackupKey.read(path)
    else:
        made = pyrage.x25519.Identity.generate()
        key = BackupKey(str(made.to_public()), str(made))
    believed = tuple(dict.fromkeys([*key.signed_by, *signer.vkeys()]))
    if believed != key.signed_by or not path.exists():
        BackupKey(key.recipient, key.identity, believed).write(path)
    return key.recipient


def encrypt(source: Path, target: Path, recipient: str) -> None:
    """Write `source` for `recipient`; the target is this user's alone from its first byte."""
    try:
        known = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Invalid("backup-recipient", f"CHARTMARK_BACKUP_RECIPIENT: {recipient!r} is no age recipient") from None
    target.unlink(missing_ok=True)
    target.touch(mode=0o600, exist_ok=False)
    with source.open("rb") as plain, target.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, [known])


def is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def decrypt(source: Path, target: Path, key: BackupKey) -> None:
    """Raises Invalid where the key is another one's, or anything of the file was altered or cut off."""
    try:
        with source.open("rb") as sealed, target.open("wb") as plain:
            pyrage.decrypt_io(sealed, plain, [pyrage.x25519.Identity.from_str(key.identity)])
    except (pyrage.DecryptError, OSError):
        target.unlink(missing_ok=True)
        raise Invalid("backup", f"{source.name} was made for another key, or is damaged or cut off") from None


def believed(settings: Settings, key: BackupKey | None, more: Sequence[str]) -> list[str]:
    """Public keys whose signature makes a backup ours: of the key file, of this machine, and those given."""
    own = Signer(settings.log_key_path, settings.log_origin).vkeys() if settings.log_key_path.exists() else []
    return [*(key.signed_by if key else ()), *own, *more]
