"""A text file that is one note, named by its path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.errors import Problem
from app.intake.readers import MAX_FILE_BYTES, Found, Input, RawRow, decode


class TextFiles:
    """The id of a note is its path below the folder, without the ending."""

    key = "txt"
    title = "Text files"
    endings = (".txt",)

    def read(self, path: Input, mapping: dict[str, str]) -> Iterator[Found]:
        yield from read_note(Path(str(path)), path.name, "")


def read_note(path: Path, name: str, where: str) -> Iterator[Found]:
    """The note of one file, or why it is none."""
    if path.stat().st_size > MAX_FILE_BYTES:
        yield Problem("file-too-large", where, f"more than {MAX_FILE_BYTES} bytes")
    else:
        yield row_of(name, where, path.read_bytes())


def row_of(name: str, where: str, data: bytes) -> RawRow | Problem:
    """A row from the bytes of one note."""
    text = decode(data, where)
    if isinstance(text, Problem):
        return text
    values = {"id": name[:-4] if name.lower().endswith(".txt") else name, "text": text}
    return RawRow(where, values, is_file=True)
