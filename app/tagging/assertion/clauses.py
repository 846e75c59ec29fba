"""Where a denial ends at a comma: what follows is a statement of its own, not the next item of the list."""

from __future__ import annotations

import unicodedata
from functools import cache

from app.tagging.reading.tokens import Tokens
from app.tagging.reading.words import normal
from app.tagging.valuesets import rows

_OR = frozenset({"or", "nor"})
_LEVELS = frozenset({"type", "grade", "stage", "class", "grades", "vitamin", "factor", "level", "hepatitis", "covid"})
_COUNTED = frozenset({"day", "week", "month", "year", "hour", "hr", "wk", "yr", "night", "minute", "min"})
_BARE_ANSWERS = frozenset({"neg", "negative", "-ve", "nil", "nr"})
_JOINING = frozenset({"and", "or", "/", "&", "was", "were", "is", "are", "both", "all"})
_PARTS = frozenset({",", ";", ":", ".", "but"})
_MARKS = frozenset("+×•↑↓→")
_EXTENT = frozenset({"to", "on", "of"})
_BULLETS = frozenset("·•‣◦▪●■○")
_SPOKEN = frozenset("°®©™")  # belong to the word before them


@cache
def _words(kind: str) -> frozenset[str]:
    found: set[str] = set()
    for row in rows("new_statements"):
        if row["kind"] == kind:
            found.add(normal(row["word"]))
    return frozenset(found)


def denial_end(tokens: Tokens, start: int, end: int, horizon: int) -> int:
    """The end of the scope [start, end) of "no", "denies", …: the first comma behind which something is stated.

    What is said up to `horizon` counts: a stop ("… , cough | since Monday") may end the scope before it.

    "No fever, cough or rash" is one list, whatever else is said of its items; "No fever, cough for 3 days",
    "no SOB, CP 4/10", "no wheeze, bibasal crackles", "no redness, senna given" are two statements.
    """
    words = tokens.words
    commas = [at for at in range(start, end) if words[at] == ","]
    if not commas:
        return end
    for number, comma in enumerate(commas):
        item = comma + 1, commas[number + 1] if number + 1 < len(commas) else _item_end(words, end, horizon)
        if _is_statement(tokens, item) and _OR.isdisjoint(words[comma : item[1]]):
            return comma
    return end


def answer_begin(tokens: Tokens, start: int, cue: tuple[int, int]) -> int:
    """Where the scope of a bare "neg" behind its noun begins: "flank pain, nausea, bHCG neg" denies one thing."""
    words, (first, last) = tokens.words, cue
    if last - first > 1 or words[first] not in _BARE_ANSWERS:
        return start
    at = first - 1
    while at > start and words[at] != ",":
        if words[at] in _JOINING:
            return start
        at -= 1
    return at + 1 if words[at] == "," and at + 1 < first else start


def _item_end(words: list[str], end: int, horizon: int) -> int:
    """The last item goes on past a stop, to the next comma."""
    return next((at for at in range(end, horizon) if words[at] in _PARTS), horizon)


def _is_statement(tokens: Tokens, item: tuple[int, int]) -> bool:
    """Does the item bring a size, a side, a time, a count, a value, a place it reaches to, or a verb?"""
    first, last = item
    words = tokens.words[first:last]
    while words and words[0] in ("and", "but", "the", "a"):
        del words[0]
    if not words:
        return False
    if words[0] in _words("opens"):
        return True
    begin = last - len(words)
    return any(_states(words, at) or _is_amount(tokens, begin + at) for at in range(len(words)))


def _states(words: list[str], at: int) -> bool:
    """Is the word a predicate, a mark, "for three days" or "to the knees"?"""
    word, after = words[at], words[at + 1 : at + 4]
    if word in _MARKS:
        return True
    if not at:
        return False
    if word == "for":
        return any(w[0].isdigit() or w in _COUNTED for w in after)
    return word in _words("says") or (word in _EXTENT and not _words("reached").isdisjoint(after[:2]))


def _is_amount(tokens: Tokens, at: int) -> bool:
    """A number that is no level ("type 2") and no part of a name."""
    return tokens.words[at][0].isdigit() and tokens.words[at - 1] not in _LEVELS and not _in_name(tokens, at)


def _in_name(tokens: Tokens, at: int) -> bool:
    """Is the number written onto a word ("B12", "COVID-19", "G6PD")?"""
    start, end = tokens.starts[at], tokens.ends[at]
    text = tokens.text
    before, after = text[start - 1 : start], text[end : end + 1]
    hyphened = before == "-" and text[start - 2 : start - 1].isalpha()
    glued = before.isalpha() and before not in "x×"
    return glued or hyphened or (after.isalpha() and text[end + 1 : end + 2].isupper())


def is_symbol(raw: str) -> bool:
    """A bullet, a pictogram: they part what stands on either side, like a semicolon."""
    if len(raw) != 1 or raw < "\u00b7":
        return False
    return raw in _BULLETS or (raw not in _SPOKEN and unicodedata.category(raw) == "So")
