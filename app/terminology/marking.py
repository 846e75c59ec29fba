"""Which letters of a term answer what was typed, and the word that is still being typed."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from app.terminology.indexing.words import split


def marks(text: str, typed: frozenset[str]) -> list[tuple[int, int]]:
    """Where the typed words stand in a text: whole words, beginnings as far as typed, misspelt ones whole."""
    found = []
    for word, start, end in split(text):
        begun = max((len(t) for t in typed if len(t) > 1 and word.startswith(t)), default=0)
        if word in typed or (not begun and any(_misspells(t, word) for t in typed)):
            found.append((start, end))
        elif begun:
            found.append((start, min(start + begun, end)))
    return found


def _misspells(typed: str, word: str) -> bool:
    longest = max(len(typed), len(word))
    allowed = 2 if longest >= 8 else 1 if min(len(typed), len(word)) >= 4 else 0
    return bool(allowed) and OSA.distance(typed, word, score_cutoff=allowed) <= allowed


def last_typed(query: str) -> str:
    """The last word as it stands so far, folded but not made singular; empty after a space."""
    if not query[-1:].isalnum():
        return ""
    found = split(query)
    if not found:
        return ""
    word, start, end = found[-1]
    raw = query[start:end].lower()
    return raw if raw.isascii() and raw.startswith(word) else word
