"""Capitalised words no list knows, in sentences that do not speak of care: there they are names."""

from __future__ import annotations

from collections.abc import Iterator

from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.recognisers.care import speaks_of_care
from app.deidentify.recognisers.name_chain import TITLES, term_follows
from app.deidentify.span import Span

KEY = "unknown-capitalised"
MIN_LETTERS = 4
_NAMES_AT_MOST = int(Known.FIRST | Known.LAST | Known.TOWN)


def unknown_names(note: Note) -> Iterator[Span]:
    """Only words between lower-case words count, so that headings and titles are left alone."""
    if note.mostly_upper:
        return
    for position in note.capitalised:
        if _stands_out(note, position) and not term_follows(note, position):
            start, end = note.starts[position], note.end(position)
            if not speaks_of_care(note, start, end):
                yield Span(start, end, "NAME", 0.45, KEY)


def _stands_out(note: Note, position: int) -> bool:
    word = note.words[position]
    if note.flags[position] & ~_NAMES_AT_MOST or not word.istitle() or len(word) < MIN_LETTERS or position == 0:
        return False
    if not word.isalpha() or note.lowers[position] in TITLES or TERM_ENDING.search(note.lowers[position]):
        return False
    before_is_lower = note.gap(position - 1) == " " and note.words[position - 1].islower()
    following = note.words[position + 1] if position + 1 < len(note.words) else "x"
    return before_is_lower and (following.islower() or note.gap(position) != " ")
