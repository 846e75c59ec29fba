"""Gold for a pipeline, out of files in any format that is read: the formats know the files, tagging our names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.errors import Invalid
from app.formats.brat.read import TEXT_UNREADABLE, UNREADABLE
from app.formats.files import FilesOnDisk
from app.formats.protocol import FORMATS, Format
from app.tagging.comparison import NEGEX_AXES, GoldCase, gold_cases, read_negex
from app.tagging.evaluation.gold import GoldDocument, LabelMap, as_gold, our_label

# Relations and assertions of what we write ourselves need no translation.
_OWN = ("jsonl",)
# Gold without its marks, or without its text, would count as gold that marks nothing.
_UNREAD = (UNREADABLE, TEXT_UNREADABLE)


def read_gold(path: Path, label_of: LabelMap | None = None) -> Iterator[GoldDocument]:
    """Documents of a gold file or folder in any format that is read. Raises Invalid naming the place."""
    if not path.exists():
        raise Invalid("no-gold", f"{path.name}: no such file or folder")
    files = FilesOnDisk(path)
    known: list[Format] = [one for one in FORMATS if one.reader is not None]
    # The most particular stands last: any folder may be brat's, any object a line of ours.
    for one in reversed(known):
        if one.reader is not None and one.reader.knows(files):
            return _gold(one, files, label_of or our_label)
    titles = ", ".join(one.reader.title for one in known if one.reader is not None)
    raise Invalid("no-gold", f"{path.name}: none of the formats known: {titles}")


def _gold(one: Format, files: FilesOnDisk, label_of: LabelMap) -> Iterator[GoldDocument]:
    assert one.reader is not None  # noqa: S101  (chosen for it)
    for document in one.reader.read(files):
        unread = next((problem for problem in document.problems if problem.code in _UNREAD), None)
        if unread is not None:
            raise Invalid("not-utf8", unread.message)
        if document.text is None:
            raise Invalid("no-text", f"{document.file}: no .txt beside it")
        yield as_gold(document, label_of, own=one.key in _OWN)


def read_cases(path: Path) -> tuple[list[GoldCase], tuple[str, ...]]:
    """The cases of a NegEx file (.tsv) or of any gold, and the axes they say something about."""
    if path.suffix == ".tsv":
        return list(read_negex(path)), NEGEX_AXES
    return gold_cases(read_gold(path))
