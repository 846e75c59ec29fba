"""What a format is: a folder with a writer of releases, a reader of files, or both; registered in `app/plugins.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from app.core.registry import Registry
from app.formats.files import InputFiles
from app.formats.losses import LossReport
from app.formats.model import ExchangeDocument
from app.formats.vocabulary import PayloadVocabulary


class Sink(Protocol):
    """Where files go as they are made; several may grow at a time."""

    def write(self, name: str, data: bytes) -> None:
        """Add to the end of a file, which its first bytes, even none, begin."""
        ...


@dataclass(frozen=True)
class Writing:
    """What a writer is given besides the documents."""

    sink: Sink
    losses: LossReport
    manifest: dict[str, Any]
    vocabulary: PayloadVocabulary

    def say(self, name: str, text: str) -> None:
        """Add text to the end of a file, as UTF-8."""
        self.sink.write(name, text.encode("utf-8"))


class FormatWriter(Protocol):
    """Writes a release. Same release, same bytes: sorted, and text as UTF-8 with LF (INV-18).

    Every value of every element is either in the files or in the loss report, by kind and field. Documents are
    read once, one after the other, and none is kept.
    """

    modalities: tuple[str, ...] | None  # None: of whatever kind

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None: ...


class FormatReader(Protocol):
    """Reads files of the format, labels and types as they stand there."""

    title: str  # as a list of what can be read names it

    def knows(self, files: InputFiles) -> bool:
        """Whether these files are in the format, from their names and beginning."""
        ...

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """The documents, one by one. Raises Invalid naming the place, never quoting the text."""
        ...


class Format(Protocol):
    """One format; `writer` is None where it is only read, `reader` where it is only written."""

    key: str
    title: str
    writer: FormatWriter | None
    reader: FormatReader | None


FORMATS: Registry[Format] = Registry("format", Format)


def writers(formats: Iterable[Format]) -> list[Format]:
    """Those a release can be written in."""
    return [one for one in formats if one.writer is not None]
