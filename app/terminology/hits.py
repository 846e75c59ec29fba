"""What a search yields: codes found, wordings, and the best term of a concept on the way there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True)
class Hit:
    """A code found. `marks` are half-open code point ranges of `term` that the query matched."""

    code: str
    term: str
    preferred: str
    match: str  # code, exact, words, prefix, misspelt, abbreviation, lay
    score: float
    billable: bool = True
    active: bool = True
    replaced_by: list[str] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    then: str = ""  # the code that is reported with it, after it (drug and effect)
    why: str = ""  # why these two in this order, with its guideline


@dataclass(frozen=True)
class RepairedCode:
    """The code that was meant, and a sentence for whoever typed another one."""

    code: str
    said: str


@dataclass(frozen=True)
class CodePair:
    """Two codes for one statement: `first`, then `then` (empty where the effect is not named), and why so."""

    first: str
    then: str
    why: str


@dataclass(frozen=True)
class SearchAnswer:
    """Hits, best first, and what must be said of the query: how it was read, what nothing is known of."""

    hits: list[Hit]
    said: list[str] = field(default_factory=list)


class NamedTerm(NamedTuple):
    """One wording of a code, with the code's semantic type."""

    code: str
    term: str
    kind: str


@dataclass
class BestTerm:
    """The best term of one concept so far."""

    concept: int
    term: int
    score: float
    match: str
    words: tuple[str, ...] = ()  # the reading that found it
