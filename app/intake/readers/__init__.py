"""Readers: each turns files of one kind into rows; registered in `app/plugins.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol
from zipfile import Path as Entry

from app.core.errors import Problem
from app.core.registry import Registry

# One line of a table or JSONL; a longer one is refused before it fills the memory.
MAX_LINE_BYTES = 8_000_000
# One file that is one note.
MAX_FILE_BYTES = 8_000_000


# A file, or an entry of an archive, which is never unpacked to disk.
Input = Path | Entry


@dataclass(frozen=True)
class RawRow:
    """A raw row: its place within the file, and values by column name (or by ``"1"``, ``"2"``, … without header).

    `is_file`: a whole file that is one note; it has no columns, so that no mapping of columns is about it.
    """

    where: str
    values: dict[str, Any]
    is_file: bool = False


@dataclass(frozen=True)
class Passed:
    """A file of a folder or archive that is no note and was passed over; listed with its reason."""

    where: str
    message: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


Found = RawRow | Problem | Passed


class Reader(Protocol):
    """Reads one kind of file. Yields rows and, for what cannot be read, problems; never raises for
    the content of a file. A place ("line 3", or "" for the whole file) never holds the file's name,
    which may name a patient."""

    key: str
    title: str
    endings: tuple[str, ...]

    def read(self, path: Input, mapping: dict[str, str]) -> Iterator[Found]: ...


READERS: Registry[Reader] = Registry("reader", Reader)


def reader_by_ending(name: str) -> Reader | None:
    """The reader that takes files of this name, case ignored."""
    low = name.lower()
    return next((reader for reader in READERS if low.endswith(reader.endings)), None)


def decode(data: bytes, where: str) -> str | Problem:
    """UTF-8 (a byte order mark is dropped), or the problem with the byte it is at."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem("not-utf-8", where, f"byte {error.start} is not UTF-8")


def lines_of(path: Input) -> Iterator[tuple[int, bytes | Problem]]:
    """Numbered lines; an over-long line is skipped to its end and comes as a problem."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) <= MAX_LINE_BYTES or line.endswith(b"\n"):
                yield number, line
                continue
            while chunk := file.readline(MAX_LINE_BYTES):
                if chunk.endswith(b"\n"):
                    break
            yield number, Problem("line-too-long", f"line {number}", f"more than {MAX_LINE_BYTES} bytes")
