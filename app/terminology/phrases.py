"""Abbreviations and lay words: what else a query may mean, as alternative readings of its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from app.tagging.valuesets import QUERY, rows
from app.terminology.entry_terms import table
from app.terminology.indexing.words import words

MAX_READINGS = 8
_CODABLE = frozenset({"PROBLEM", "SYMPTOM", "PROCEDURE", "MEDICATION"})
LONGEST = 5  # words in the longest phrase of the tables


@dataclass(frozen=True)
class QueryReading:
    """One way to read a query. `quality` is below 1 for meanings that are second choices."""

    words: tuple[str, ...]
    quality: float
    via: str  # "words", "abbreviation" or "lay"


class Phrasebook:
    """Phrases and what they stand for, best meaning first."""

    def __init__(self) -> None:
        self._meanings: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        self._lay: dict[tuple[int, str], list[tuple[str, ...]]] = {}  # by number of words and first letter
        for row in rows("abbreviations"):
            if row["label"] == QUERY:
                self._add(row["abbreviation"], row["sense"], "abbreviation")
        for row in table("lay_terms.tsv"):
            for phrase in self._add(row["phrases"], row["meanings"], "lay"):
                self._lay.setdefault((len(phrase), phrase[0][0]), []).append(phrase)
        for phrase, senses in _tagged().items():
            self._meanings.setdefault(phrase, [(sense, "abbreviation") for sense in senses])

    def _add(self, phrases: str, meanings: str, via: str) -> list[tuple[str, ...]]:
        """Note what each of several phrases means; returns them as words."""
        added = [phrase for short in phrases.split("|") if (phrase := tuple(words(short)))]
        for phrase in added:
            self._meanings.setdefault(phrase, []).extend((tuple(words(m)), via) for m in meanings.split("|"))
        return added

    def readings(self, query: tuple[str, ...]) -> list[QueryReading]:
        """The query with its phrases replaced, all combinations up to a limit, then as typed."""
        found = [QueryReading((), 1.0, "words")]
        at = 0
        while at < len(query):
            length, options = self._at(query, at)
            found = [
                QueryReading(r.words + meaning, r.quality * (0.97**n), via if via != "words" else r.via)
                for r in found
                for n, (meaning, via) in enumerate(options)
            ][:MAX_READINGS]
            at += length
        if all(r.words != query for r in found):
            found.append(QueryReading(query, 0.9, "words"))
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
        letters, two from eight, the first letter as it is; abbreviations are too short to guess at.
        """
        if len(typed) < 2:
            return []
        for phrase in self._lay.get((len(typed), typed[0][0]), ()):
            if all(_is_near(a, b) for a, b in zip(typed, phrase, strict=True)):
                return self._meanings[phrase]
        return []


def _tagged() -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Short forms by which notes are tagged, with all their senses: a query has no context to choose by."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for row in rows("abbreviations"):
        short, sense = tuple(words(row["abbreviation"])), tuple(words(row["sense"]))
        if row["label"] in _CODABLE and " " not in row["abbreviation"] and short != sense[: len(short)]:
            found.setdefault(short, []).append(sense)
    return found


def _is_near(typed: str, word: str) -> bool:
    if typed == word:
        return True
    edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not edits or abs(len(typed) - len(word)) > edits:
        return False
    return Levenshtein.distance(typed, word, score_cutoff=edits) <= edits


@lru_cache(maxsize=1)
def phrasebook() -> Phrasebook:
    return Phrasebook()
