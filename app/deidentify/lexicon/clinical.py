"""Clinical vocabulary and eponyms, drawn from the ICD-10-CM titles (CDC/NCHS, public domain) and stored."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

WORDS_FILE = Path(__file__).parent / "clinical_words.txt"
EPONYMS_FILE = Path(__file__).parent / "clinical_eponyms.txt"
_WORD = re.compile(r"[^\W\d_]+")


def harvest(titles: list[str]) -> tuple[list[str], list[str]]:
    """(ordinary clinical words, capitalised proper words) of some code titles, both sorted, lower case.

    A word is ordinary when it occurs in lower case somewhere; a proper word is one that never does
    and stands, capitalised, inside a title or before ``'s``: "Wilson", "Crohn", "Lyme".
    """
    lower: Counter[str] = Counter()
    proper: Counter[str] = Counter()
    for title in titles:
        for match in _WORD.finditer(title):
            word = match.group()
            inside = match.start() > 0 or title[match.end() : match.end() + 2] in ("'s", "’s")
            if len(word) < 3:
                continue
            if word.islower():
                lower[word] += 1
            elif word.istitle() and inside:
                proper[word.lower()] += 1
    return sorted(lower), sorted(set(proper) - set(lower))


def write(titles: list[str]) -> None:
    """Rewrite both stored lists from code titles."""
    for path, words in zip((WORDS_FILE, EPONYMS_FILE), harvest(titles), strict=True):
        path.write_text("\n".join(words) + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def clinical_words() -> frozenset[str]:
    return frozenset(WORDS_FILE.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def clinical_eponyms() -> frozenset[str]:
    return frozenset(EPONYMS_FILE.read_text(encoding="utf-8").split())
