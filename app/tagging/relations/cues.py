"""The cue tables of relations: phrases with their rule and certainty, words with their classes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of
from app.tagging.valuesets import rows

#: from the surest to the least sure
RANK = {"certain": 0, "probable": 1, "possible": 2, "unlikely": 3}


class Cue(NamedTuple):
    """A phrase of a table at the tokens [first, last), within one sentence."""

    first: int
    last: int
    rule: str
    certainty: str


@cache
def _table(name: str) -> tuple[PhraseTable, list[tuple[str, str]]]:
    known = rows(name)
    table = PhraseTable.of(words_of(row["phrase"]) for row in known)
    return table, [(row["rule"], row.get("certainty", "")) for row in known]


def find_cues(note: TokenisedNote, name: str, sentences: Iterable[int]) -> list[Cue]:
    """The longest phrases of the table ``<name>.tsv`` in these sentences (their first tokens), in text order."""
    table, kinds = _table(name)
    words, found = note.tokens.words, []
    for start in sentences:
        for first, last, number in table.longest(words[start : note.ends[start]]):
            found.append(Cue(start + first, start + last, *kinds[number]))
    return found


@cache
def words_for(name: str) -> frozenset[str]:
    """The words of one class of `relation_words.tsv`, in normal form."""
    found = {word for row in rows("relation_words") if row["class"] == name for word in words_of(row["word"])}
    if not found:
        raise KeyError(name)
    return frozenset(found)
