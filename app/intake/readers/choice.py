"""Which reader takes a file: by its ending, unless its content says that it is none of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from app.core.errors import NotFound, Problem
from app.intake.foreign.kind import RECORDS, Foreign
from app.intake.foreign.names import recognise_ending
from app.intake.foreign.recognise import HEAD_BYTES, recognise
from app.intake.prose import reads_like_prose
from app.intake.readers import READERS, Found, Input, Reader, reader_by_ending

_ENDING = re.compile(r".+\.(?!\d+$)[A-Za-z0-9]{1,10}", re.DOTALL)


def choose(path: Input, name: str, key: str = "") -> Reader | Foreign | None:
    """Who reads a file (`key`: who was asked for), or what it is instead; None where nobody can tell.

    Raises NotFound for an unknown `key`, and OSError and the errors of damaged archives.
    """
    reader = READERS.get(key) if key else reader_by_ending(name)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    is_note = reader.key == "txt" if reader else not _ENDING.fullmatch(name.rsplit("/", 1)[-1])
    foreign = recognise(head, whole=is_note) or (None if reader else recognise_ending(name))
    if foreign is None and reader is None and head.startswith(b"PK\x03\x04"):
        foreign = Foreign(RECORDS, "a zip archive (let its name end in .zip)")
    if foreign is None and reader is None and is_note and reads_like_prose(head.decode("utf-8", errors="replace")):
        return READERS.get("txt")
    return foreign or reader


def require_reader(path: Path, key: str = "") -> None:
    """Raises NotFound, naming what a file is, where no reader would even begin with it."""
    if key:
        READERS.get(key)
    if path.is_dir() or key or reader_by_ending(path.name):
        return
    found = choose(path, path.name)
    if found is None or isinstance(found, Foreign):
        known = ", ".join(sorted(ending for reader in READERS for ending in reader.endings))
        said = found.title if found else "a file of an unknown kind"
        raise NotFound("unknown-reader", f"{said} cannot be read as notes; known: {known}")


def unknown(where: str = "") -> Problem:
    return Problem("unknown-kind", where, "no reader for this kind of file; name one with --reader")


def placed(rows: Iterable[Found], where: str) -> Iterator[Found]:
    """Rows of one file with its place in what it came in."""
    for row in rows:
        yield replace(row, where=f"{row.where} of {where}" if row.where else where)
