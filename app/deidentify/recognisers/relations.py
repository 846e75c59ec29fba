"""Names (A) that what stands behind or around them gives away: a relation in brackets, initials, a closing signature."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import end_of, is_initial, looks_like_name
from app.deidentify.recognisers.names_in_context import RELATIVES
from app.deidentify.span import Span

_INITIALS = re.compile(r"[A-Z]{2,4}")
_SIGNATURE = re.compile(r"(?:^|\n|[.!?]\s)[/~\u2013-]{1,2}\s?(?P<v>[A-Z][^\W\d_]{2,20}(?: [A-Z][^\W\d_]{1,20})?)\s*$")
_JOINED = frozenset({" ", "-", ". "})


_BEHIND = tuple(sorted(RELATIVES | {"pt", "patient", "proband", "self", "client"}))


class NamesByRelation:
    key = "names-relation"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(_BEHIND):
            yield from self._before(note, position)
        for position in note.positions(("initials",)):
            nxt = position + 1
            fits = nxt < len(note.words) and _INITIALS.fullmatch(note.words[nxt])
            if fits and note.gap(position) in (" ", ": ", ":") and not note.mostly_upper:
                yield Span(note.starts[nxt], note.end(nxt), "NAME", 0.8, self.key)
        yield from self._signed(note)

    def _before(self, note: Note, position: int) -> Iterator[Span]:
        """ "Marlys (wife)", "Araceli Q (mother)", "Odile, her niece"."""
        before = position - 1
        if before < 0:
            return
        if note.lowers[before] in ("his", "her", "their") and note.gap(before) == " ":
            before -= 1
            joined = before >= 0 and note.gap(before) in (", ", " (")
        else:
            joined = note.gap(before) in (" (", "(")
        if not joined or not _part_of_name(note, before):
            return
        first = before
        while first > 0 and before - first < 2 and note.gap(first - 1) in _JOINED and _part_of_name(note, first - 1):
            first -= 1
        listed = any(note.flags[i] & (Known.FIRST | Known.LAST) for i in range(first, before + 1))
        if listed or first < before or note.words[before].istitle():
            yield Span(note.starts[first], end_of(note, before), "NAME", 0.65, self.key)

    def _signed(self, note: Note) -> Iterator[Span]:
        """A last line that is but a dash and a name: "/Torvald", "- Jane Roe"."""
        match = _SIGNATURE.search(note.text, max(0, len(note.text) - 60))
        if match:
            first = bisect_left(note.starts, match.start("v"))
            if first < len(note.words) and _part_of_name(note, first):
                yield Span(match.start("v"), match.end("v"), "NAME", 0.65, self.key)


def _part_of_name(note: Note, position: int) -> bool:
    flags = note.flags[position]
    either = flags & Known.EITHER and flags & Known.FIRST and note.words[position].istitle()
    return is_initial(note, position) or looks_like_name(note, position) or bool(either)
