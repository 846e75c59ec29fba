"""Places by what they are (B): parks, beaches and stations behind a word of place, houses by number and name, crews."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines, words
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import is_running, shouted
from app.deidentify.span import Span

_LANDMARKS = tuple(lines("landmarks"))
_LINKS = wordset("in at near around to through outside by from off opposite behind on")
_GENERIC = words("house_generic_before") | words("landmarks") | wordset("the of car theme water safe parallel sea")
_HOUSE = re.compile(
    r"\d{1,4}[A-Za-z]? The [A-Z][a-z'’]+(?: [A-Z][a-z'’]+)?(?=\s?,\s[A-Z])"
    r"|\d{1,4}[A-Za-z]? [A-Z][a-z'’]+ (?:Brow|Fold|Croft|Garth|Wynd|Dene|Nook|Chase|Rise|Vale|Paddocks?|Meadows?|Yard|Bank|Mount|Gate|View|Green)\b"
    r"(?=\s?[,.\n]|$)"
)
_CREW = re.compile(r"(?:Medic|Engine|Ladder|Squad|Ambulance) \d{1,3}\b")
MAX_WORDS = 3


class Landmarks:
    key = "landmarks"
    types = ("LOCATION", "ID")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(_LANDMARKS):
            first = self._begin(note, position)
            if first is not None:
                yield Span(note.starts[first], note.end(position), "LOCATION", 0.6, self.key)
        for position in note.numbers:
            match = _HOUSE.match(note.text, note.starts[position])
            if match:
                yield Span(match.start(), match.end(), "LOCATION", 0.8, "streets")
        for position in note.positions(("medic", "engine", "ladder", "squad", "ambulance")):
            match = _CREW.match(note.text, note.starts[position])
            if match:
                yield Span(match.start(), match.end(), "ID", 0.6, self.key)

    @staticmethod
    def _begin(note: Note, position: int) -> int | None:
        """The first of the capitalised words before a park or beach, behind "in", "at", "near"."""
        if not note.words[position].istitle():
            return None
        first = position
        while (
            first > 0
            and position - first < MAX_WORDS
            and note.gap(first - 1) in (" ", "-", "'", "’")
            and (note.words[first - 1].istitle() or note.lowers[first - 1] == "s")
            and not is_running(note, first - 1)
        ):
            first -= 1
        before = note.lowers[first - 1] if first else ""
        if before == "the" and first > 1:
            before = note.lowers[first - 2]
        own = [
            i
            for i in range(first, position)
            if note.lowers[i] not in _GENERIC and not note.flags[i] & (Known.MEDICAL | Known.THING)
        ]
        linked = bool(first) and note.gap(first - 1) == " " and before in _LINKS
        return first if own and linked and not shouted(note, first) else None
