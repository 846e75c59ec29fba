"""Notes of invented patients made of the frames in `tests/data/cases/dated_notes.txt`: every date is known."""

import random
import re
from datetime import date, timedelta
from typing import NamedTuple

from app.deidentify.calendar.vocabulary import ORDINAL_WORDS, ROMAN
from tests.quality.number_cases import CASES

_SLOT = re.compile(r"<(?:(-?\d+|dob) (\w+)|age)>")
_HOLIDAY = re.compile(r"holiday: (.+) (-?\d+)")
_ROMAN = {number: name.upper() for name, number in ROMAN.items()}
_EASTER = {
    2015: (4, 5),
    2016: (3, 27),
    2017: (4, 16),
    2018: (4, 1),
    2019: (4, 21),
    2021: (4, 4),
    2022: (4, 17),
    2023: (4, 9),
}
_DIWALI = {
    2015: (11, 11),
    2016: (10, 30),
    2017: (10, 19),
    2018: (11, 7),
    2019: (10, 27),
    2021: (11, 4),
    2022: (10, 24),
    2023: (11, 12),
}
_THANKSGIVING = {
    2015: (11, 26),
    2016: (11, 24),
    2017: (11, 23),
    2018: (11, 22),
    2019: (11, 28),
    2021: (11, 25),
    2022: (11, 24),
    2023: (11, 23),
}
#: what everybody can look up
HOLIDAYS = {
    "Christmas Day": (12, 25), "Boxing Day": (12, 26), "New Year's Eve": (12, 31), "New Year's Day": (1, 1),
    "Independence Day": (7, 4), "4th of July": (7, 4), "Halloween": (10, 31), "Easter Sunday": _EASTER,
    "Diwali": _DIWALI,
    "Thanksgiving": _THANKSGIVING,
}  # fmt: skip


class Patient(NamedTuple):
    number: int
    order: str
    text: str
    #: start in the text, end, day that is meant (None for a birth), form
    dates: list[tuple[int, int, date, str]]


def frames():
    lines = (CASES / "dated_notes.txt").read_text(encoding="utf-8").splitlines()
    body = "\n".join(line for line in lines if not line.startswith("#"))
    return [frame.strip("\n") for frame in re.split(r"^---$", body, flags=re.MULTILINE)]


def patients(count=208, seed=41):
    """Every frame in turn, in both orders, at random days."""
    chance, listed = random.Random(seed), frames()
    return [_patient(n, listed[n % len(listed)], ("dmy", "mdy")[n // len(listed) % 2], chance) for n in range(count)]


def day_of_holiday(name, year):
    known = HOLIDAYS[name]
    month, day = known[year] if isinstance(known, dict) else known
    return date(year, month, day)


def _patient(number, frame, order, chance):
    first, _, rest = frame.partition("\n")
    year = chance.choice((2015, 2016, 2017, 2018, 2019, 2021, 2022, 2023))
    start = date(year, 1, 1) + timedelta(days=chance.randrange(365))
    if holiday := _HOLIDAY.fullmatch(first):
        start, frame = day_of_holiday(holiday[1], year) - timedelta(days=int(holiday[2])), rest
    elif first.startswith("leap:"):
        start, frame = date(chance.choice((2016, 2020, 2024)), 2, 29), rest
    born = date(start.year - chance.randrange(22, 88), 1, 1) + timedelta(days=chance.randrange(365))
    age = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
    text, dates, done = "", [], 0
    for slot in _SLOT.finditer(frame):
        text += frame[done : slot.start()]
        done = slot.end()
        if slot[1] is None:
            text += str(age)
            continue
        day = born if slot[1] == "dob" else start + timedelta(days=int(slot[1]))
        written = write(day, slot[2], order)
        dates.append((len(text), len(text) + len(written), day, slot[2]))
        text += written
    return Patient(number, order, text + frame[done:], dates)


def write(day, form, order):
    first = order == "dmy"
    figures = (f"{day.day}", f"{day.month}") if first else (f"{day.month}", f"{day.day}")
    padded = tuple(part.zfill(2) for part in figures)
    named = f"{day.day} {day:%B}" if first else f"{day:%B} {day.day}"
    th = "th" if 10 <= day.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return {
        "num": "/".join((*padded, f"{day.year}")),
        "num2": "/".join((*figures, f"{day.year % 100:02}")),
        "part": "/".join(figures),
        "part2": "/".join(padded),
        "named": f"{named} {day.year}" if first else f"{named}, {day.year}",
        "nopart": named,
        "monthfirst": f"{day:%B} {day.day}, {day.year}",
        "iso": day.isoformat(),
        "compact": f"{day:%Y%m%d}",
        "ddmon": f"{day:%d%b%Y}".upper(),
        "roman": f"{day.day}.{_ROMAN[day.month]}.{day.year}",
        "words": f"the {ORDINAL_WORDS[day.day]} of {day:%B}",
        "the": f"the {day.day}{th}",
        "ord": f"the {day.day}{th}",
        "wd": f"{day:%A}",
        "wdnum": f"{day:%a} {'/'.join((*padded, str(day.year)))}",
        "wc": f"week commencing {named}",
        "m": f"{day:%B}",
        "my": f"{day:%B %Y}",
        "y": f"{day.year}",
    }[form]
