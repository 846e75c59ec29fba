"""A .zip of any of the other kinds; sizes, counts and names are checked before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from app.core.errors import Problem
from app.intake.foreign.kind import Foreign
from app.intake.foreign.names import recognise_name
from app.intake.readers import MAX_FILE_BYTES, Found, Input
from app.intake.readers.choice import choose, placed, unknown
from app.intake.readers.folder import verdict
from app.intake.readers.text_files import row_of

MAX_ENTRIES = 200_000
MAX_UNPACKED = 4_000_000_000
# Text deflates about 4:1, at most some 30:1; a bomb 1000:1.
MAX_RATIO = 100
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError)


class Archive:
    """Files inside are read one after another; archives inside archives are refused."""

    key = "zip"
    title = "Zip archive"
    endings = (".zip",)

    def read(self, path: Input, mapping: dict[str, str]) -> Iterator[Found]:
        try:
            archive = zipfile.ZipFile(Path(str(path)))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            yield Problem("bad-zip", "", "not a readable zip archive")
            return
        with archive:
            refusal = _refusal(archive.infolist())
            if refusal is not None:
                yield refusal
                return
            for number, entry in enumerate(archive.infolist(), start=1):
                if not entry.is_dir():
                    yield from _entry(archive, entry, f"entry {number}", mapping)


def _refusal(entries: list[zipfile.ZipInfo]) -> Problem | None:
    """Why the whole archive is refused, or None. ASVS 5.2.3: before unpacking."""
    if len(entries) > MAX_ENTRIES:
        return Problem("zip-too-many", "", f"more than {MAX_ENTRIES} entries")
    names: set[str] = set()
    for position, entry in enumerate(entries, start=1):
        refused = _entry_refusal(entry, names)
        if refused is not None:
            return Problem(refused[0], f"entry {position}", refused[1])
        names.add(entry.filename)
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_UNPACKED or (total > 10_000_000 and total > MAX_RATIO * max(packed, 1)):
        return Problem("zip-bomb", "", "it unpacks to far more than it holds")
    return None


def _entry_refusal(entry: zipfile.ZipInfo, names: set[str]) -> tuple[str, str] | None:
    pure = PurePosixPath(entry.filename.replace("\\", "/"))
    bomb = entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    checks = (
        (not entry.filename, "zip-name", "an entry has no name"),
        (pure.is_absolute() or ".." in pure.parts, "zip-name", "a name leads outside the archive"),
        (entry.external_attr >> 16 & 0o170000 == 0o120000, "zip-link", "links are not followed"),
        (bool(entry.flag_bits & 1), "zip-encrypted", "encrypted entries cannot be read"),
        (entry.filename in names, "zip-duplicate", "a name occurs twice"),
        (bomb, "zip-bomb", "it unpacks to far more than it holds"),
    )
    return next(((code, message) for fails, code, message in checks if fails), None)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str, mapping: dict[str, str]) -> Iterator[Found]:
    name = PurePosixPath(entry.filename)
    try:
        # Read where it is: what is unpacked to disk stays there when the process is killed.
        inside = zipfile.Path(archive, entry.filename)
        chosen = recognise_name(str(name)) or choose(inside, str(name))
        if isinstance(chosen, Foreign):
            yield verdict(chosen, where)
        elif chosen is None:
            yield unknown(where)
        elif chosen.key == "zip":
            yield Problem("zip-nested", where, "an archive inside an archive is not read")
        elif chosen.key == "txt" and entry.file_size > MAX_FILE_BYTES:
            yield Problem("file-too-large", where, f"more than {MAX_FILE_BYTES} bytes")
        elif chosen.key == "txt":
            yield row_of(str(name), where, archive.read(entry))
        else:
            _require_whole(archive, entry)
            yield from placed(chosen.read(inside, mapping), where)
    except _DAMAGE:
        yield Problem("bad-zip", where, "the entry is damaged")


def _require_whole(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Raises before the first row of an entry whose checksum does not fit."""
    with archive.open(entry) as file:
        while file.read(1 << 20):
            pass
