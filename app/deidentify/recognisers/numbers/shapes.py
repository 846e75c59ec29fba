"""Numbers whose build alone tells what they are: national insurance and tax numbers, number plates, cases, blood units."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.note import Note
from app.deidentify.span import Span

_STATES = "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TN|TR|TS|TG|UK|UP|WB"
# HMRC: no D, F, I, Q, U, V first or second, no O second; the suffix is A to D.
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b")
_ANY_NINO = re.compile(r"[A-Z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b", re.IGNORECASE)
# Income Tax Department: the fourth letter is the kind of holder.
_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b")
_INDIAN_PLATE = re.compile(rf"(?:{_STATES})[ -]?\d{{1,2}}[ -]?(?:[A-Z][ -]?)?[A-Z]{{1,3}}[ -]?\d{{4}}\b")
_BHARAT_PLATE = re.compile(r"\d{2}[ -]?BH[ -]?\d{4}[ -]?[A-Z]{1,2}\b")
_UK_PLATE = re.compile(r"[A-Z]{2}\d{2}[ ]?[A-Z]{3}\b")
_VEHICLES = words("vehicle_words")
_DRIVER = re.compile(r"[A-Z9]{5}\d{6}[A-Z9]{2}\d?[A-Z0-9]{2}\b")
_BLOOD_UNIT = re.compile(r"[A-Z]\d{4}[ ]?\d{2}[ ]?\d{6}(?:[ ]?[\dA-Z])?\b")
_CASE = re.compile(r"\d{2,4}-[A-Z]{1,4}-\d{3,}(?:-[A-Z0-9]+)*\b")
_SLASHED = re.compile(
    r"[A-Z]{1,8}(?:[-/][A-Z]{1,6})*/\d{2,4}(?:[-/]\d{2,4})?(?:[-/][A-Z]{0,3}\d{2,}[A-Z]?)+\b|[A-Z]{2,5}/\d{5,}\b"
)
_LAB = re.compile(r"\d{2}:?[A-Z]{1,3}-?\d{5,}[A-Z]?\b")
_PAGER = re.compile(r"p\d{5}\b")


class ShapedNumbers:
    """Codes with a build of their own; what a plate could be but also a code needs a vehicle in its line."""

    key = "shaped-numbers"
    types = ("ID", "VEHICLE", "LICENSE", "PHONE")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.code_starts:
            start = note.starts[position]
            if start and (text[start - 1] in "-/.@_" and text[start - 2 : start - 1].isalnum()):
                continue
            yield from self._letters(note, text, start, note.words[position])
        for position in note.numbers:
            following = note.end(position)
            if text[following : following + 1] in "-:" or not note.words[position].isdecimal():
                yield from self._figures(text, note.starts[position])
            elif len(note.words[position]) == 2 and text.startswith("BH", following + 1):
                yield from self._one(_BHARAT_PLATE, text, note.starts[position], "VEHICLE")
        for label in ("ni", "nino", "insurance", "ins"):
            for position in note.index.get(label, ()):
                yield from self._labelled_nino(text, note.end(position))

    def _letters(self, note: Note, text: str, start: int, word: str) -> Iterator[Span]:
        yield from self._one(_NINO, text, start, "ID")
        if len(word) == 10:
            yield from self._one(_PAN, text, start, "ID")
        elif len(word) > 14:
            yield from self._one(_DRIVER, text, start, "LICENSE")
        yield from self._one(_INDIAN_PLATE, text, start, "VEHICLE")
        if word[1:3].isdecimal() or word[:2].isalpha():
            yield from self._one(_BLOOD_UNIT, text, start, "ID")
        yield from self._one(_SLASHED, text, start, "ID")
        if (match := _UK_PLATE.match(text, start)) and _speaks_of_a_vehicle(note, start):
            yield Span(start, match.end(), "VEHICLE", 0.8, self.key)

    def _figures(self, text: str, start: int) -> Iterator[Span]:
        if start and text[start - 1] in "-/.@_:":
            return
        yield from self._one(_CASE, text, start, "ID")
        yield from self._one(_LAB, text, start, "ID")

    def _labelled_nino(self, text: str, end: int) -> Iterator[Span]:
        match = re.compile(r"[\s.:]{0,2}(?:no\b\.?|number|#)?[\s.:#]{0,3}").match(text, end)
        if match:
            yield from self._one(_ANY_NINO, text, match.end(), "ID")

    def _one(self, pattern: re.Pattern[str], text: str, start: int, kind: str) -> Iterator[Span]:
        match = pattern.match(text, start)
        if match:
            yield Span(start, match.end(), kind, 0.85, self.key)


def _speaks_of_a_vehicle(note: Note, start: int) -> bool:
    line = note.text[max(0, start - 40) : start].rsplit("\n", 1)[-1].lower()
    return any(word in _VEHICLES for word in re.findall(r"[a-z]+", line))
