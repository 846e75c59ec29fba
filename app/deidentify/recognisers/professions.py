"""Occupations that single a person out (R): offices of one holder, and what a form calls occupation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines
from app.deidentify.note import Note
from app.deidentify.span import Span

_OFFICE = re.compile(
    r"(?i:(?:(?:former|current|deputy|first|only)\s)?(?:mayor|governor|senator|congress(?:man|woman)|president"
    r"|vice\spresident|prime\sminister|ceo|cfo|chief\s(?:executive|of\spolice)|police\schief|fire\schief"
    r"|ambassador|bishop|archbishop|superintendent|dean|principal|head\scoach|astronaut|olympi(?:an|c\s\w+))"
    r"\s(?:of|for|at)\s(?:the\s)?)[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+){0,3}"
)
_LABEL = re.compile(
    r"(?:occupation|profession|job\stitle|job)\s?[:=]\s?(?P<v>[A-Za-z][A-Za-z' -]{2,40})", re.IGNORECASE
)
_TRIGGERS = lines("professions_triggers")


class Professions:
    key = "professions"
    types = ("PROFESSION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(_TRIGGERS):
            match = _OFFICE.match(note.text, note.starts[position])
            if match and match.group().split()[-1][0].isupper():
                yield Span(match.start(), match.end(), "PROFESSION", 0.7, self.key)
        for position in note.positions(("occupation", "profession", "job")):
            match = _LABEL.match(note.text, note.starts[position])
            if match:
                yield Span(match.start("v"), match.start("v") + len(match["v"].rstrip()), "PROFESSION", 0.6, self.key)
