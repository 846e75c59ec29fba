"""Planted identifiers: invented passages put into the shown copy of a text, to see whether checkers find them."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from app.deidentify.lexicon.names import english
from app.deidentify.lexicon.wordset import wordtuple

_PLACE = re.compile(r"(?<=[.;])(?=\s)|(?=\n)|\Z")
# (before, kind, after): what a dictated note says around an identifier.
_PASSAGES = (
    (" Discussed with ", "name", "."),
    (" Daughter ", "name", " was present."),
    (" Please copy this letter to ", "name", "."),
    (" Seen together with ", "name", " today."),
    (" Interpreter: ", "name", "."),
    (" Call back on ", "phone", "."),
    (" Mobile number is ", "phone", "."),
    (" MRN ", "number", "."),
    (" Old chart number ", "number", " requested."),
    (" Lives in ", "town", "."),
    (" Transferred from ", "town", " General Hospital."),
    (" Previous visit on ", "date", "."),
)
_TOWNS = wordtuple(
    """
    Ketterham Wexbridge Dornstead Hallowmere Penrycombe Skelthorpe Tamsworth Ulverby Garrowick Lindsholm
    Marchwood Orlestone Pettaugh Quenby Rushmoor Salterton Thurlby Verwood Wadshelf Yaxham
    """
)
_MONTHS = wordtuple("January February March April May June July August September October November December")


@dataclass(frozen=True)
class Plant:
    """`passage` goes in at `at` (code points of the clean text); [start, end) of it is the identifier."""

    at: int
    passage: str
    start: int
    end: int

    def to_json(self) -> list[int | str]:
        return [self.at, self.passage, self.start, self.end]


def plant(text: str, replaced: list[tuple[int, int]], *, key: bytes, label: str) -> Plant:
    """One invented identifier for a text, the same for the same key and label.

    It stands at the end of a sentence or line, never inside what the machine replaced.
    """
    places = [m.start() for m in _PLACE.finditer(text)]
    free = [p for p in places if not any(start < p < end for start, end in replaced)] or [len(text)]
    number = int.from_bytes(hmac.digest(key, f"plant\0{label}".encode(), "sha256"), "big")
    number, place = divmod(number, len(free))
    number, choice = divmod(number, len(_PASSAGES))
    before, kind, after = _PASSAGES[choice]
    value = _invent(kind, number)
    return Plant(free[place], before + value + after, len(before), len(before) + len(value))


def _invent(kind: str, number: int) -> str:
    """A name, telephone number (NANP 555-01xx, nobody's), record number, town or date."""
    if kind == "name":
        firsts, lasts = (sorted(n for n in english(which) if n.isalpha()) for which in ("first_names", "last_names"))
        number, first = divmod(number, len(firsts))
        return f"{firsts[first].title()} {lasts[number % len(lasts)].title()}"
    if kind == "phone":
        return f"({200 + number % 700}) 555-01{number // 700 % 100:02}"
    if kind == "town":
        return _TOWNS[number % len(_TOWNS)]
    if kind == "date":
        return f"{1 + number % 28} {_MONTHS[number // 28 % 12]} {2001 + number // 336 % 20}"
    return f"{1_000_000 + number % 8_999_999}"
