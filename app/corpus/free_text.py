"""Free text that people type (comments, questions, guidelines, titles) passes the same scan as notes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from app.core.errors import Invalid, Problem
from app.core.registry import Registry
from app.core.text import text_problems

MAX_FREE_TEXT = 4000


class Suspect(NamedTuple):
    """A type of identifier and where it seems to stand, in code points."""

    type: str
    start: int
    end: int


class TextScanner(Protocol):
    """Looks for identifiers in text; de-identification registers its rules."""

    key: str

    def identifiers(self, text: str) -> list[Suspect]:
        """Where identifiers seem to stand, without their values; empty: none."""
        ...


TEXT_SCANNERS: Registry[TextScanner] = Registry("text scanner", TextScanner)


def require_free_text(text: str, where: str, *, allowed: frozenset[str] = frozenset()) -> None:
    """Raises Invalid for an empty or over-long text, or one in which a scanner sees identifiers not `allowed`."""
    problems = text_problems(text, where)
    if len(text) > MAX_FREE_TEXT:
        problems.append(Problem("text-too-long", where, f"more than {MAX_FREE_TEXT} characters"))
    for scanner in TEXT_SCANNERS:
        for kind, start, end in scanner.identifiers(text):
            if kind not in allowed:
                place = f"characters {start + 1} to {end}"
                problems.append(Problem("identifier", where, f"{place} look like an identifier: {kind}"))
    if problems:
        raise Invalid("free-text", problems[0].message, problems=problems)


def is_identifying(name: str) -> bool:
    """Whether a scanner sees identifiers in a name somebody gave a file, a record or a column."""
    return any(scanner.identifiers(name) for scanner in TEXT_SCANNERS)
