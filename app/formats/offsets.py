"""Offsets in the unit a format counts in: ours are code points, others count UTF-16 code units or bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from enum import StrEnum
from itertools import accumulate

_Width = Callable[[str], int]


class OffsetUnit(StrEnum):
    """What one step of an offset is; the value is how a file names it."""

    CODE_POINT = "code point"
    UTF16 = "UTF-16 code unit"
    BYTE = "UTF-8 byte"
    TOKEN = "token"  # noqa: S105  (no password: a word of a text)


class OffsetTable:
    """Offsets of one text, there and back. A text in which both units agree, as most do, needs no table."""

    def __init__(self, text: str, unit: OffsetUnit) -> None:
        self._ends: list[int] | None = None
        if unit is OffsetUnit.UTF16 and any(character > "\uffff" for character in text):
            self._ends = [0, *accumulate(map(_utf16, text))]
        elif unit is OffsetUnit.BYTE and not text.isascii():
            self._ends = [0, *accumulate(map(_utf8, text))]
        elif unit is OffsetUnit.TOKEN:
            raise ValueError("tokens are counted by who cuts them")
        self.length = len(text) if self._ends is None else self._ends[-1]

    def there(self, offset: int) -> int:
        """The offset of a code point, in the format's unit."""
        return offset if self._ends is None else self._ends[offset]

    def back(self, offset: int) -> int | None:
        """The code point at an offset of the format; None outside the text, and within a character."""
        if not 0 <= offset <= self.length:
            return None
        if self._ends is None:
            return offset
        place = bisect_left(self._ends, offset)
        return place if self._ends[place] == offset else None

    def span_back(self, start: int, end: int) -> list[int] | None:
        """A span of the format as ours; None where it is empty, or no span of this text."""
        first, last = self.back(start), self.back(end)
        return None if first is None or last is None or first >= last else [first, last]


def _utf16(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _utf8(character: str) -> int:
    return 1 if character < "\x80" else 2 if character < "\u0800" else 3 if character <= "\uffff" else 4
