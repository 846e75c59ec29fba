"""Draws clinical vocabulary and eponyms from the ICD-10-CM titles (CDC/NCHS, public domain) and stores them."""

from __future__ import annotations

import re
from collections import Counter

from app.deidentify.lexicon.lists import FOLDER

LISTS = ("clinical_words", "clinical_eponyms")
SOURCE = "# source: ICD-10-CM titles (CDC/NCHS, public domain), by app/deidentify/training/harvest.py\n"
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
    for name, words in zip(LISTS, harvest(titles), strict=True):
        (FOLDER / f"{name}.txt").write_text(SOURCE + "\n".join(words) + "\n", encoding="utf-8")
