"""The archive of an export: files grow side by side in a nameless file, then are packed by name."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any

# Zip entries carry a time; a fixed one keeps exports byte-identical.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WAITING = 4 << 20  # bytes of small pieces that are held before they go to the file
_PIECE = 1 << 16
_MODE = 0o666  # less what the process masks


class NewFile:
    """A file that is written without a name and gets one when it is whole: a kill leaves nothing of it behind.

    Where the file system knows no nameless files, it is called `.partial` meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = path.with_name(path.name + ".partial")
        self._named = False
        self.file = self._nameless() or self._with_name()

    def __enter__(self) -> NewFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self._partial.unlink(missing_ok=True)

    def name(self) -> None:
        """Give it its name, in the place of what had it."""
        self.file.flush()
        os.fsync(self.file.fileno())
        if not self._named:
            self._partial.unlink(missing_ok=True)  # of somebody who was killed
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:  # naming the folder makes `link` follow the descriptor to the file
                os.link(f"/proc/self/fd/{self.file.fileno()}", self._partial.name, dst_dir_fd=folder)
            finally:
                os.close(folder)
        self._partial.replace(self.path)

    def _nameless(self) -> BufferedRandom | None:
        try:
            return self._open(os.open(self.path.parent, os.O_RDWR | os.O_TMPFILE, _MODE))
        except (OSError, AttributeError):
            return None

    def _with_name(self) -> BufferedRandom:
        self._named = True
        return self._open(os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _MODE))

    @staticmethod
    def _open(descriptor: int) -> BufferedRandom:
        return os.fdopen(descriptor, "w+b")


class ExportFiles:
    """A sink whose memory does not grow with what is written: only places in the file are kept.

    The file has no name (`TemporaryFile`), so nothing of a note stays on the disk when the export breaks off.
    """

    def __init__(self, folder: Path | None = None, under: str = "") -> None:
        self._under = under
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  (closed by __exit__)
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._waiting: dict[str, bytearray] = {}
        self._held = 0
        self._digests: defaultdict[str, Any] = defaultdict(hashlib.sha256)

    def __enter__(self) -> ExportFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, name: str, data: bytes) -> None:
        self._digests[name].update(data)
        self._waiting.setdefault(name, bytearray()).extend(data)
        self._held += len(data)
        if self._held > _WAITING:
            self._flush()

    def digests(self) -> dict[str, str]:
        """File → hex SHA-256 of what it holds so far, in the order the files were begun."""
        return {name: digest.hexdigest() for name, digest in self._digests.items()}

    def pack(self, out: IO[bytes]) -> None:
        """All files as a zip, by name: the same files, the same bytes."""
        self._flush()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(self._digests):
                entry = zipfile.ZipInfo(self._under + name, date_time=_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                entry.file_size = sum(length for _, length in self._places[name])
                with archive.open(entry, "w") as packed:
                    for piece in self._pieces(name):
                        packed.write(piece)

    def _flush(self) -> None:
        self._file.seek(0, 2)
        for name, data in self._waiting.items():
            self._places.setdefault(name, [])
            if data:
                self._places[name].append((self._file.tell(), len(data)))
                self._file.write(data)
        self._waiting.clear()
        self._held = 0

    def _pieces(self, name: str) -> Iterator[bytes]:
        for start, length in self._places[name]:
            self._file.seek(start)
            left = length
            while left:
                piece = self._file.read(min(left, _PIECE))
                left -= len(piece)
                yield piece
