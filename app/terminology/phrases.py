"""Abbreviations and lay words: what else a query may mean, as alternative readings of its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from app.terminology.entry_terms import table
from app.terminology.indexing.words import words

MAX_READINGS = 8
LONGEST = 5  # words in the longest phrase of the tables


@dataclass(frozen=True)
class Reading:
    """One way to read a query. `quality` is below 1 for meanings that are second choices."""

    words: tuple[str, ...]
    quality: float
    via: str  # "words", "abbreviation" or "lay"


class Phrasebook:
    """Phrases and what they stand for, best meaning first."""

    def __init__(self) -> None:
        self._meanings: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        self._lay_by_length: dict[int, list[tuple[str, ...]]] = {}
        for name, via in (("abbreviations.tsv", "abbreviation"), ("lay_terms.tsv", "lay")):
            for row in table(name):
                meanings = [(tuple(words(m)), via) for m in row["meanings"].split("|")]
                for short in row["phrases"].split("|"):
                    phrase = tuple(words(short))
                    self._meanings.setdefault(phrase, []).extend(meanings)
                    if via == "lay":
                        self._lay_by_length.setdefault(len(phrase), []).append(phrase)

    def readings(self, query: tuple[str, ...]) -> list[Reading]:
        """The query with its phrases replaced, all combinations up to a limit, then as typed."""
        found = [Reading((), 1.0, "words")]
        at = 0
        while at < len(query):
            length, options = self._at(query, at)
            found = [
                Reading(r.words + meaning, r.quality * (0.97**n), via if via != "words" else r.via)
                for r in found
                for n, (meaning, via) in enumerate(options)
            ][:MAX_READINGS]
            at += length
        if all(r.words != query for r in found):
            found.append(Reading(query, 0.9, "words"))
        return found

    def _at(self, query: tuple[str, ...], at: int) -> tuple[int, list[tuple[tuple[str, ...], str]]]:
        for length in range(min(LONGEST, len(query) - at), 0, -1):
            typed = query[at : at + length]
            options = self._meanings.get(typed) or self._meanings_of_near(typed)
            if options:
                return length, options
        return 1, [((query[at],), "words")]


    def _meanings_of_near(self, typed: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
        """Meanings of a lay phrase of several words with a misspelling in it ("heart atack").

        Titles hold no such words, so the misspelling cannot be mended there. One edit from four
        letters, two from eight; abbreviations are too short to guess at.
        """
        if len(typed) < 2:
            return []
        for phrase in self._lay_by_length.get(len(typed), ()):
            if all(_is_near(a, b) for a, b in zip(typed, phrase, strict=True)):
                return self._meanings[phrase]
        return []


def _is_near(typed: str, word: str) -> bool:
    edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    return typed == word or (edits > 0 and Levenshtein.distance(typed, word, score_cutoff=edits) <= edits)


@lru_cache(maxsize=1)
def phrasebook() -> Phrasebook:
    return Phrasebook()
