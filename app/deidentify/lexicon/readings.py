"""Which words are words: everyday and clinical readings, and how many people are called so. Every row names its source."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import lru_cache

from app.deidentify.lexicon.lists import FOLDER, words

# Per cent of people from which a word that is also a name may be one, where its place says so.
_FIRST_TOO, _LAST_TOO = 0.002, 0.004


def _rows(name: str) -> Iterator[list[str]]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(reader)
        yield from reader


@lru_cache(maxsize=1)
def _readings() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {"everyday": set(), "clinical": set(), "name": set()}
    for word, reading, _source in _rows("readings"):
        found[reading].add(word)
    return {reading: frozenset(listed) for reading, listed in found.items()}


def everyday_words() -> frozenset[str]:
    """Words of SCOWL but for those that are a name before they are a word."""
    return _readings()["everyday"]


def name_words() -> frozenset[str]:
    """Words of SCOWL that are a name before they are a word: "carol", "dale"."""
    return _readings()["name"]


def clinical_words() -> frozenset[str]:
    """Words of the bundled terminologies, of medicines and of disease names, that hardly anybody is called."""
    return _readings()["clinical"] | words("clinical_words") | words("organisms")


_MEDICINES = ("drugs", "drugs-at-fda", "own-brands")


@lru_cache(maxsize=1)
def medicine_words() -> frozenset[str]:
    """Those of the clinical words that name a medicine, or are part of such a name."""
    return frozenset(word for word, _reading, source in _rows("readings") if source in _MEDICINES)


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    """The everyday words of SCOWL's sizes up to 35, in order."""
    sizes = ("scowl-10", "scowl-20", "scowl-35")
    return tuple(word for word, reading, source in _rows("readings") if reading == "everyday" and source in sizes)


@lru_cache(maxsize=1)
def people() -> dict[str, tuple[float, float]]:
    """Lower-case name → per cent of Americans of 1990 with this first and with this last name."""
    return {name: (float(first), float(last)) for name, first, last, _source in _rows("people")}


def named_too(word: str) -> bool:
    """Whether enough people are called by a word that it may be a name where its place says so."""
    first, last = people().get(word, (0.0, 0.0))
    return first >= _FIRST_TOO or last >= _LAST_TOO
