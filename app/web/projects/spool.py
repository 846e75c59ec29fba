"""Uploads on their way to the job that reads them: a private folder with a random name, 0600, wiped after use."""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from werkzeug.datastructures import FileStorage, MultiDict

from app.core.errors import Invalid, Problem, invalid
from app.intake.record import NAMES

CHUNK = 1 << 20


class Spool:
    """The files of one upload. Leaving the `with` block without `keep()` removes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / secrets.token_hex(16)
        self._kept = False

    def __enter__(self) -> Spool:
        self.folder.mkdir(mode=0o700, parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self) -> None:
        """Leave the files to the job, which wipes them."""
        self._kept = True

    def store(self, files: list[FileStorage]) -> list[Path]:
        """Write the files; notes that came one by one go into one archive. Raises Invalid naming the file
        by its place: names can carry identifiers, and stay inside the archive."""
        named = [file for file in files if file.filename]
        if not named:
            raise invalid([Problem("no-file", "files", "choose at least one file")])
        notes = [file for file in named if _ending(file) in (".txt", "")]
        paths = [self._write(file, number) for number, file in enumerate(named, start=1) if file not in notes]
        return [*paths, self._archive(notes)] if notes else paths

    def _write(self, file: FileStorage, number: int) -> Path:
        path = self.folder / f"file-{number}{_ending(file)}"
        with _private(path) as out:
            shutil.copyfileobj(file.stream, out, CHUNK)
            _keep(out)
        if path.stat().st_size == 0:
            raise invalid([Problem("empty-file", "files", f"file {number} is empty")])
        return path

    def _archive(self, notes: list[FileStorage]) -> Path:
        path = self.folder / "notes.zip"
        seen: set[str] = set()
        with _private(path) as out, zipfile.ZipFile(out, "w") as archive:
            for number, file in enumerate(notes, start=1):
                name = PurePosixPath((file.filename or "").replace("\\", "/")).name
                if name in seen:
                    raise invalid([Problem("same-name", "files", f"text file {number} has the name of an earlier one")])
                seen.add(name)
                with archive.open(name, "w") as entry:
                    shutil.copyfileobj(file.stream, entry, CHUNK)
        with path.open("r+b") as out:
            _keep(out)
        return path


def _ending(file: FileStorage) -> str:
    return PurePosixPath(file.filename or "").suffix.lower()[:10]


def _keep(out: IO[bytes]) -> None:
    """On the disk before the delivery is acknowledged: its rows are."""
    out.flush()
    os.fsync(out.fileno())


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def read_mapping(form: MultiDict[str, str]) -> dict[str, str]:
    """Field → column from `field=column` lines. Raises Invalid naming the line."""
    mapping = {}
    for number, line in enumerate(form.get("mapping", "").splitlines(), start=1):
        if not line.strip():
            continue
        field, found, column = (part.strip() for part in line.partition("="))
        if not found or not column or field not in NAMES:
            fields = ", ".join(NAMES)
            raise Invalid(
                "mapping",
                problems=[Problem("bad-mapping", "mapping", f"line {number}: write field=column; fields are {fields}")],
            )
        mapping[field] = column
    return mapping
