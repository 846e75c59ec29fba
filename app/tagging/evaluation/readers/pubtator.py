"""PubTator as gold: ``id|t|title``, ``id|a|abstract``, then one tab-separated line per mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.core.errors import Invalid
from app.core.numbers import whole
from app.core.reading import read_text
from app.tagging.evaluation.gold import GoldDocument, GoldEntity, LabelMap, first_line

_PART = re.compile(r"([^|\t]+)\|([A-Za-z])\|(.*)", re.DOTALL)
_MENTION_FIELDS = 5


class PubTator:
    """Documents separated by blank lines; offsets count title, one separator, abstract.

    Lines that relate concepts (``id CID chemical disease``) say nothing about mentions and are left out.
    """

    key = "pubtator"
    title = "PubTator"

    def reads(self, path: Path) -> bool:
        return path.is_file() and bool(_PART.match(first_line(path)))

    def read(self, path: Path, label_of: LabelMap) -> Iterator[GoldDocument]:
        for number, block in _blocks(read_text(path).split("\n")):
            yield _document(block, number, path.name, label_of)


def _blocks(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with the number of its first line."""
    first, block = 1, []
    for number, line in enumerate(lines, start=1):
        bare = line.rstrip("\r\n")
        if bare:
            first = first if block else number
            block.append(bare)
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _document(block: list[str], first: int, name: str, label_of: LabelMap) -> GoldDocument:
    parts = [match for match in map(_PART.fullmatch, block) if match and "\t" not in match[1]]
    if not parts:
        raise Invalid("bad-pubtator", f"{name} line {first}: a document begins with id|t|title")
    text = "\n".join(part[3] for part in parts)
    entities: list[GoldEntity] = []
    problems: list[str] = []
    for number, line in enumerate(block[len(parts) :], start=first + len(parts)):
        fields = line.split("\t")
        if len(fields) < _MENTION_FIELDS or not fields[1].isdigit():
            if len(fields) < 4:  # a relation has exactly four fields: id, type and two concepts
                problems.append(f"{name} line {number}: neither mention nor relation")
            continue
        entity = _entity(fields, text, label_of)
        if entity:
            entities.append(entity)
        else:
            problems.append(f"{name} line {number}: the offsets do not show the mention")
    return GoldDocument(parts[0][1], text, entities, [], problems)


def _entity(fields: list[str], text: str, label_of: LabelMap) -> GoldEntity | None:
    """A mention whose offsets show its text, white space aside."""
    try:
        start, end = whole(fields[1]), whole(fields[2])
    except ValueError:
        return None
    if not 0 <= start < end <= len(text) or text[start:end].split() != fields[3].split():
        return None
    return GoldEntity(start, end, label_of(fields[4]), [[start, end]])
