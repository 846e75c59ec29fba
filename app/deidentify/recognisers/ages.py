"""Ages over 89 (C) in figures and words; younger ages stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.note import Note
from app.deidentify.span import Span

_AFTER = re.compile(
    r"(?:9\d|1[0-2]\d)(?=[\s-]?(?:years?|yrs?|y)[\s./-]?(?:olds?\b|o\b)|[\s-]?y/?o\b|[\s-]?y\.\s?o\.?"
    r"|[\s-]?years?\sof\sage|[\s-]year\solds?\b|[\s-]?yr\.?\sold|\s?[MF]\b(?!/))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:aged?|age\sof|age:|turn(?:ed|ing|s)|age\sis|at\sage|he\s(?:is|was)|she\s(?:is|was)|who\s(?:is|was)|reached|celebrated\sher|celebrated\shis)\s{0,3}[:=]?\s{0,2}$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:9\d|1[01]\d|12[0-5])(?![\d%/]|\.\d|\s?(?:mm|cm|kg|lb|mg|%|beats|bpm|degrees))")
_WORDS = ("nonagenarian", "nonagenarians", "centenarian", "centenarians", "supercentenarian")
_SPELT = re.compile(
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|one\shundred(?:\sand\s\w+)?)"
    r"(?=[\s-]years?[\s-](?:old|of))",
    re.IGNORECASE,
)


class Ages:
    key = "ages"
    types = ("AGE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.numbers:
            start = note.starts[position]
            if note.words[position][0] not in "91" or (start and text[start - 1] in "./-<>"):
                continue
            match = _AFTER.match(text, start)
            if not match and _NUMBER.match(text, start) and _BEFORE.search(text, max(0, start - 16), start):
                match = _NUMBER.match(text, start)
            if match:
                yield Span(start, match.end(), "AGE", 0.9, self.key)
        for position in note.positions((*_WORDS, "ninety", "one")):
            start = note.starts[position]
            if note.lowers[position] in _WORDS:
                yield Span(start, note.end(position), "AGE", 0.8, self.key)
            elif match := _SPELT.match(text, start):
                yield Span(start, match.end(), "AGE", 0.8, self.key)
