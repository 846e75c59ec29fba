"""Misspellings of long names: one edit away from exactly one long word of the vocabulary."""

from __future__ import annotations

from functools import cache

from app.tagging.reading.tokens import words_of
from app.tagging.valuesets import rows, word_set

_LONG = 8  # letters; shorter words have too many neighbours
_ENGLISH = ("ed", "ing", "ly", "ment", "ness", "able")
_SHORT = 5  # letters of a word that is mended to one of a few, often misspelt ones
_MOVED = 3  # letters within which one may stand elsewhere
_SETS = ("drugs", "problems", "symptoms")


def _shorter(word: str) -> set[str]:
    """The word and every form of it with one letter left out."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


@cache
def _index() -> tuple[dict[str, list[str]], frozenset[str]]:
    """Form with one letter left out → long words, and all words of the vocabulary."""
    words = {word for name in _SETS for row in rows(name) for word in words_of(row["term"])}
    index: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) >= _LONG and word.isalpha():
            for form in _shorter(word):
                index.setdefault(form, []).append(word)
    return index, frozenset(words)


@cache
def _often() -> dict[str, list[str]]:
    """The same index over short words that are often misspelt and near no other word."""
    index: dict[str, list[str]] = {}
    for word in sorted(word_set("often_misspelt")):
        for form in _shorter(word):
            index.setdefault(form, []).append(word)
    return index


def corrected(word: str) -> str | None:
    """The word meant, for a misspelt long word; None for known words and where two would fit."""
    index, known = _index()
    if word in known or not word.isalpha() or word.endswith(_ENGLISH) or len(word) < _SHORT:
        return None
    if len(word) < _LONG:
        index = _often()
    near = {other for form in _shorter(word) for other in index.get(form, ()) if _one_edit(word, other)}
    return near.pop() if len(near) == 1 else None


def _one_edit(word: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours swapped; the first letter is right."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1 or word == other:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    rest, meant = word[at:], other[at:]
    if len(word) == len(other) and sorted(rest[:_MOVED]) == sorted(meant[:_MOVED]) and rest[_MOVED:] == meant[_MOVED:]:
        return True  # a letter that moved: "athsma"
    swapped = rest[:2] == meant[:2][::-1] and rest[2:] == meant[2:]
    return rest[1:] == meant or rest == meant[1:] or rest[1:] == meant[1:] or swapped
