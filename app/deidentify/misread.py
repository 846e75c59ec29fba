"""Numbers a scanner misread: the letters O, l and I among digits, put right without moving a place."""

from __future__ import annotations

import re

# Digits and confusable letters in one run, joined by the marks of dates and numbers.
_RUN = re.compile(r"(?<![A-Za-z0-9])[0-9OoIl|]+(?:[/.\-][0-9OoIl|]+)*(?![A-Za-z0-9])")
_SUSPECT = re.compile(r"\d[OoIl|]|[OoIl|]\d")
_DIGITS = str.maketrans("OoIl|", "00111")
# A run this short, or with fewer digits, may be a word, a unit or "O2".
MIN_RUN, MIN_DIGITS = 4, 2


def repair_scan(text: str) -> str:
    """A text of the same length in which such runs hold digits alone: "12/O3/1946" becomes "12/03/1946"."""
    if not _SUSPECT.search(text):
        return text
    return _RUN.sub(_repaired, text)


def _repaired(match: re.Match[str]) -> str:
    run = match.group()
    if len(run) < MIN_RUN or sum(c.isdigit() for c in run) < MIN_DIGITS or not _SUSPECT.search(run):
        return run
    return run.translate(_DIGITS)
