"""The protocol every recogniser fulfils, its registry, and the one for numbers behind a label."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from app.core.registry import Registry
from app.deidentify.note import Note
from app.deidentify.span import Span


class Recogniser(Protocol):
    """Finds identifiers of some types in a prepared note; pure, thread-safe, English unless it says more."""

    key: str
    types: tuple[str, ...]
    languages: tuple[str, ...]

    def find(self, note: Note) -> Iterable[Span]: ...


RECOGNISERS: Registry[Recogniser] = Registry("recogniser", Recogniser)


class LabelledValue:
    """A value with at least one digit that follows one of its label words.

    `labels` is matched at the label's first word, so only words of `triggers` cost anything; the value
    is the group ``v``.
    """

    key = ""
    types: tuple[str, ...] = ()
    languages = ("en",)
    triggers: tuple[str, ...] = ()
    pattern: re.Pattern[str]
    score = 0.9

    def find(self, note: Note) -> Iterable[Span]:
        for position in note.positions(self.triggers):
            match = self.pattern.match(note.text, note.starts[position])
            if match and self.accepts(match.group("v"), note, match):
                yield Span(match.start("v"), match.end("v"), self.types[0], self.score, self.key)

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        """A hook for checksums and negative lists."""
        return True


# Between a label and its value: "no.", "number is", ":", "#", "=".
LINK = (
    r"(?:[\s:#=,\-(\u2013]|\b(?:no|nr|num|number|numbers|is|was|are|id|code|ends|ending|in|with|of|the|last|four|digits)"
    r"\b\.?){0,9}?"
)
# A value with a digit within its first letters; joined by single separators; not ending on one.
VALUE = r"#?(?=[A-Za-z]{0,6}[-/.\s]?[A-Za-z]{0,3}-?\d)[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+|[ ]\d{2,}){0,6}(?:[ ](?:\d|(?-i:[A-Z]{1,2}))(?=[,.;)\n]|$))?"


def labelled(labels: str, value: str = VALUE) -> re.Pattern[str]:
    """A pattern for `LabelledValue`: label, link, value as the group ``v``."""
    return re.compile(rf"(?:{labels}){LINK}(?P<v>{value})(?![\w@])", re.IGNORECASE)
