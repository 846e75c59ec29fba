"""Countries somebody comes from, lives in or travelled to (beyond the rule, as in the i2b2 scheme); states may stay."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.places import COUNTRIES
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import term_follows
from app.deidentify.span import Span

_MORE = ("united states", "united states of america", "usa", "u.s.a", "great britain", "uk", "congo", "north korea", "ivory coast",
         "hong kong", "macedonia", "north macedonia", "montenegro", "georgia", "the gambia", "gambia", "angola", "benin", "botswana",
         "burkina faso", "burundi", "cape verde", "chad", "comoros", "djibouti", "gabon", "guinea", "guyana", "lesotho", "madagascar",
         "malawi", "maldives", "mauritania", "mauritius", "monaco", "niger", "palestine", "papua new guinea", "samoa", "seychelles",
         "suriname", "tajikistan", "togo", "tonga", "trinidad and tobago", "turkey", "turkmenistan", "vanuatu", "bhutan", "brunei",
         "andorra", "bahamas", "barbados", "belize", "dominica", "grenada", "honduras", "kyrgyzstan", "liechtenstein", "san marino")  # fmt: skip
# Words that are also names, states, food or acronyms: only after a word that says where.
_DOUBTFUL = wordset(
    "jordan chad georgia turkey israel guinea niger togo monaco mali dominica grenada uk usa cuba malta chile oman tonga"
)
_WHERE = wordset("from in to of through via across near around outside within visited visiting leaving")
# "Iceland 28766", "Cyprus (Greek)": a code or a part in brackets belongs to it.
_CODE = re.compile(r"(?:\s\([A-Z][a-z]+\))?(?:\s\d{4,6}(?![\d.%/]|\s?[a-z]))|\s\([A-Z][a-z]+\)")
_NOT_BEFORE = wordset(
    "red pig pigs worm sausage sandwich breast bacon neck syndrome virus fever encephalitis flu measles"
)


def _by_first() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for name in sorted(COUNTRIES | set(_MORE)):
        parts = name.replace(".", " ").split()
        found.setdefault(parts[0], []).append(parts)
    return {first: sorted(rows, key=len, reverse=True) for first, rows in found.items()}


class Countries:
    key = "countries"
    types = ("LOCATION",)
    languages = ("en",)

    def __init__(self) -> None:
        self._known = _by_first()

    def find(self, note: Note) -> Iterator[Span]:
        for first in self._known.keys() & note.index.keys():
            for position in note.index[first]:
                last = self._reach(note, position)
                if last is not None and self._is_meant(note, position, last):
                    code = _CODE.match(note.text, note.end(last))
                    end = code.end() if code else note.end(last)
                    yield Span(note.starts[position], end, "LOCATION", 0.7, self.key)

    def _reach(self, note: Note, position: int) -> int | None:
        for parts in self._known[note.lowers[position]]:
            last = position + len(parts) - 1
            if note.lowers[position : last + 1] == parts and all(
                note.gap(i) in (" ", ".", "  ", "\n", ". ") for i in range(position, last)
            ):
                return last
        return None

    @staticmethod
    def _is_meant(note: Note, position: int, last: int) -> bool:
        word = note.words[position]
        before = note.lowers[position - 1] if position else ""
        if term_follows(note, last) or (note.lowers[last + 1 : last + 2] and note.lowers[last + 1] in _NOT_BEFORE):
            return False
        if word.islower() and not note.mostly_lower:
            return False
        doubtful = position == last and note.lowers[position] in _DOUBTFUL
        return (
            not doubtful
            or (before in _WHERE and len(word) > 1)
            or note.text[note.starts[position] - 2 : note.starts[position]] == ", "
        )
