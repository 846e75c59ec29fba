"""The archive of an export: files grow side by side in a nameless file, then are packed by name."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO

# Zip entries carry a time; a fixed one keeps exports byte-identical.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WAITING = 4 << 20  # bytes of small pieces that are held before they go to the file
_PIECE = 1 << 16


class ExportFiles:
    """A sink whose memory does not grow with what is written: only places in the file are kept.

    The file has no name (`TemporaryFile`), so nothing of a note stays on the disk when the export breaks off.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  (closed by __exit__)
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._waiting: dict[str, bytearray] = {}
        self._held = 0
        self._digests: dict[str, hashlib._Hash] = {}

    def __enter__(self) -> ExportFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, name: str, data: bytes) -> None:
        self._digests.setdefault(name, hashlib.sha256()).update(data)
        self._waiting.setdefault(name, bytearray()).extend(data)
        self._held += len(data)
        if self._held > _WAITING:
            self._flush()

    def digests(self) -> dict[str, str]:
        """File → hex SHA-256 of what it holds so far, in the order the files were begun."""
        return {name: digest.hexdigest() for name, digest in self._digests.items()}

    def pack(self, out: BinaryIO) -> None:
        """All files as a zip, by name: the same files, the same bytes."""
        self._flush()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(self._digests):
                entry = zipfile.ZipInfo(name, date_time=_EPOCH)
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
