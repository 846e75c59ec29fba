"""When and how long: dates, moments counted from another ("two weeks later"), ages, durations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_UNIT = r"(?:minute|min|hour|hr|day|week|wk|month|year|yr)s?"
_COUNT = (
    r"(?:\d{1,4}|(?:[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Tt]welve|"
    r"[Ss]everal|[Ff]ew|[Mm]any|[Aa]n?)\b)"
)
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Ss]ixth|[Ss]eventh|[Tt]enth)"
_TIME = re.compile(
    rf"\b(?:{_MONTH} \d{{1,2}}(?:,? \d{{4}})?\b|\d{{1,2}} {_MONTH},? \d{{4}}|{_MONTH},? (?:19|20)\d\d"
    rf"|{_COUNT}[\s-]{_UNIT}\s(?:ago|later|prior|earlier|before|after|previously|following|from|of (?:age|life)|"
    r"post\w*)\b"
    rf"|(?:[Aa]t|[Aa]fter|[Ww]ithin) {_COUNT}[\s-]{_UNIT}\b|\d{{1,2}} weeks.? gestation\b"
    rf"|[Aa]ge (?:of )?\d{{1,3}}(?:[\s-]{_UNIT})?\b"
    rf"|{_ORDINAL} (?:post-?operative day|hospital day|POD\b|(?:day|week|month|year) of (?:life|gestation|admission))"
    r"|(?:next|following|same|previous) (?:day|week|month|year|morning|evening|night)\b"
    r"|(?:yesterday|today|tonight|this (?:morning|afternoon|evening)|last (?:week|month|year|night))\b"
    r"|(?:[Hh]ospital|[Pp]ost-?operative) day #? ?\d+|(?:POD|HD) ?#? ?\d+|(?<=[Oo]n )day #?\d+)"
)
# Begins with a plain class, which the engine scans for fast.
_CLOCK = re.compile(
    r"[0-9](?<![\w/.-][0-9])"
    r"(?:[0-9]?/[0-9]{1,2}/[0-9]{2,4}|[0-9]{3}-[0-9]{2}-[0-9]{2}|[0-9]?:[0-9]{2}(?![,0-9]+[0-9])(?: ?[AaPp][Mm])?)"
)
_DURATION = re.compile(
    rf"\b(?:(?:[Ff]or|[Oo]ver|x|lasting|[Dd]uring|since|[Ll]asted)"
    rf"(?: the| at least| up to)?(?: last| past| next| following| course of)?\s?"
    rf"(?:about |approximately |nearly |almost )?"
    rf"({_COUNT}(?: ?(?:-|–|to|or) ?{_COUNT})?[\s-]?(?:consecutive )?{_UNIT})\b"
    rf"|({_COUNT}[\s-]{_UNIT})(?=.s? (?:duration|history)| history|[ -]long| course| of | period| duration| interval))"
)


# Words without which there is nothing to look for; normal forms.
_ANCHORS = frozenset(
    {
        *("minute", "min", "mins", "hour", "hr", "hrs", "day", "week", "wk", "wks", "month", "year", "yr", "yrs"),
        *("yesterday", "today", "tonight", "morning", "afternoon", "evening", "night", "age", "pod", "hd"),
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    }
)
_YEAR = 4  # digits
_BEFORE, _BEHIND = 7, 4  # tokens around an anchor


def find_times(note: TokenisedNote) -> list[Mention]:
    """Dates, moments and durations; patterns are tried only around the words of time."""
    found = [(match.span(), "TIME") for match in _CLOCK.finditer(note.text) if "/0/" not in match[0]]
    for start, end in _windows(note):
        found += [(match.span(), "TIME") for match in _TIME.finditer(note.text, start, end)]
        for match in _DURATION.finditer(note.text, start, end):
            found.append((match.span(1 if match[1] else 2), "DURATION"))
    ranges = [(*note.tokens.covering(*span), label) for span, label in found]
    return [Mention(first, last, label, "pattern") for first, last, label in ranges if first < last] + _years(note)


def _windows(note: TokenisedNote) -> Iterator[tuple[int, int]]:
    """Character ranges around the anchors, in order, joined where they overlap."""
    starts, ends, last = note.tokens.starts, note.tokens.ends, len(note.tokens) - 1
    begin = finish = -1
    for at in note.tokens.standing(_ANCHORS):
        start, end = starts[max(0, at - _BEFORE)], ends[min(last, at + _BEHIND)]
        if start > finish:
            if finish >= 0:
                yield begin, finish
            begin = start
        finish = end
    if finish >= 0:
        yield begin, finish


def _years(note: TokenisedNote) -> list[Mention]:
    """The year in "in 1998", "since 2004"."""
    text = note.text
    if not any(opening in text for opening in (" 19", " 20")):
        return []
    words = note.tokens.words
    return [
        Mention(at, at + 1, "TIME", "pattern")
        for at, word in enumerate(words)
        if len(word) == _YEAR
        and word[:2] in ("19", "20")
        and word.isdigit()
        and at
        and words[at - 1] in ("in", "since")
    ]
