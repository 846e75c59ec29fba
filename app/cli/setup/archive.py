"""What a backup holds and whether it arrived whole: a signed list of its files with their digests, its last entries."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.audit.checkpoint import Signer
from app.audit.note import VerifierKey, open_note
from app.core.digest import sha256
from app.core.errors import Invalid
from app.core.reading import decoded, parsed

CONTENTS, SIGNATURE = "contents.json", "contents.sig"


@dataclass
class BackupContents:
    """The list of a backup. `backup`: the same in a backup and the keys that belong to it; `holds`: data or keys."""

    backup: str = ""
    holds: str = ""
    made_at: int = 0
    files: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return json.dumps(self.__dict__, indent=1, sort_keys=True)


def close_archive(archive: tarfile.TarFile, contents: BackupContents, signer: Signer) -> None:
    """End a backup with the SHA-256 of each file in it, and the log key's signature on that list."""
    text = contents.text()
    signed = _statement(text)
    for name, data in ((CONTENTS, text), (SIGNATURE, f"{signed}\n{signer.attest(signed)}")):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data.encode()), 0o600
        archive.addfile(entry, io.BytesIO(data.encode()))


def _statement(text: str) -> str:
    return f"chartmark backup\n{sha256(text.encode())}\n"


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_signed(folder: Path, name: str, believed: Sequence[str]) -> None:
    """Raises Invalid unless the list in an unpacked backup was signed by one of these public keys."""
    known = [VerifierKey.parse(vkey) for vkey in believed]
    try:
        said, _ = open_note((folder / SIGNATURE).read_text(encoding="utf-8"), known)
        signed = said == _statement((folder / CONTENTS).read_text(encoding="utf-8"))
    except (Invalid, OSError, ValueError):
        signed = False
    if not signed:
        raise Invalid("backup", f"{name} is not signed by a key that is believed here (--signed-by, audit keys)")


def extract_whole(backup: Path, folder: Path, believed: Sequence[str] | None = None) -> BackupContents:
    """Unpack a backup into an empty folder; returns its list. Raises Invalid where anything of it is damaged, missing
    or more than its list says, or not signed by one of `believed` (None: no signature is asked for); what was unpacked
    until then is for the caller to remove."""
    _unpack(backup, folder)
    if believed is not None:
        require_signed(folder, backup.name, believed)
    contents = _listed(folder / CONTENTS, backup.name)
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    for own in (CONTENTS, SIGNATURE):
        found.pop(own, None)
        (folder / own).unlink(missing_ok=True)
    listed = contents.files
    for name in sorted(listed.keys() | found.keys()):
        if name not in found or name not in listed or digest_of(found[name]) != listed[name]:
            raise Invalid("backup", f"{backup.name}: {name!r} is damaged, missing or not of this backup")
    return contents


def _unpack(backup: Path, folder: Path) -> None:
    try:
        with tarfile.open(backup, "r:") as archive:
            size = backup.stat().st_size
            if not all((e.isreg() or e.isdir()) and e.sparse is None and 0 <= e.size <= size for e in archive):
                raise Invalid("backup", f"{backup.name} is not a backup: it holds more than files and folders")
            # "data" refuses absolute names, links out of the folder and special files.
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        why = "a file in it may not be unpacked" if isinstance(error, tarfile.FilterError) else "damaged or cut off"
        raise Invalid("backup", f"{backup.name} is not a backup, or it is {why}") from None


def _listed(path: Path, name: str) -> BackupContents:
    if not path.is_file():
        raise Invalid("backup", f"{name} is not a backup, or cut off: the list of its files is missing")
    said = parsed(decoded(path.read_bytes(), f"{CONTENTS} of {name}"), f"{CONTENTS} of {name}")
    files = said.get("files") if isinstance(said, dict) else None
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        raise Invalid("backup", f"{name}: {CONTENTS} is not a list of files")
    return BackupContents(str(said.get("backup", "")), str(said.get("holds", "")), int(said.get("made_at") or 0), files)
