"""What a backup holds and whether it arrived whole: a list of its files with their digests, its last entry."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

from app.core.errors import Invalid
from app.core.reading import decoded, parsed

CONTENTS = "contents.json"


def add_contents(archive: tarfile.TarFile, digests: dict[str, str]) -> None:
    """Close a backup with the SHA-256 of each file in it."""
    data = json.dumps({"files": digests}, indent=1, sort_keys=True).encode()
    entry = tarfile.TarInfo(CONTENTS)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def extract_whole(backup: Path, folder: Path) -> set[str]:
    """Unpack a backup into an empty folder; returns what lies at its top. Raises Invalid where anything of it is
    damaged, missing or more than its list says; what was unpacked until then is for the caller to remove."""
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
    listed = _listed(folder / CONTENTS, backup.name)
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    found.pop(CONTENTS, None)
    for name in sorted(listed.keys() | found.keys()):
        if name not in found or name not in listed or digest_of(found[name]) != listed[name]:
            raise Invalid("backup", f"{backup.name}: {name!r} is damaged, missing or not of this backup")
    (folder / CONTENTS).unlink()
    return {name.split("/", 1)[0] for name in listed}


def _listed(path: Path, name: str) -> dict[str, str]:
    if not path.is_file():
        raise Invalid("backup", f"{name} is not a backup, or cut off: the list of its files is missing")
    said = parsed(decoded(path.read_bytes(), f"{CONTENTS} of {name}"), f"{CONTENTS} of {name}")
    files = said.get("files") if isinstance(said, dict) else None
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        raise Invalid("backup", f"{name}: {CONTENTS} is not a list of files")
    return files
