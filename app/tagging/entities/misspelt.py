"""Misspellings of long names: one edit away from exactly one long word of the vocabulary."""

from __future__ import annotations

from functools import cache

from app.tagging.reading.tokens import words_of
from app.tagging.valuesets import rows

_LONG = 8  # letters; shorter words have too many neighbours
_ENGLISH = ("ed", "ing", "ly", "ment", "ness", "able")
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


def corrected(word: str) -> str | None:
    """The word meant, for a misspelt long word; None for known words and where two would fit."""
    index, known = _index()
    if len(word) < _LONG or word in known or not word.isalpha() or word.endswith(_ENGLISH):
        return None
    near = {other for form in _shorter(word) for other in index.get(form, ()) if _one_edit(word, other)}
    return near.pop() if len(near) == 1 else None


def _one_edit(word: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours swapped; the first letter is right."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1 or word == other:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    rest, meant = word[at:], other[at:]
    swapped = rest[:2] == meant[:2][::-1] and rest[2:] == meant[2:]
    return rest[1:] == meant or rest == meant[1:] or rest[1:] == meant[1:] or swapped
