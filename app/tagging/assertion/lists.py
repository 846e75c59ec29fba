"""Headings that say of every line below them what a cue says of its sentence: "RULED OUT", "Denies", "Return if"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from app.tagging.assertion.cues import CueHit, CueRule
from app.tagging.assertion.scope import Reach
from app.tagging.labels import AXES
from app.tagging.reading.note import TokenisedNote
from app.tagging.valuesets import rows

_LONGEST_ITEM = 9  # words; a longer line is a sentence of its own
_WORD = re.compile(r"\w+")
_LONGEST_LINE = 60  # characters of a line that may be a heading
_MARKS = " \t\r#*_>-:"
_ITEM_MARKS = " \t\r-*•+>"
# "Potential complications of this include": the words around what the heading is called
_SAYS = re.compile(r"(?: which| that)?(?: may| might| can| could)? (?:includ(?:e|es|ed|ing)|are|were|is)$")
_OF_WHAT = re.compile(r" (?:of|for|from|with|associated|related) ")
# "Risks include: 1. Bleeding. 2. Stroke." in one line
_NUMBERED = re.compile(r"(?:^|(?<=[.;] ))([A-Za-z][^.:;\n]{2,58}):?[ \t]+(?=\(?1[.)][ \t])", re.MULTILINE)
_NUMBERED_ITEM = re.compile(r"\(?\d{1,2}[.)][ \t]+([^\n]*?)(?=[ \t]\(?\d{1,2}[.)][ \t]|$)", re.MULTILINE)


@cache
def _headings() -> dict[str, tuple[str, str]]:
    """Heading → axis and value, or two empty words where it only ends the list before."""
    known = {row["heading"]: (row["axis"], row["value"]) for row in rows("list_headings")}
    for heading, (axis, value) in known.items():
        if axis and {"true": True}.get(value, value) not in AXES[axis]:
            raise ValueError(f"list heading {heading!r}: {value!r} is no value of {axis}")
    return known


def _heading(line: str) -> str:
    """The line as a heading is looked up, with or without a colon and the marks around it."""
    if len(line) >= _LONGEST_LINE:
        return ""
    said = line.strip(_MARKS).lower()
    if said in _headings():
        return said
    bare = _SAYS.sub("", said)
    return bare if bare in _headings() else _OF_WHAT.split(bare, maxsplit=1)[0]


def list_reaches(note: TokenisedNote) -> Iterator[Reach]:
    """One reach for each item below such a heading; a heading that says nothing only ends the list before."""
    known, start = _headings(), 0
    for line in note.text.split("\n"):
        heading, at = _heading(line), start
        start += len(line) + 1
        if heading not in known or not known[heading][0]:
            continue
        begin = at + line.lower().index(heading)
        yield from _reaches(note, (begin, begin + len(heading)), _items(note, start - 1))
    for match in _NUMBERED.finditer(note.text):
        heading = _heading(match[1])
        if heading in known and known[heading][0]:
            begin = match.start(1) + match[1].lower().index(heading)
            yield from _reaches(note, (begin, begin + len(heading)), _numbered(note.text, match.end()))


def _reaches(note: TokenisedNote, heading: tuple[int, int], items: Iterable[tuple[int, int]]) -> Iterator[Reach]:
    """What the heading (start and end in the text) says, said of each item."""
    axis, value = _headings()[note.text[slice(*heading)].lower()]
    cue = note.tokens.covering(*heading)
    hit = CueHit(*cue, CueRule(axis, {"true": True}.get(value, value), "forward", 0))
    for item in items:
        first, last = note.tokens.covering(*item)
        if first < last:
            yield Reach(hit, first, last, last)


def _numbered(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The numbered items from there to the end of the line; a long one is a sentence of its own and ends the list."""
    while (match := _NUMBERED_ITEM.match(text, at)) and len(_WORD.findall(match[1])) <= _LONGEST_ITEM:
        yield match.span(1)
        at = match.end() + 1


def _items(note: TokenisedNote, at: int) -> Iterator[tuple[int, int]]:
    """The lines of a list: until a heading, a sentence, or an empty line behind an item."""
    text, begun = note.text, False
    titles = {note.tokens.starts[first] for first in note.sections.titles}
    while 0 <= at < len(text):
        start = at + 1
        at = text.find("\n", start)
        end = at if at >= 0 else len(text)
        line = text[start:end]
        bare = line.strip(_ITEM_MARKS)
        if not bare:
            if begun:
                return
            continue
        item = start + line.index(bare)
        heads = bare.endswith(":") or item in titles or _heading(line) in _headings()
        if heads or len(_WORD.findall(bare)) > _LONGEST_ITEM:
            return
        begun = True
        yield item, end
