"""Files a reader is given: one file, or a folder of them, opened as bytes when they are read."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

_HEAD = 65_536


class InputFiles(Protocol):
    """Files by name, in order; `name` is what messages call the whole."""

    @property
    def name(self) -> str: ...
    @property
    def is_folder(self) -> bool: ...

    def names(self) -> list[str]:
        """All files, sorted, with `/` between the parts of a name."""
        ...

    def open(self, name: str) -> BinaryIO: ...


class FilesOnDisk:
    """A file or folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.is_folder = path.is_dir()

    def names(self) -> list[str]:
        if not self.is_folder:
            return [self.name]
        return sorted(one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if one.is_file())

    def open(self, name: str) -> BinaryIO:
        return (self.path / name if self.is_folder else self.path).open("rb")


class FilesHeld:
    """A folder of files that are in memory, as an archive that was unpacked."""

    is_folder = True

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self.files = files

    def names(self) -> list[str]:
        return sorted(self.files)

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self.files[name])


def beginning(files: InputFiles) -> str:
    """The first 64 kB of a file as text, whatever cannot be read replaced; "" for a folder."""
    if files.is_folder:
        return ""
    try:
        with files.open(files.name) as file:
            return file.read(_HEAD).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""


def first_line(files: InputFiles) -> str:
    """The first line of a file that is not blank; "" when there is none, or for a folder."""
    return next((line for line in beginning(files).splitlines(keepends=True) if line.strip()), "")
