"""Invented identifiers for the frames: names of many cultures, places, organisations, dates, numbers."""

from __future__ import annotations

import hashlib
from functools import lru_cache, partial
from random import Random

from app.deid.lexicon.names import english, first_names, last_names
from app.deid.lexicon.places import (
    COUNTRIES,
    HOSPITALS,
    STATE_CODES,
    STATES,
    STREET_WORDS,
    large_cities,
    towns,
)

# ruff: noqa: E501 (lists as running text)
from app.deid.lexicon.wordset import wordtuple

_ONSETS = wordtuple(
    """
    b br c ch d dr f fl g gr h j k kl kr l m n p pr r s sh st t th tr v w y z zh
    """
)
_VOWELS = wordtuple(
    """
    a e i o u ai ea ou ie ee ö ü å á é í
    """
)
_CODAS = [
    "",
    " n",
    " r",
    " l",
    " s",
    " t",
    " k",
    " m",
    " nd",
    " rt",
    " ng",
    " ck",
    " ss",
    " v",
    " x",
    " sk",
    " ić",
    " ov",
    " ez",
    " sson",
    " ski",
    " berg",
]
_FORMAL = ("Hospital", "Medical Center", "Clinic", "Health Center", "Regional Hospital", "General Hospital", "Memorial Hospital",
           "Community Hospital", "University Hospital", "Med Ctr", "Health", "Healthcare", "Infirmary", "Rehab", "Children's Hospital")  # fmt: skip
_COMPANY = ("Inc", "LLC", "Ltd", "Corp", "Group", "Technologies", "Industries", "Partners", "Systems", "Bank", "Foods", "Motors", "and Sons",
            "Consulting", "Solutions", "Media", "Airlines", "Insurance", "Labs")  # fmt: skip
MONTHS = wordtuple(
    """
    January February March April May June July August September October November December
    """
)


class Identifiers:
    """Draws from one half of the lists: `held_out` names never occur in training text."""

    def __init__(self, random: Random, *, held_out: bool = False) -> None:
        self.random = random
        self.held_out = held_out

    def _pick(self, name: str) -> str:
        return self.random.choice(_half(name, self.held_out))

    def first(self) -> str:
        return self._invented() if self.random.random() < 0.15 else _cased(self._pick(self._list("first")))

    def _list(self, name: str) -> str:
        return f"{name}-english" if self.random.random() < 0.35 else name

    def last(self) -> str:
        roll = self.random.random()
        if roll < 0.2:
            return self._invented()
        name = _cased(self._pick(self._list("last")))
        if roll < 0.24:
            return f"{name}-{_cased(self._pick('last'))}"
        if roll < 0.27:
            return self.random.choice(("Mc", "O'", "Mac")) + name
        if roll < 0.3:
            return self.random.choice(("de ", "van ", "von ", "de la ", "van der ", "al-", "El ", "di ")) + name
        return name

    def initial(self) -> str:
        return self.random.choice("ABCDEFGHIJKLMNOPRSTVWZ")

    def name(self) -> str:  # noqa: PLR0911 (one way out per form)
        """A full name in one of the ways people write it."""
        roll, first, last = self.random.random(), self.first(), self.last()
        if roll < 0.5:
            return f"{first} {last}"
        if roll < 0.65:
            return f"{first} {self.initial()}. {last}"
        if roll < 0.7:
            return f"{first} {self.initial()} {last}"
        if roll < 0.78:
            return f"{first} {self.initial()}."
        if roll < 0.82:
            return f"{self.initial()}. {last}"
        if roll < 0.86:
            return f"{first} {self.first()} {last}"
        return first if roll < 0.94 else f"{first} {last} {self.random.choice(('Jr.', 'II', 'III', 'Sr.'))}"

    def city(self) -> str:
        if self.random.random() < 0.15:
            return self._invented() + self.random.choice(
                ("", "ville", "ton", "burg", "field", "stad", " Falls", " Beach")
            )
        key = "city" if self.random.random() < 0.4 else "town"
        name = _cased(self._pick(key))
        return name.upper() if self.random.random() < 0.12 else name

    def street(self) -> str:
        number, roll = self.random.randint(1, 9999), self.random.random()
        base = self.last() if self.random.random() < 0.6 else self._pick("town").title()
        if roll < 0.55:
            street = f"{number} {base} {self.random.choice(STREET_WORDS[:40]).title()}"
        elif roll < 0.75:
            ending = self.random.choice(
                ("straße", "strasse", "gatan", "vej", "katu", "laan", "straat", "gade", "weg", "utca")
            )
            street = f"{base.replace(' ', '')}{ending} {number % 200}"
        else:
            street = f"{self.random.choice(('Rue', 'Via', 'Calle', 'Avenida', 'ul.', 'Rua', 'Plaza', 'rue de'))} {base} {number % 300}"
        if self.random.random() < 0.25:
            street += f"{self.random.choice((', Apt ', ' Suite ', ' Apt. ', ' Unit '))}{number % 900}"
        return street

    def hospital(self) -> str:
        roll = self.random.random()
        if roll < 0.2:
            return self.random.choice(HOSPITALS)
        if roll < 0.4:
            return (
                f"{self.random.choice(('St.', 'Saint', 'Mt.', 'Mount'))} {_cased(self._pick('first'))}"
                + self.random.choice(("", "'s", " Hospital", "'s Hospital", " Medical Center"))
            )
        return (
            f"{self.city().title()} {self.random.choice(_FORMAL)}"
            if roll < 0.8
            else f"{self.last()} {self.random.choice(_FORMAL)}"
        )

    def organisation(self) -> str:
        roll = self.random.random()
        if roll < 0.3:
            return self._invented() + self.random.choice(("", "ia", "io", "tech", "soft", "ware"))
        if roll < 0.5:
            return (
                f"{self.last()}, {self.last()} and {self.last()}"
                if roll < 0.36
                else f"{self.last()} {self.random.choice(_COMPANY)}"
            )
        return (
            f"{self._invented()} {self.random.choice(_COMPANY)}"
            if roll < 0.8
            else f"{self.city()} {self.random.choice(_COMPANY)}"
        )

    def date(self) -> str:
        year, month, day = (
            self.random.randint(1950, 2026),
            self.random.randint(1, 12),
            self.random.randint(1, 28),
        )
        name = MONTHS[month - 1]
        return self.random.choice(
            (f"{month}/{day}/{year}", f"{month:02}/{day:02}/{year % 100:02}", f"{year}-{month:02}-{day:02}", f"{name} {day}, {year}",
             f"{name} {day}th, {year}", f"{day} {name} {year}", f"{name[:3]} {day}", f"{month}/{day}", f"{day}.{month}.{year}",
             f"{name} {year}", self.random.choice(("Monday", "Friday", "Sunday")))
        )  # fmt: skip

    def number(self) -> str:
        digits = "".join(self.random.choice("0123456789") for _ in range(self.random.randint(5, 10)))
        return self.random.choice(
            (
                digits,
                f"{self.initial()}{self.initial()}-{digits[:6]}",
                f"{digits[:3]}-{digits[3:]}",
                f"#{digits}",
            )
        )

    def phone(self) -> str:
        a, b, c = (self.random.randint(*r) for r in ((201, 989), (200, 999), (1000, 9999)))
        return self.random.choice(
            (f"{a}-{b}-{c}", f"({a}) {b}-{c}", f"{a}.{b}.{c}", f"+44 20 {c} {c}", f"0{a} {b} {c}", f"{b}-{c}")
        )

    def state(self) -> str:
        return self.random.choice(sorted(STATES)).title()

    def country(self) -> str:
        return self.random.choice(sorted(COUNTRIES)).title()

    def state_code(self) -> str:
        return self.random.choice(sorted(STATE_CODES))

    def _invented(self) -> str:
        """A pronounceable word on no list, so that the model learns from the context."""
        pick = self.random.choice
        word = (
            "".join(pick(_ONSETS) + pick(_VOWELS) for _ in range(self.random.randint(1, 2)))
            + pick(_ONSETS)
            + pick(_VOWELS)
        )
        return (word + pick(_CODAS).strip()).title()


def _cased(name: str) -> str:
    return " ".join("-".join(part.capitalize() for part in word.split("-")) for word in name.split())


@lru_cache(maxsize=16)
def _half(name: str, held_out: bool) -> tuple[str, ...]:
    lists = {"first": first_names, "last": last_names, "city": large_cities, "town": towns,
             "first-english": partial(english, "first_names"), "last-english": partial(english, "last_names")}  # fmt: skip
    return tuple(sorted(w for w in lists[name]() if (hashlib.sha256(w.encode()).digest()[0] % 2 == 0) == held_out))
