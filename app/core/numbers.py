"""Whole numbers out of files: the ASCII digits a format means, of a length a computer takes."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits and nothing else; `str.isdigit` also takes "²", which is no number."""
    return text.isascii() and text.isdigit()


def whole(text: str) -> int:
    """Raises ValueError for anything but an optional sign and at most 18 ASCII digits: `int()` takes
    "１２", "1_2" and blanks, and falls over 5,000 digits."""
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)
