"""What is past and what is not: bare years behind a term, and "history of" that opens the present complaint."""

from __future__ import annotations

import re
from bisect import bisect_left

from app.tagging.assertion.cues import CueHit, CueRule
from app.tagging.assertion.scope import Reach
from app.tagging.reading.tokens import Tokens

_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])(?<![0-9]{5})")
_SCOPE = 6  # tokens a year reaches back
_NOT_YEARS = frozenset(
    {
        "unit",
        "mg",
        "ml",
        "iu",
        "mcg",
        "ug",
        "g",
        "kcal",
        "cc",
        "u",
        "hr",
        "h",
        "x",
        "/",
        ":",
        "-",
        "day",
        "step",
        "cell",
    }
)
_FROM_THEN_ON = frozenset(
    {"since", "from", "until", "till", "by", "after", "before", "due", "of", "to", "than", "over"}
)
_UNITS = frozenset(
    {"minute", "min", "hour", "hr", "day", "week", "wk", "month", "mth", "year", "yr", "d", "wks", "hrs", "yrs", "mo"}
)
_FRACTIONS = frozenset({"7", "52", "12", "24"})  # days, weeks, months, hours
_LENGTHS = frozenset({"long", "short", "brief", "longstanding", "standing", "recent", "presenting", "good", "clear"})
_PRESENTING = frozenset(
    {"present", "presents", "presented", "presenting", "complains", "complain", "complaining", "referred", "attends",
     "attended", "admitted", "came", "comes", "brought", "seen"}
)  # fmt: skip
_NAMES_OF_HISTORY = frozenset({"history", "hx"})
_OF_THE_PAST = frozenset(
    {"past", "medical", "surgical", "previous", "prior", "pm", "family", "social", "psychiatric", "drug", "pmh",
     "obstetric", "gynaecological", "gynecological", "ob", "oncologic", "oncological", "cardiac", "p"}
)  # fmt: skip
_SINCE = frozenset({"since", "for", "x", "over", "×"})


def years(tokens: Tokens, starts: list[int]) -> list[CueHit]:
    """A year behind dates what stands before it: "MI in 2010", "TIA 2015", "CVA (2016)", "NSTEMI 03/2021"."""
    found = []
    for match in _YEAR.finditer(tokens.text):
        at = bisect_left(tokens.starts, match.start())
        if tokens.text[match.end() : match.end() + 1] in ("-", "/"):
            continue  # "1993-01-08"
        if at < len(tokens) and tokens.ends[at] == match.end() and at > starts[at]:
            hit = _dated(tokens, at, starts[at])
            if hit is not None:
                found.append(hit)
    return found


def _dated(tokens: Tokens, at: int, start: int) -> CueHit | None:
    words = tokens.words
    if at + 1 < len(words) and words[at + 1] in _NOT_YEARS:
        return None
    first = at
    if words[at - 1] == "/" and at - 2 >= start and words[at - 2].isdigit():
        first = at - 2
        if first > start and words[first - 1] == "/":
            return None  # a whole date says when something was written or done, mostly of late
    before = words[first - 1] if first > start else ""
    if before in _FROM_THEN_ON or (before and not before[0].isalnum() and before not in "(,)"):
        return None
    if before in ("in", "("):
        return CueHit(first - 1, at + 1, CueRule("temporality", "past", "backward", _SCOPE))
    reach = next((n for n in range(1, _SCOPE) if first - n <= start or words[first - n] in (",", ".", "and")), _SCOPE)
    return CueHit(first, at + 1, CueRule("temporality", "past", "backward", max(1, reach)))


def is_year(reach: Reach, tokens: Tokens) -> bool:
    return tokens.words[reach.hit.last - 1].isdigit()


def opens_complaint(tokens: Tokens, reach: Reach, span: tuple[int, int], end: int) -> bool:
    """Does "history of" speak of why the patient is here: by its length, by "presents with", or by what follows?

    "Two month history of hoarseness", "Hx: 2/7 of sore throat", "history: chest tightness on the bus",
    "presented with a history of vomiting", "history of vomiting since Tuesday".
    """
    words, hit = tokens.words, reach.hit
    cue = words[hit.first : hit.last]
    if reach.end <= reach.start or _NAMES_OF_HISTORY.isdisjoint(cue):
        return False
    named = next(n for n, word in enumerate(cue) if word in _NAMES_OF_HISTORY)
    before = words[max(0, hit.first - 5) : hit.first + named]
    if not _OF_THE_PAST.isdisjoint(before[-2:]):
        return False
    if words[hit.last : hit.last + 1] == [":"]:
        return True
    measured = before[-1:] and (
        before[-1] in _UNITS | _LENGTHS or (before[-2:-1] == ["/"] and before[-1] in _FRACTIONS)
    )
    return bool(measured) or not _PRESENTING.isdisjoint(before) or _began(words[span[1] : min(end, span[1] + 4)])


def _began(after: list[str]) -> bool:
    """ "… since Tuesday", "… for three days", "… x 2 weeks", but not "… since childhood", "… for years"."""
    if not after or after[0] not in _SINCE:
        return False
    if after[0] == "since":
        return after[1:2] != ["childhood"] and after[1:2] != ["birth"] and not (after[1:2] and after[1][0].isdigit())
    return len(after) > 2 and after[2] in {"day", "week", "hour", "hr", "wk", "night", "/", "d", "month"}
