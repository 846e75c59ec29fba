"""Whether a text reads like something a person wrote: sentences, not codes, names or labels."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
_STOP = re.compile(r"[.!?:。](?:\s|$)|\n")
MIN_WORDS = 6


def reads_like_prose(text: str) -> bool:
    """At least `MIN_WORDS` words that make up most of it, and a sentence's end or a line break."""
    parts = text.split()
    words = sum(bool(_WORD.search(part)) for part in parts)
    return words >= MIN_WORDS and words >= 0.5 * len(parts) and bool(_STOP.search(text.strip()))
