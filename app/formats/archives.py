"""Archives that people hand over, read member by member; one that would unfold beyond measure is refused before."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from app.core.errors import Invalid
from app.core.reading import read_at_most

MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 64_000_000
MAX_TOTAL_BYTES = 4_000_000_000
# Text packs to a tenth; a thousandth is a bomb.
_MAX_RATIO = 200
# What the standard library says of a damaged, encrypted or unknown member.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError,
    KeyError,
)  # fmt: skip


class ReadArchive:
    """An open zip: names, and members as bytes."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        members = archive.infolist()
        total = sum(one.file_size for one in members)
        if len(members) > MAX_MEMBERS or total > MAX_TOTAL_BYTES or any(map(_is_bomb, members)):
            raise Invalid("zip-bomb", f"{name}: would unfold to more than any archive may")
        self.names = [one.filename for one in members if not one.filename.endswith("/")]  # `is_dir` falls over none

    def read(self, member: str) -> bytes:
        """Raises Invalid for a member that is damaged, encrypted, or larger than it says."""
        try:
            with self._archive.open(member) as raw:
                data = read_at_most(raw, MAX_MEMBER_BYTES)
        except _DAMAGE:
            data = None
        if data is None:
            raise Invalid("bad-zip", f"{self._name}: a member that cannot be read")
        return data


@contextmanager
def opened_archive(raw: IO[bytes], name: str) -> Iterator[ReadArchive]:
    """Raises Invalid for what is no zip."""
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError, EOFError):
        raise Invalid("bad-zip", f"{name}: is no zip that can be read") from None
    with archive:
        yield ReadArchive(archive, name)


@contextmanager
def nested_archive(data: bytes, name: str) -> Iterator[ReadArchive]:
    with opened_archive(io.BytesIO(data), name) as archive:
        yield archive


def _is_bomb(one: zipfile.ZipInfo) -> bool:
    return one.file_size > MAX_MEMBER_BYTES or one.file_size > _MAX_RATIO * max(one.compress_size, 1_000)
