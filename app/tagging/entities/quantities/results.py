"""Results in words: "cultures were negative", "normal renal function", "within normal limits"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from app.tagging.entities.findings import PhraseSpan
from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.words import normal
from app.tagging.valuesets import rows

_TESTS = frozenset({"LAB_TEST", "VITAL_SIGN"})
_BETWEEN = frozenset(
    {
        *("is", "was", "wa", "were", "are", "be", "been", "has", "ha", "have", "had", "remained", "remain", "came"),
        *("back", "returned", "also", "all", "both", "within", "result", "study", "test", "level", "value", "again"),
        *("initially", "still", "markedly", "slightly", "mildly", "significantly", "grossly", "otherwise", ":", "as"),
        *("examination", "exam", "scan", "serum", "again", "now", "then", "to", "completely", "moderately"),
    }
)
_LIMITS = frozenset({"limit", "range"})
_REACH = 5  # tokens between the test and its result


@cache
def _results(kind: str) -> frozenset[str]:
    return frozenset(normal(row["word"]) for row in rows("results") if row["kind"] == kind)


def results(note: TokenisedNote, units: list[PhraseSpan]) -> Iterator[Mention]:
    """LAB_VALUE mentions for the words that say how a test of the vocabulary came out."""
    for first, last, term in units:
        if term.label not in _TESTS and term.kind != "test":
            continue
        after = _after(note, last)
        if after:
            yield Mention(*after, "LAB_VALUE", "result in words")
        before = first - 1
        if before >= note.starts[first] and note.tokens.words[before] in _results("before"):
            yield Mention(before, first, "LAB_VALUE", "result in words")


def _after(note: TokenisedNote, last: int) -> tuple[int, int] | None:
    words, end = note.tokens.words, note.ends[last - 1]
    for at in range(last, min(end, last + _REACH)):
        word = words[at]
        if at > last and word in _results("after"):
            within = at + 1 < end and words[at + 1] in _LIMITS
            return (at - 1 if words[at - 1] == "within" else at, at + 2 if within else at + 1)
        if word not in _BETWEEN:
            return None
    return None
