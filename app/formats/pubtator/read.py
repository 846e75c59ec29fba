"""PubTator, read: ``id|t|title``, ``id|a|abstract``, then one tab-separated line per mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.core.errors import Invalid, Problem
from app.core.numbers import whole
from app.core.reading import text_lines
from app.formats.files import InputFiles, first_line
from app.formats.model import Body, Elements, ExchangeDocument

_PART = re.compile(r"([^|\t]+)\|([A-Za-z])\|(.*)", re.DOTALL)
_MENTION_FIELDS = 5
_NO_CONCEPT = ("", "-", "-1")


class PubTatorReader:
    """Documents separated by blank lines; offsets count title, one separator, abstract.

    Lines that relate concepts (``id CID chemical disease``) say nothing about mentions and are left out.
    """

    title = "PubTator"

    def knows(self, files: InputFiles) -> bool:
        return bool(_PART.match(first_line(files)))

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        with files.open(files.name) as raw:
            for number, block in _blocks(text_lines(raw, files.name)):
                yield _document(block, number, files.name)


def _blocks(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with the number of its first line."""
    first = 1
    block: list[str] = []
    for number, line in lines:
        bare = line.rstrip("\r\n")
        if bare:
            first = first if block else number
            block.append(bare)
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _document(block: list[str], first: int, name: str) -> ExchangeDocument:
    parts = [match for match in map(_PART.fullmatch, block) if match and "\t" not in match[1]]
    if not parts:
        raise Invalid("bad-pubtator", f"{name} line {first}: a document begins with id|t|title")
    text = "\n".join(part[3] for part in parts)
    elements: Elements = {}
    problems: list[Problem] = []
    for number, line in enumerate(block[len(parts) :], start=first + len(parts)):
        fields = line.split("\t")
        if len(fields) < _MENTION_FIELDS or not fields[1].isdigit():
            if len(fields) < 4:  # a relation has exactly four fields: id, type and two concepts
                problems.append(Problem("bad_line", f"line {number}", "neither mention nor relation"))
            continue
        entity = _entity(fields, text)
        if entity:
            elements[f"T{number}"] = entity
        else:
            problems.append(Problem("bad_offsets", f"line {number}", "the offsets do not show the mention"))
    return ExchangeDocument(parts[0][1], text, elements, file=name, problems=problems)


def _entity(fields: list[str], text: str) -> Body | None:
    """A mention whose offsets show its text, white space aside, with the concept it is said to mean."""
    try:
        start, end = whole(fields[1]), whole(fields[2])
    except ValueError:
        return None
    if not 0 <= start < end <= len(text) or text[start:end].split() != fields[3].split():
        return None
    body: Body = {"kind": "entity", "fragments": [[start, end]], "label": fields[4]}
    concept = fields[5].strip() if len(fields) > _MENTION_FIELDS else ""
    if concept not in _NO_CONCEPT:
        system, _, code = concept.rpartition(":")
        body["codes"] = [{"system": system, "release": "", "code": code}]
    return body
