"""A .txt file, or a folder of them: one note a file, named by its path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.errors import Problem
from app.intake.readers import MAX_FILE_BYTES, Row, decode


class TextFiles:
    """The id of a note is its path below the folder, without the ending."""

    key = "txt"
    title = "Text files"
    endings = (".txt",)

    def read(self, path: Path, mapping: dict[str, str]) -> Iterator[Row | Problem]:
        files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
        if not files:
            yield Problem("empty-folder", "", "there is no .txt file in the folder")
        for number, file in enumerate(files, start=1):
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            # By name, so that the file can be found by its number.
            where = f"note {number}" if path.is_dir() else ""
            if file.is_symlink():
                yield Problem("link", where, "links are not followed")
            elif file.stat().st_size > MAX_FILE_BYTES:
                yield Problem("file-too-large", where, f"more than {MAX_FILE_BYTES} bytes")
            else:
                yield row_of(name, where, file.read_bytes())


def row_of(name: str, where: str, data: bytes) -> Row | Problem:
    """A row from the bytes of one note."""
    text = decode(data, where)
    return text if isinstance(text, Problem) else Row(where, {"id": name.removesuffix(".txt"), "text": text})
