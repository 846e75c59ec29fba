"""The words of dates: months, weekdays, ordinals and Roman months, with the patterns made of them."""

from __future__ import annotations

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: short form → number of the weekday, Monday 0
SHORT_DAYS = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
DAYS_OF_WEEK = {name: number for number, name in enumerate(WEEKDAYS)} | SHORT_DAYS
ROMAN = {
    name: number
    for number, name in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), start=1)
}
_UNITS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_TEENS = [
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
#: "twenty-first" → 21
ORDINALS = {
    name: number
    for number, name in enumerate(
        [*_UNITS, *_TEENS, *(f"twenty-{unit}" for unit in _UNITS), "thirtieth", "thirty-first"], start=1
    )
}
ORDINAL_WORDS = {number: name for name, number in ORDINALS.items()}

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
ROMAN_MONTH = "|".join(sorted(ROMAN, key=len, reverse=True))
WEEKDAY = "|".join(sorted(DAYS_OF_WEEK, key=len, reverse=True))
WORD_DAY = "|".join(sorted((name.replace("-", r"[\s-]") for name in ORDINALS), key=len, reverse=True))
YEAR = r"(?:1[89]|20)\d{2}"
TIME = (
    r"(?:(?:T|\s?@\s?|[ ,]{1,2})\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\b\.?)?Z?"
    r"|T\d{4,6}Z?|\s?@?\s?\d{4}\s?(?:h|hrs?|hours)\b)"
)
_UNIT = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_BELOW_TWENTY = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
#: a year as people say it: "two thousand and four", "nineteen thirty-eight", "of ninety four", "O eight"
SPOKEN_YEAR = (
    rf"(?:two\sthousand(?:\s(?:and\s)?(?:(?:{_TENS})(?:[\s-](?:{_UNIT}))?|{_BELOW_TWENTY}|{_UNIT}))?"
    rf"|(?:nineteen|twenty)[\s-](?:hundred|oh?[\s-](?:{_UNIT})|(?:{_TENS})(?:[\s-](?:{_UNIT}))?|{_BELOW_TWENTY})"
    rf"|(?<=of\s)(?:{_TENS})[\s-](?:{_UNIT})|oh?\s(?:{_UNIT}))\b"
)
EARLIEST, LATEST = 1850, 2150
