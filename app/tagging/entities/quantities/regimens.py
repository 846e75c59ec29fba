"""How prescriptions of the UK, Australia and India say how much, how often and how long: 1-0-1, OD, 5/7, a bare 25."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote

# Morning, noon, evening, night: "1-0-1", "½-0-½", "0-0-0-1".
_SLOTS = re.compile(r"(?<![\w/.-])(?:[0-4]|½|1/2)(?:-(?:[0-4]|½|1/2)){2,3}(?![\w/-])")
_COUNTED_TIMES = re.compile(
    r"(?<![\w/.-])(?:\d(?:-\d)?\s?(?:x|times|×)\s?(?:/|a |per |each |every )\s?(?:day|week|wk|month|d)\b"
    r"|\d\s?x\s?daily\b"
    r"|\d{1,2}(?:\s?-\s?\d{1,2})?\s?hourly\b|\d days? (?:a|per|each) week\b|\d\s?/\s?day\b"
    r"|every \d{1,2}(?:\s?-\s?\d{1,2})?\s?(?:h|hrs?|hours?|days?|weeks?|months?)\b"
    r"|q\d{1,2}(?:-\d{1,2})?\s?(?:h|hrs?|hourly|d|wks?|weeks?|months?)\b)",
    re.IGNORECASE,
)
# Days, weeks, months, hours: "5/7", "2/52", "3/12", "48/24".
_SPAN = re.compile(r"(?<![\w/.-])\d{1,3}(?:-\d{1,2})?/(?:7|52|12|24)(?![\w/]|[.-]\w)")
_LASTING = re.compile(
    r"(?<![\w.])(?:x|×|for)\s?\d{1,3}(?:-\d{1,2})?\s?(?:days?|d|weeks?|wks?|w|months?|mths?|yrs?|years?)\b",
    re.IGNORECASE,
)
# Once daily, at night, in the morning, as needed: only right behind what they are the frequency of.
_BEHIND_A_DOSE = frozenset({"OD", "ON", "OM", "od", "om", "OW", "ow", "SOS", "sos", "AN", "LA", "EOD", "Od", "o.d"})
_BARE = re.compile(r"\d{1,4}(?:\.\d{1,3})?(?:/\d{1,3}(?:\.\d)?){0,3}")
_ENDS_ITEM = re.compile(r"[ \t]*(?:$|[,;\n)]|\.(?=\s|$)|\+|-|→|then\b)")
_UNITS_OF_TIME = re.compile(
    r"[ \t]*(?:/|%|x|×|-?(?:days?|d|weeks?|wks?|months?|years?|yrs?|hours?|hrs?|h|mins?|times|cycles?)\b)", re.I
)
_OPENING = frozenset({"q", "Q", "every", "Every", "x", "X", "×", "for", "½"})
_NEAR = 30  # tokens between a drug and how it is given
_CLOSE = 2
_DOSE_UNITS = frozenset({"u", "unit", "iu", "mg", "ml", "mcg", "g", "puff", "tablet", "tab"})
_BEFORE_A_SPAN = frozenset(
    {
        "x",
        "×",
        "for",
        "bd",
        "tds",
        "qds",
        "od",
        "om",
        "on",
        "bid",
        "tid",
        "qid",
        "nocte",
        "mane",
        "prn",
        "daily",
        "stat",
    }
    | {"day", "night", "iv", "po", "sc", "im", "qhs", "hs", "course"}
)
# Pattern, its label, and how many tokens behind a drug or its dose it may stand.
_LAYOUTS = (
    (_SLOTS, "FREQUENCY", _NEAR),
    (_COUNTED_TIMES, "FREQUENCY", _NEAR),
    (_SPAN, "DURATION", 8),
    (_LASTING, "DURATION", 12),
)
_GIVEN = frozenset({"MEDICATION", "DOSE", "ROUTE", "FORM", "FREQUENCY", "DURATION"})


def regimens(note: TokenisedNote, known: list[Mention]) -> list[Mention]:
    """Frequencies, durations and bare doses of these layouts, where a drug stands before them in the sentence."""
    drugs = sorted(m.last for m in known if m.label in ("MEDICATION", "DOSE"))
    if not drugs:
        return []
    found = list(_patterns(note, drugs))
    found += _bare_doses(note, [*known, *found])
    ends = {m.last for m in (*known, *found) if m.label in _GIVEN}
    raw = note.tokens.raw
    if _BEHIND_A_DOSE.isdisjoint(raw):
        return found
    for at, token in enumerate(raw):
        if token in _BEHIND_A_DOSE and (at in ends or (at - 1 in ends and raw[at - 1] in (",", "-", "|", "("))):
            ends.add(at + 1)
            found.append(Mention(at, at + 1, "FREQUENCY", "vocabulary"))
    return found


def without_values(known: list[Mention], found: list[Mention]) -> list[Mention]:
    """The mentions without numbers that are part of a regimen: "1-0-1 x 7" is no result."""
    if not found:
        return known
    taken = {at for m in found if m.label in ("FREQUENCY", "DURATION") for at in range(m.first, m.last)}
    numbers = ("LAB_VALUE", "DOSE")
    return [m for m in known if m.label not in numbers or taken.isdisjoint(range(m.first, m.last))]


def _patterns(note: TokenisedNote, drugs: list[int]) -> Iterator[Mention]:
    """Patterns are tried only where a number, or a word that opens one, stands near a drug."""
    text, starts = note.text, note.tokens.starts
    resume, raws = 0, note.tokens.raw
    for at in _behind(note, drugs):
        if at < resume or not (raws[at][0].isdigit() or raws[at] in _OPENING):
            continue
        for pattern, label, reach in _LAYOUTS:
            match = pattern.match(text, starts[at])
            if match and _is_near(note, drugs, at, reach) and not (pattern is _SPAN and _is_no_span(note, match)):
                first, last = note.tokens.covering(*match.span())
                skip = label == "DURATION" and note.tokens.words[first] in ("x", "×", "for")
                yield Mention(first + skip, last, label, "pattern")
                resume = last
                break


def _is_no_span(note: TokenisedNote, match: re.Match[str]) -> bool:
    """ "10/12 u" is a dose, and "stopped 5/12", "| 4/12 |" are dates: months and hours need a dose or "x" before."""
    first, last = note.tokens.covering(*match.span())
    words = note.tokens.words
    if last < len(words) and words[last] in _DOSE_UNITS:
        return True
    if match[0].endswith(("/7", "/52")):
        return False
    before = words[first - 1] if first else ""
    return before not in _BEFORE_A_SPAN and not before.endswith(("ly", "mg", "mcg"))


def _behind(note: TokenisedNote, drugs: list[int]) -> Iterator[int]:
    """The tokens within reach behind the ends of drugs, once each, in order."""
    begin = 0
    for last in drugs:
        end = min(note.ends[last - 1], last + _NEAR)
        yield from range(max(begin, last), end)
        begin = max(begin, end)


def _is_near(note: TokenisedNote, drugs: list[int], at: int, reach: int) -> bool:
    place = bisect_right(drugs, at) - 1
    return place >= 0 and drugs[place] > max(note.starts[at], at - reach)


def _bare_doses(note: TokenisedNote, known: list[Mention]) -> list[Mention]:
    """The number right behind a drug that a frequency or the item's end follows: "metoprolol 25 bd", "ASA 81,"."""
    found: list[Mention] = []
    text, tokens = note.text, note.tokens
    drugs = [m for m in known if m.label == "MEDICATION" and _before_number(note, m)]
    if not drugs:
        return found
    taken = {at for m in known if m.label != "MEDICATION" for at in range(m.first, m.last)}
    often = sorted(m.first for m in known if m.label in ("FREQUENCY", "ROUTE", "FORM"))
    for drug in drugs:
        at = drug.last
        if at in taken:
            continue
        if tokens.words[at] in ("tab", "cap", "tablet") and at + 1 < note.ends[drug.first]:
            at += 1
        match = _BARE.match(text, tokens.starts[at])
        if match is None or text[tokens.ends[at - 1] : tokens.starts[at]].strip(" \t"):
            continue
        first, last = tokens.covering(*match.span())
        if _is_dose(text, match.end(), match[0], _followed(note, often, last)):
            found.append(Mention(first, last, "DOSE", "number behind a drug"))
    return found


def _before_number(note: TokenisedNote, drug: Mention) -> bool:
    """Does a number, or a short form of tablet, stand right behind the drug in its sentence?"""
    at = drug.last
    return at < note.ends[drug.first] and (
        note.tokens.raw[at][0].isdigit() or note.tokens.words[at] in ("tab", "cap", "tablet")
    )


def _followed(note: TokenisedNote, often: list[int], last: int) -> bool:
    if note.tokens.raw[last : last + 1] and note.tokens.raw[last] in _BEHIND_A_DOSE:
        return True
    place = bisect_left(often, last)
    return place < len(often) and often[place] - last < _CLOSE


def _is_dose(text: str, end: int, number: str, is_taken_often: bool) -> bool:
    if text[end : end + 1].isalnum() or _UNITS_OF_TIME.match(text, end):
        return False
    if is_taken_often or number.count("/") > 1:
        return True
    return (
        bool(_ENDS_ITEM.match(text, end))
        and len(number) > 1
        and not number.startswith(("19", "20"))
        and number[0] != "0"
    )
