"""Headings that say of every line below them what a cue says of its sentence: "RULED OUT", "Denies", "Return if"."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    return line.strip(_MARKS).lower() if len(line) < _LONGEST_LINE else ""


def list_reaches(note: TokenisedNote) -> Iterator[Reach]:
    """One reach for each item below such a heading; a heading that says nothing only ends the list before."""
    known, start = _headings(), 0
    for line in note.text.split("\n"):
        heading, at = _heading(line), start
        start += len(line) + 1
        if heading not in known or not known[heading][0]:
            continue
        axis, value = known[heading]
        begin = at + line.lower().index(heading)
        cue = note.tokens.covering(begin, begin + len(heading))
        hit = CueHit(*cue, CueRule(axis, {"true": True}.get(value, value), "forward", 0))
        for item in _items(note, start - 1):
            first, last = note.tokens.covering(*item)
            if first < last:
                yield Reach(hit, first, last, last)


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
