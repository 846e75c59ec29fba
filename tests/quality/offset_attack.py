"""The attack on shifted dates: from a de-identified note alone, by how many days was it moved?

Whoever reads a release knows that all days of a patient went back by 1 to 365 days. He looks for what was not moved
with the rest: a weekday that does not fit its date, a feast beside a date, a partial date far from the whole ones, a
second group of whole dates, a 29 February in a year that has none, an age that does not fit the birth, a year that
has not come yet. Each gives votes for offsets; the offset with most votes is his guess.
"""

import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise

from app.deidentify.calendar.reading import day_of, read_dates
from app.deidentify.calendar.vocabulary import DAYS_OF_WEEK, MONTH, WEEKDAY, WORD_DAY
from tests.quality.dated_notes import HOLIDAYS, day_of_holiday

WINDOW = range(-365, 0)
#: a guess this near counts as found
NEAR = 3
#: days within which the dates of one stay lie
STAY = 45
_WHOLE = re.compile(
    rf"\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}|(?<!\d)20\d{{6}}(?!\d)|\d{{1,2}}\.[IVX]+\.\d{{4}}"
    rf"|\d{{1,2}}\s?(?:{MONTH})\s?\d{{4}}|(?:{MONTH})\s\d{{1,2}},\s\d{{4}}",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    rf"\d{{1,2}}/\d{{1,2}}(?![/\d])|\d{{1,2}}\s(?:{MONTH})\b(?!\s?\d{{4}})|(?:{MONTH})\s\d{{1,2}}\b(?!,\s\d{{4}})"
    rf"|(?:{WORD_DAY})\sof\s(?:{MONTH})",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\b(?:{WEEKDAY})\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d{2}(?![\d/.-])")
_AGE = re.compile(r"\b(\d{2})(?:\s?(?:yo|y|F|M|year)|,)|age[d:]?\s(\d{2})\b")


def guess(text, order):
    """The attacker's guess and how many offsets are as likely, or (None, 0) where he found nothing to hold on to."""
    votes: Counter[int] = Counter()
    whole = [(m.start(), m.end(), day) for m in _WHOLE.finditer(text) if (day := _day(m.group(), order))]
    recent = [entry for entry in whole if (max(d for *_, d in whole) - entry[2]).days < 3650]
    for source in (_weekdays, _holidays, _partial_dates, _groups, _ages, _years):
        source(text, order, recent, votes)
    if not votes:
        return None, 0
    most = max(votes.values())
    best = sorted(offset for offset, count in votes.items() if count == most)
    return best[len(best) // 2], len(best)


def _day(text, order):
    read = read_dates(text, order)
    return read[0].dated if read and len(read) == 1 else None


def _weekdays(text, _order, whole, votes):
    """A weekday right beside a date, or alone within a week of the date before it in the text."""
    for match in _WEEKDAY.finditer(text):
        named = DAYS_OF_WEEK[match.group().lower()]
        for start, end, day in whole:
            beside = 0 <= start - match.end() <= 3 or 0 <= match.start() - end <= 3
            if beside and day.weekday() != named:
                for offset in WINDOW:
                    if (day - timedelta(days=offset)).weekday() == named:
                        votes[offset] += 3


def _holidays(text, _order, whole, votes):
    """A feast that stands in the text: the dates of its sentence lie within days of it, in its year."""
    for name in HOLIDAYS:
        place = text.find(name)
        if place < 0:
            continue
        near = min(whole, key=lambda entry: abs(entry[0] - place), default=None)
        for year in range(near[2].year, near[2].year + 2) if near else ():
            try:
                feast = day_of_holiday(name, year)
            except KeyError:
                continue
            for step, weight in ((0, 9), (1, 8), (-1, 8), (2, 7), (3, 5), (5, 4)):
                _vote(votes, (near[2] - feast).days - step, weight)


def _partial_dates(text, order, whole, votes):
    """A partial date that lies far from every whole one was not moved with them."""
    for match in _PARTIAL.finditer(text):
        read = read_dates(match.group(), order)
        if not read or len(read) != 1 or read[0].month is None or read[0].day is None or not whole:
            continue
        near = min(whole, key=lambda entry: abs(entry[0] - match.start()))[2]
        possible = [d for y in (-1, 0, 1) if (d := day_of(near.year + y, read[0].month, read[0].day))]
        if not possible:  # 29 February beside a year that has none
            possible = [d for y in range(-4, 5) if (d := day_of(near.year + y, read[0].month, read[0].day))]
        if min(abs((d - near).days) for d in possible) <= STAY:
            continue
        for day in possible:
            for gap in range(STAY):
                _vote(votes, (near + timedelta(days=gap) - day).days, 4 if gap < 7 else 2)


def _groups(_text, _order, whole, votes):
    """Two groups of whole dates within a year: one may be as it was."""
    days = sorted({day for *_, day in whole})
    for first, second in pairwise(days):
        if STAY < (second - first).days <= 365:
            _vote(votes, (first - second).days, 1)


def _ages(text, order, whole, votes):
    """A birth and an age that do not fit the date of the note."""
    born = [
        d for m in _WHOLE.finditer(text) if (d := _day(m.group(), order)) and whole and (whole[0][2] - d).days > 6000
    ]
    stated = [int(a or b) for a, b in _AGE.findall(text)]
    if not born or not stated or not whole:
        return
    seen = min(d for *_, d in whole)
    age = seen.year - born[0].year - ((seen.month, seen.day) < (born[0].month, born[0].day))
    if age != stated[0]:
        for offset in WINDOW:
            then = seen - timedelta(days=offset)
            votes[offset] += (
                then.year - born[0].year - ((then.month, then.day) < (born[0].month, born[0].day)) == stated[0]
            )


def _years(text, _order, whole, votes):
    """A year later than every date: the offset leads into it."""
    if not whole:
        return
    last = max(d for *_, d in whole)
    for match in _YEAR.finditer(text):
        if int(match.group()) == last.year + 1:
            for offset in WINDOW:
                votes[offset] += (last - timedelta(days=offset)).year >= int(match.group())


def _vote(votes, offset, weight):
    if offset in WINDOW:
        votes[offset] += weight


def left_in_place(patient, spans, offset):
    """Dates of a patient that no span covers or that came out as they were; those that agree anyway are none."""
    covered = {i for s in spans for i in range(s.start, s.end)}
    listed = []
    for start, end, day, form in patient.dates:
        same = form == "y" or (form == "m" and (day + timedelta(days=offset)).month == day.month)
        if not same and not any(i in covered for i in range(start, end)):
            listed.append((patient.text[start:end], form))
    return listed


def found(number, offset):
    return number is not None and abs(number - offset) <= NEAR
