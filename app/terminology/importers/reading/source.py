"""Release files on disk, opened with care: folders, zips and gzips; encoding, size and cut-off checked."""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, NoReturn, cast

from app.core.errors import Invalid, Problem, invalid

MAX_UNPACKED = 8 << 30  # no release is nearly as large
MAX_RATIO = 200  # text packs 5 to 20 times; a bomb 1,000 times
MAX_LINE = 1 << 20
MAX_NAME = 1000


def refuse(where: str, message: str, code: str = "bad-release") -> NoReturn:
    raise invalid([Problem(code, where, message)], "bad-release")


def is_date(value: str) -> bool:
    """Whether a text is a calendar date of the form YYYY-MM-DD."""
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


class ReleaseSource:
    """The files of one release below `path` (a file, folder, .zip or .gz), by name pattern."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.encoding = "utf-8-sig"
        if not self.path.exists():
            raise Invalid("no-such-file", f"{self.path.name}: no such file or folder")
        self._zip = self._open_zip() if self.path.is_file() and zipfile.is_zipfile(self.path) else None
        if self._zip is None and self.path.suffix.lower() == ".zip":
            refuse(self.path.name, "not a zip file, or cut off")
        self._names = self._list()

    def _open_zip(self) -> zipfile.ZipFile:
        try:
            packed = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            refuse(self.path.name, "not a zip file, or cut off")
        for entry in packed.infolist():
            if len(entry.filename) > MAX_NAME:
                refuse(self.path.name, f"a name in it has more than {MAX_NAME} characters")
            if entry.file_size > MAX_UNPACKED or entry.file_size > MAX_RATIO * max(entry.compress_size, 4096):
                refuse(entry.filename, "unpacks to far more than a release file would; refused as a zip bomb")
        return packed

    def _list(self) -> list[str]:
        if self._zip is not None:
            names = [n for n in self._zip.namelist() if not n.endswith("/")]
        elif self.path.is_file():
            return [self.path.name]
        else:
            names = sorted(p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file())
        # What systems and tools leave beside a release: .DS_Store, __MACOSX, __pycache__ …
        return [n for n in names if not any(part.startswith((".", "__")) for part in n.split("/"))]

    def find(self, *patterns: str) -> list[str]:
        """Files whose base name matches one of the patterns, case ignored."""
        low = [p.lower() for p in patterns]
        return [n for n in self._names if any(fnmatch.fnmatch(n.rsplit("/", 1)[-1].lower(), p) for p in low)]

    def one(self, *patterns: str) -> str:
        """The file that matches; refuses none and more than one. A single file given is the one meant."""
        if self._zip is None and self.path.is_file():
            return self._names[0]
        found = self.find(*patterns)
        if len(found) != 1:
            many = "no file" if not found else f"{len(found)} files"
            refuse(self.path.name, f"{many} of the form {' or '.join(patterns)}")
        return found[0]

    @property
    def names(self) -> list[str]:
        return list(self._names)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The bytes of one file, unpacked on the way; damage is reported as bad input."""
        try:
            with self._raw(name) as raw:
                yield raw
        except (EOFError, zlib.error, OSError, zipfile.BadZipFile) as error:
            raise invalid(
                [Problem("bad-release", name, "the packed file is damaged or cut off")], "bad-release"
            ) from error
        except (RuntimeError, NotImplementedError) as error:  # the zip module's words for these
            raise invalid(
                [Problem("bad-release", name, "the packed file is encrypted, or packed in a way not known")],
                "bad-release",
            ) from error

    def _raw(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(name)
        path = self.path if self.path.is_file() else self.path / name
        if path.suffix.lower() == ".gz":
            most = max(path.stat().st_size, 4096) * MAX_RATIO
            return cast(IO[bytes], _Bounded(gzip.open(path), name, most))
        return path.open("rb")

    def lines(self, name: str) -> Iterator[tuple[int, str]]:
        """(line number, line without its end) of a text file in `self.encoding`; blank lines are skipped."""
        with self.open(name) as raw:
            number = 0
            while data := raw.readline(MAX_LINE):
                number += 1
                if len(data) == MAX_LINE:
                    refuse(f"{name}:{number}", "a line of more than a megabyte")
                try:
                    line = data.decode(self.encoding if number == 1 else self.encoding.removesuffix("-sig"))
                except UnicodeDecodeError:
                    refuse(f"{name}:{number}", f"not {self.encoding.removesuffix('-sig')} text")
                if "\x00" in line:
                    refuse(f"{name}:{number}", "a NUL byte: not a text file, or UTF-16")
                line = line.rstrip("\r\n")
                if line.strip():
                    yield number, line

    def records(self, name: str, separator: str, columns: int | None = None) -> Iterator[tuple[str, list[str]]]:
        """(`file:line`, fields) of a file without quoting; a row of another width is refused."""
        base = name.rsplit("/", 1)[-1]
        for number, line in self.lines(name):
            fields = line.split(separator)
            if columns is not None and len(fields) != columns:
                refuse(f"{base}:{number}", f"{len(fields)} columns instead of {columns}")
            yield f"{base}:{number}", fields

    def digests(self) -> list[dict[str, str]]:
        """Name and SHA-256 of the file given, or of every file in the folder given."""
        paths = [self.path] if self.path.is_file() else [self.path / name for name in self._names]
        found = []
        for path in paths:
            with path.open("rb") as handle:
                found.append({"name": path.name, "sha256": hashlib.file_digest(handle, "sha256").hexdigest()})
        return found


class _Bounded(io.RawIOBase):
    """A stream that refuses to unpack more than `most` bytes."""

    def __init__(self, inner: gzip.GzipFile, name: str, most: int) -> None:
        self._inner, self._name, self._left = inner, name, most

    def _spend(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            refuse(self._name, "unpacks to far more than a release file would; refused as a zip bomb")
        return data

    def read(self, size: int = -1) -> bytes:
        return self._spend(self._inner.read(size if size >= 0 else 1 << 24))

    def readline(self, size: int = -1) -> bytes:  # type: ignore[override]
        return self._spend(self._inner.readline(size))

    def close(self) -> None:
        self._inner.close()
        super().close()
