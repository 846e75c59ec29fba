"""A query as titles and tables write it: a weight at birth and a body mass index as ranges, *can't* as *cant*."""

from __future__ import annotations

import re

_GRAMS = re.compile(r"\b(\d{3,4}|\d\.\d{1,3})\s?(kg|kilograms?|kilos?|gms?|g|grams?)\b", re.I)
_CONTRACTED = re.compile(r"(?<=[a-z])n['’]t\b|(?<=\bca)n['’]t\b", re.I)
_OWNED = re.compile(r"\b(?:the|my|his|her|their)\b", re.I)
_WHEN = re.compile(r"\b\d+\s*(?:weeks?|days?|months?|years?|yrs?|wks?)[\s-]*(?:ago|old|(review|follow up))\b", re.I)
_BMI = re.compile(r"\b(?:bmi|body mass index)(?:\s*(?:of|is|=|:))?\s*(\d{2})(?:\.\d+)?\b", re.I)
_NEWBORN = re.compile(r"\b(?:birth|born|newborn|neonate|baby|preterm|premature|infant|bw)\b", re.I)
# Bounds of P07.0-, P07.1- (grams): the lowest weight of each range, and how its title says it.
_BIRTH_WEIGHTS = (
    (2500, ""), (2000, "2000-2499"), (1750, "1750-1999"), (1500, "1500-1749"), (1250, "1250-1499"), (1000, "1000-1249"),
    (750, "750-999"), (500, "500-749"), (0, "less than 500"),
)  # fmt: skip
# Z68: ranges of adults from 40 on; below each whole number has a code of its own.
_BMIS = ((70, "70 or greater"), (60, "60.0-69.9"), (50, "50.0-59.9"), (45, "45.0-49.9"), (40, "40.0-44.9"))


def as_titled(query: str) -> str:
    """The query with numbers as titles have them, contractions in one word: `newborn 1400 g` → `… 1250-1499 grams`."""
    query = _WHEN.sub(r" \1", _OWNED.sub(" ", _CONTRACTED.sub("nt", query)))
    if _NEWBORN.search(query):
        query = _GRAMS.sub(_weight, query)
    return _BMI.sub(_index, query)


def _weight(match: re.Match[str]) -> str:
    grams = float(match[1]) * (1000 if match[2].lower().startswith("k") else 1)
    said = next(said for least, said in _BIRTH_WEIGHTS if grams >= least)
    return f"low birth weight {said} grams" if said else match[0]


def _index(match: re.Match[str]) -> str:
    value = int(match[1])
    if value < 20:
        return "body mass index 19.9 or less"
    said = next((said for least, said in _BMIS if value >= least), f"{value}.0-{value}.9")
    return f"body mass index {said} adult"
