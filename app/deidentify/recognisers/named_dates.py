"""Dates with named months, weekdays, feasts and days of the month (C)."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.calendar.vocabulary import MONTH, MONTHS, SHORT_DAYS, SPOKEN_YEAR, TIME, WEEKDAYS, WORD_DAY
from app.deidentify.lexicon.lists import lines, words
from app.deidentify.note import Note
from app.deidentify.span import Span

_DAY = r"\d{1,2}(?:\s?(?:st|nd|rd|th))?"
_BEFORE_MONTH = re.compile(
    rf"(?<![\d./:])(?<!\d-)(?P<day>(?:{_DAY}(?:,\s{_DAY}){{0,4}}\s?(?:and|&|-|–|—|/|to|or)\s?{_DAY}|{_DAY}|\b(?:{WORD_DAY})(?=\s(?:day\s)?of\b)|\bthe\s(?:{WORD_DAY})|(?!first\b|second\b)\b(?:{WORD_DAY}))"
    r"(?:\s(?:day\s)?of)?(?:\sthe)?[\s\-/,.]{1,2}|(?P<y>\b(?:19|20)\d{2}[-/]|['’]\d{2}\s))$",
    re.IGNORECASE,
)
_AFTER_MONTH = re.compile(
    rf"(?P<other>\s?[-/–]\s?(?:{MONTH})\b)?(?P<dot>\.)?(?P<day>[\s\-/]{{0,3}}(?:the\s)?(?:\d{{1,2}}(?:\s?(?:st|nd|rd|th)\b)?(?![\d:%])|(?:{WORD_DAY})\b)"
    r"(?:,\s\d{1,2}(?:st|nd|rd|th)?(?=,|\sand\b|\s&))*"
    r"(?:\s?(?:-|–|—|to|and|&|through|until)\s?(?:the\s)?\d{1,2}(?:st|nd|rd|th)?(?!\d|[/.]\d))?)?"
    r"(?P<year>\s{0,2}(?:,|of|-|/|\.)?\s{0,2}(?:(?:19|20)\d{2}|['’]\s?\d{2}|(?<=-)\d{2})(?!\d)"
    rf"|,?\s(?:of\s|in\s)?{SPOKEN_YEAR})?"
    rf"{TIME}?",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(
    rf"(?P<other>)(?P<dot>\.)?(?P<day>(?!))?(?P<year>\s{{0,2}}(?:,|of|-|/|\.)?\s{{0,2}}(?:(?:19|20)\d{{2}}|['’]\s?\d{{2}}|(?<=-)\d{{2}})(?!\d)|,?\s(?:of\s|in\s)?{SPOKEN_YEAR})?{TIME}?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(?:mg|mcg|ml|tablets?|tabs?|capsules?|puffs?|units?|times|days|weeks|months|years|hours|steps|doses?|be)\b"
)
_MONTH_CUES = words("date_month_cues")
_SHORT_MONTH_CUES = frozenset(
    ["in", "since", "last", "next", "until", "till", "early", "late", "mid", "from", "seen", "due", "by"]
)
_WORDS_TOO = frozenset(("may", "march", "mar"))
_WEEKDAY_TAIL = re.compile(r"(?:s\b|['’]s\b)?(?:\s(?:the\s)?\d{1,2}(?:st|nd|rd|th)\b)?", re.IGNORECASE)
_RECURRING = re.compile(r"(?<!\w)(?:MWF|TTS|TThS|TTh|M/W/F|T/Th/S|Tu/Th/Sa)(?!\w)")
_FEASTS = lines("feasts")
_FEAST_WORDS = frozenset(feast.split()[0].lower().split("'")[0].rstrip(".") for feast in _FEASTS)
_FEAST = re.compile(
    "(?:" + "|".join(
        re.escape(feast).replace(r"\ ", r"\s").replace("'", "['’]?").replace(r"\.", r"\.?")
        for feast in sorted(_FEASTS, key=len, reverse=True)
    )
    + r")(?!\w)(?:,?\s(?:of\s)?(?:19|20)\d{2}(?!\d))?(?!\s(?:disease|factor|tree|eye|eyes|heart|ross|island|cactus|rose|lily|bunny))",
    re.IGNORECASE,
)  # fmt: skip
_LOOSE_DAYS = frozenset(("sat", "sun", "mon", "wed"))
_DAY_CUES = frozenset(
    [
        "on",
        "until",
        "till",
        "by",
        "last",
        "this",
        "next",
        "since",
        "due",
        "seen",
        "home",
        "back",
        "from",
        "before",
        "after",
        "for",
        "and",
        "coming",
        "every",
        "each",
        "dialysis",
        "clinic",
        "or",
        "to",
    ]
)
_NO_DAY = re.compile(
    r"[\s-](?:up|in\s(?:chair|bed)|out|upright|down|block|burns?|exposure|set|protection|screen|spots?|am\b(?=\s\d)|\d{2,3}\s?%|\d{2}\son|>|<)|s?\s?[:=]?\s?[>~]?\s?\d{2,3}\s?%",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"(?:(?:on|until|by|since|from|to|till|before|after|for|of|around|between|again|and|\w+ed|seen|home|letter)\s|,\s)"
    r"(?P<v>the\s(?:\d{1,2}(?:st|nd|rd|th)|(?:eleven|twelf|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twentie|thirtie)th"
    r"|(?:twenty|thirty)[\s-]\w+(?:st|nd|rd|th))\b(?:\s(?:inst|ult|prox)\b\.?)?"
    r"(?P<more>\s(?:to|and|until|through|or)\s(?:the\s)?\d{1,2}(?:st|nd|rd|th)\b)?(?:\sof\s(?:the|this|last)\smonth)?)"
    r"(?:[\s-](?P<next>[A-Za-z]+))?",
    re.IGNORECASE,
)
_COUNTED = words("ordinal_nouns")
_FIRST_OF = re.compile(
    rf"(?:the\s)?(?:{WORD_DAY}|\d{{1,2}}(?:st|nd|rd|th))\sof\s(?:the|this|last|next)\smonth\b", re.IGNORECASE
)


class NamedDates:
    key = "named-dates"
    types = ("DATE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        yield from months_of(note)
        yield from self._weekdays(note)
        yield from self._feasts(note)
        yield from self._days_of_the_month(note)

    def _weekdays(self, note: Note) -> Iterator[Span]:
        text = note.text
        for day in (*WEEKDAYS, *SHORT_DAYS):
            for position in note.index.get(day, ()) if day in note.index else ():
                if day in SHORT_DAYS and not _is_short_day(note, position, day):
                    continue
                yield self._weekday(text, note.starts[position], note.end(position))
        for day in WEEKDAYS:
            for position in note.index.get(f"{day}s", ()):
                yield self._weekday(text, note.starts[position], note.end(position) - 1)
        if "MWF" in text or "TT" in text or "M/W/F" in text or "/Th" in text:
            for match in _RECURRING.finditer(text):
                yield Span(match.start(), match.end(), "DATE", 0.6, self.key)

    def _weekday(self, text: str, start: int, end: int) -> Span:
        tail = _WEEKDAY_TAIL.match(text, end)
        return Span(start, tail.end() if tail else end, "DATE", 0.7, self.key)

    def _feasts(self, note: Note) -> Iterator[Span]:
        for position in note.positions(tuple(_FEAST_WORDS & note.index.keys())):
            match = _FEAST.match(note.text, note.starts[position], note.starts[position] + 48)
            if match and (
                note.text[match.start()].isupper() or note.text[match.start()].isdigit() or note.mostly_lower
            ):
                yield Span(match.start(), match.end(), "DATE", 0.8, self.key)

    def _days_of_the_month(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.index.get("the", ()):
            following = note.lowers[position + 1] if position + 1 < len(note.words) else ""
            if not position or not following.endswith(("th", "st", "nd", "rd", "twenty", "thirty")):
                continue
            start = note.starts[position]
            before = start - 2 if text[start - 2 : start] == ", " else note.starts[position - 1]
            match = _SINGLE.match(text, before, start + 60)
            if match and match.start("v") == start and (match["next"] or "").lower() not in _COUNTED:
                yield Span(match.start("v"), match.end("v"), "DATE", 0.6, self.key)
        for position in note.index.get("month", ()):
            if position > 3:
                match = _FIRST_OF.match(text, note.starts[position - 3]) or _FIRST_OF.match(
                    text, note.starts[position - 4]
                )
                if match:
                    yield Span(match.start(), match.end(), "DATE", 0.6, self.key)


def months_of(note: Note) -> list[Span]:
    """Dates with a named month."""
    found = [_month(note, p, name) for name in MONTHS if name in note.index for p in note.index[name]]
    return [span for span in found if span]


def _month(note: Note, position: int, name: str) -> Span | None:
    text, start = note.text, note.starts[position]
    before = _BEFORE_MONTH.search(text, max(0, start - 48), start)
    after = _AFTER_MONTH.match(text, note.end(position))
    if (
        after
        and after["day"]
        and ((before and not before["y"]) or (not after["year"] and _UNIT.match(text, after.end("day"))))
    ):
        after = _YEAR_AFTER.match(text, note.end(position)) if before else None
    day, year = bool(before or (after and after["day"])), bool(after and after["year"])
    if not (day or year) and not _bare_month(note, position, name):
        return None
    if name in _WORDS_TOO and text[start].islower() and not (day and year) and not before:
        return None
    first = (before.start("y") if before["y"] else before.start("day")) if before else start
    last = after.end() if after and (after["day"] or year or after["other"]) else note.end(position)
    return Span(first, _trim(text, last), "DATE", 0.95 if day else 0.8, NamedDates.key)


def _is_short_day(note: Note, position: int, day: str) -> bool:
    """ "Tue", "Weds" with a capital; "Sat" and "Sun" are words and only days behind a cue or beside another day."""
    text, start, end = note.text, note.starts[position], note.end(position)
    before = note.lowers[position - 1] if position else ""
    if _NO_DAY.match(text, end):
        return False
    if text[start].islower():
        return before in _DAY_CUES - {"to", "or", "and", "for"} and (
            day not in _LOOSE_DAYS or before in ("on", "last", "next", "until", "till", "by")
        )
    if day not in _LOOSE_DAYS:
        return True
    after = note.lowers[position + 1] if position + 1 < len(note.words) else ""
    if after in MONTHS or after[:1].isdigit() or before in SHORT_DAYS or after in SHORT_DAYS:
        return True
    return before in _DAY_CUES or (
        day in ("mon", "wed") and text[end : end + 2].strip()[:1] in (":", "-", "–", ",", ".")
    )


def _bare_month(note: Note, position: int, name: str) -> bool:
    """Whether a month name alone means the month: "in March", not "may" or "Mar"."""
    word = note.words[position]
    if not word[0].isupper():
        return False
    before = note.lowers[position - 1] if position else ""
    if len(name) < 4 and name != "may":
        return word.istitle() and before in _SHORT_MONTH_CUES
    if name in ("may", "march", "april", "june", "august"):
        return before in _MONTH_CUES
    return True


def _trim(text: str, end: int) -> int:
    while end > 0 and text[end - 1] in " ,-/\n\t":
        end -= 1
    return end
