"""Dates said in passing (C): seasons with a year, "last May", "2nd week of July", misread months."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from app.deidentify.calendar.vocabulary import MONTHS
from app.deidentify.lexicon.wordset import wordset, wordtuple
from app.deidentify.note import Note
from app.deidentify.span import Span

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SEASON = re.compile(
    r"(?:(?:early|late|mid|this|last|next|past)[\s-])?(?:spring|summer|autumn|fall|winter)(?:\sof)?(?:,)?\s(?:(?:19|20)\d{2}|['’]\d{2})\b",
    re.IGNORECASE,
)
_RELATIVE_MONTH = re.compile(
    rf"(?:last|next|this|past|early|late|mid|since|until|in|by|during|end\sof|start\sof|beginning\sof)[\s-](?P<v>{_MONTH})\b(?!\s\w+\sneed)",
    re.IGNORECASE,
)
_WEEK_OF = re.compile(
    rf"(?:(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|last|final)\s(?:week|weekend|half|part|day|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    rf"\s(?:of|in)|(?:week|weekend|month)\sof)\s(?:the\s)?(?:{_MONTH}|\d{{1,2}}(?:st|nd|rd|th))\b(?:,?\s(?:19|20)\d{{2}})?",
    re.IGNORECASE,
)
_QUARTER = re.compile(r"Q[1-4](?:\s|/|\sof\s)(?:(?:19|20)\d{2}|['’]\d{2})\b", re.IGNORECASE)
_NUMBERED_WEEK = re.compile(
    r"(?:week|wk|kw)\s?\d{1,2}(?:\s?/\s?|\sof\s|,?\s)(?:19|20)\d{2}\b|(?:cal|calendar)\b\.?\s(?:week|wk)\s?\d{1,2}\b",
    re.IGNORECASE,
)
_INSTANT = re.compile(r"\d{1,2}(?:st|nd|rd|th)\s(?:[il1]nst|ult|prox)\b\.?", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?:{_MONTH})\s(?:the\s)?(?:\d{{1,2}}(?:st|nd|rd|th)|(?:twenty|thirty)?[\s-]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth),?\s"
    r"(?:(?:of\s)?(?:nineteen|twenty|two\sthousand)[\s-]?(?:and\s)?)?(?:(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    r"|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)\b",
    re.IGNORECASE,
)
_MISREAD = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\s(?P<m>[A-Za-z]{3,9})\.?,?\s(?P<y>(?:19|20)\d{2})\b|(?P<m2>[A-Z][a-z]{2,8})\s\d{1,2},\s(?:19|20)\d{2}\b"
)
_NO_MONTH = wordset("day days march may mar dec sep")


class LooseDates:
    key = "loose-dates"
    types = ("DATE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        for words, pattern, score in _BY_WORD:
            for position in note.positions(words):
                match = pattern.match(text, note.starts[position], note.starts[position] + 80)
                if match and self._is_date(note, match):
                    group = "v" if "v" in pattern.groupindex else 0
                    yield Span(match.start(group), match.end(group), "DATE", score, self.key)
        yield from self._misread(note)

    @staticmethod
    def _is_date(note: Note, match: re.Match[str]) -> bool:
        """Not "in may", "by mar": a month that is a word needs a capital, "last" or the like."""
        if match.re is not _RELATIVE_MONTH:
            return True
        month, cue = match["v"], match.group().split()[0].lower()
        if month.lower() in _NO_MONTH:
            return (
                month[0].isupper()
                and not note.mostly_upper
                and (cue in ("last", "next", "since", "until", "in", "by") or month.lower() != "may")
            )
        return month[0].isupper() or len(month) > 3 or note.mostly_lower

    @staticmethod
    def _misread(note: Note) -> Iterator[Span]:
        """ "5 Mav 2009", "Juue 3, 2011": a month with one letter wrong between a day and a year."""
        for position in note.numbers:
            word = note.words[position]
            if len(word) != 4 or word[:2] not in ("19", "20") or position < 2:
                continue
            match = _MISREAD.match(note.text, note.starts[position - 2], note.end(position))
            if not match or match.end() != note.end(position):
                continue
            month = (match["m"] or match["m2"]).lower()
            wrong = 2 if len(month) > 6 else 1
            if any(
                abs(len(m) - len(month)) < 2 and OSA.distance(m, month, score_cutoff=wrong) <= wrong
                for m in MONTHS
                if m != "mar" or len(month) == 3
            ):
                yield Span(match.start(), match.end(), "DATE", 0.8, LooseDates.key)


_BY_WORD = (
    (wordtuple("early late mid this last next past spring summer autumn fall winter"), _SEASON, 0.7),
    (
        wordtuple("last next this past early late mid since until in by during end start beginning"),
        _RELATIVE_MONTH,
        0.7,
    ),
    (wordtuple("1st 2nd 3rd 4th 5th first second third fourth last final week weekend month"), _WEEK_OF, 0.75),
    (tuple(f"{n}{s}" for n in range(1, 32) for s in ("st", "nd", "rd", "th")), _INSTANT, 0.8),
    (tuple(MONTHS), _SPOKEN, 0.8),
    (("q1", "q2", "q3", "q4"), _QUARTER, 0.7),
    (("week", "wk", "kw", "cal", "calendar"), _NUMBERED_WEEK, 0.7),
)
