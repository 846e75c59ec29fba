"""Invented identifiers for the frames: names of many cultures, places, organisations, dates, numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from random import Random

from app.deidentify.lexicon.names import english, first_names, last_names
from app.deidentify.lexicon.places import (
    COUNTRIES,
    HOSPITALS,
    STATE_CODES,
    STATES,
    STREET_WORDS,
    large_cities,
    towns,
)

# ruff: noqa: E501 (lists as running text)
from app.deidentify.lexicon.wordset import wordtuple

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
_SCHOOLS = ("Elementary", "Elementary School", "Middle School", "High", "High School", "Academy", "Primary School", "College", "State", "University",
            "Community College", "Preschool", "Montessori", "School of Nursing", "Grammar School", "Tech", "Institute", "Kindergarten")  # fmt: skip
_CHURCHES = ("First {} Church", "St {}'s", "Our Lady of {}", "{} Lutheran", "{} Baptist Church", "Temple Beth {}", "{} Methodist", "Iglesia {}",
             "{} Presbyterian", "Masjid {}", "Church of {}", "Holy {} Parish", "{} Chapel", "{} Gurdwara", "New {} Temple")  # fmt: skip
_HOMES = ("Nursing Home", "Assisted Living", "Care Centre", "Care Home", "Manor", "Lodge", "House", "Gardens", "Rehabilitation", "Villa", "Terrace",
          "Skilled Nursing", "Retirement Village", "Shelter", "Group Home", "Mobile Park", "Hospice", "Rest Home")  # fmt: skip
_SURGERIES = ("Surgery", "Medical Practice", "Health Centre", "Family Practice", "Medical Group", "Clinic", "Family Medicine", "Partnership",
              "Practice", "Walk-in", "Medical Associates", "Doctors")  # fmt: skip
_TRADES = wordtuple(
    """
    Power Capital Finance Data Research Reports Systems Transit Health Logistics Steel Paper Foods Motors Energy
    Freight Freight Movers Lines Software Analytics Design Studio Media Press Times Tribune Register Symphony
    Orchestra Foundation Trust Council Alliance Society Union Bank Insurance Mutual Partners Global Works Labs
    Electric Plumbing Roofing Salon Diner Grill Hotel Inn Market Hardware Farms Dairy Bakery Airlines Cargo
    Rentals Staffing Security Cleaning Services Agency Consulting Networks Mobile Wireless Games Pictures Records
    """
)
_ADJECTIVES = wordtuple(
    """
    Clean Blue Golden United American National Pacific Atlantic Northern Southern Western Eastern Prime First Bright
    Open Smart Rapid Silver Green Red Royal Grand General Central Advanced Applied Digital Modern Summit Pioneer
    Liberty Premier Universal Classic Metro Coastal Prairie Mountain River Valley Lake Sunrise Eagle Star Diamond
    """
)
_HOUSEHOLD = tuple(
    """Walmart|Target|Costco|Amazon|FedEx|UPS|Home Depot|Starbucks|Tesco|Boeing|Google|Deloitte|Ford|Tyson|Kroger|NATO|U.N.|Verizon
    |Walgreens|CVS|Rite Aid|Boots|Lidl|Ikea|Siemens|Volvo|Nestle|Pfizer|IBM|AT&T|Uber|Netflix|Allianz|Zillow""".replace(
        "\n    ", ""
    ).split("|")
)
_WORD_NAMES = wordtuple(
    """
    Will Grace May Rose Mark Hope Faith April June Summer Joy Dale Rich Chase Grant Art Bill Jack Drew
    Dawn Ivy Lily Olive Ruby Violet Pearl Amber Heather Iris Jasmine Robin Sage Hunter Mason Piper Reed
    Cliff Glen Forest Miles Rob Pat Gene Guy Frank Earnest Sunny Fern Holly Hazel Ginger Daisy Autumn
    Charity Melody Harmony Angel Destiny Star Sky Rocky Buck Chip Duke Kip Memo Billie Ray Colt
    """
)
_WORD_SURNAMES = wordtuple(
    """
    Long Young Rose Church Fields Summers Brown Green White Black Gray Bishop King Price Cook Baker
    Carter Mason Wood Stone Hill Banks Day Winter Snow Frost Rivers Lake Bush Rice Bean Pickle Love Hope
    Grace Power Strong Sharp Short Small Little Best Good Case Page Park Street Lane House Hall Field
    Marsh Moss Berry Fish Fox Wolf Bird Drake Crane Swan Lamb Bacon Coffin Blood Bone Foot Hand Head
    Heart Child Friend Guest Major Noble Savage Wise Moody Gay Sweet Bright Early Ward Nurse Doctor Pope
    Abbott Monk Knight
    """
)
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
        roll = self.random.random()
        if roll < 0.15:
            return self.invented()
        return self._pick("word-first") if roll < 0.2 else _cased(self._pick(self._list("first")))

    def _list(self, name: str) -> str:
        return f"{name}-english" if self.random.random() < 0.35 else name

    def last(self) -> str:
        roll = self.random.random()
        if roll < 0.2:
            return self.invented()
        if roll > 0.94:
            return self._pick("word-last")
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
            return self.invented() + self.random.choice(
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
        if roll < 0.25:
            return self.invented() + self.random.choice(("", "ia", "io", "tech", "soft", "ware"))
        if roll < 0.4:
            return (
                f"{self.last()}, {self.last()} and {self.last()}"
                if roll < 0.3
                else f"{self.last()} {self.random.choice(_COMPANY)}"
            )
        if roll < 0.6:
            return self.employer()
        return (
            f"{self.invented()} {self.random.choice(_COMPANY)}"
            if roll < 0.8
            else f"{self.city()} {self.random.choice(_COMPANY)}"
        )

    def employer(self) -> str:  # noqa: PLR0911 (one way out per form)
        """A firm, paper, bank, club …: invented, made of everyday words, or one everybody knows."""
        pick, roll = self.random.choice, self.random.random()
        if roll < 0.14:
            return pick(_HOUSEHOLD)
        if roll < 0.34:
            return f"{pick(_ADJECTIVES)} {pick(_TRADES)}" + (f" {pick(_TRADES)}" if roll < 0.2 else "")
        if roll < 0.48:
            return f"{pick((self.invented(), self.last(), self.city().title()))} {pick(_TRADES)}"
        if roll < 0.56:
            return f"{pick(_TRADES)} {pick(_TRADES)}"
        if roll < 0.64:
            return f"{self.last()}{pick(('-', ' & ', ' and ', ', '))}{self.last()}{pick(('', '', ' LLP', ' Inc.'))}"
        if roll < 0.72:
            return f"{self.last()}, {self.last()} and {self.last()}"
        if roll < 0.84:
            return self.invented() + pick(("", "", "ify", "io", "ly", "data", "soft", " Inc.", " Ltd.", " LLC"))
        return f"{self.last()} {pick(('Inc', 'Ltd', 'LLC', 'Group', 'and Sons', 'PLC', 'Brothers', 'GmbH', 'Co.'))}"

    def school(self) -> str:
        base = self.random.choice((self.city().title(), self.last(), self._pick("word-last")))
        return f"{base} {self.random.choice(_SCHOOLS)}"

    def church(self) -> str:
        base = self.random.choice((self.last(), self.first(), self._pick("word-first"), self.city().title()))
        return self.random.choice(_CHURCHES).format(base)

    def home(self) -> str:
        word = f"{self.random.choice(_ADJECTIVES)} {self._pick('word-last')}"
        base = self.random.choice((self.city().title(), self.last(), word))
        return f"{base} {self.random.choice(_HOMES)}"

    def surgery(self) -> str:
        base = self.random.choice((self.city().title(), f"The {self._pick('word-last')}", self.last()))
        return f"{base} {self.random.choice(_SURGERIES)}"

    def address(self) -> str:
        """A whole address in the manner of one of several countries, on one line or on several."""
        r, pick = self.random, self.random.choice
        number, town = r.randint(1, 999), self.city()
        comma = pick((", ", ", ", "\n", " ", "\n "))
        where = pick((
            lambda: f"{self.street()}{comma}{town}, {self.state_code()} {r.randint(1000, 99999):05}",
            lambda: f"{self.street()}{comma}{town}",
            lambda: f"{r.randint(100, 99999)} {self.street()} Apt. {number}{comma}{town}{comma}{self.country()} {r.randint(1000, 99999)}",
            lambda: f"{number} {self.last()} {pick(('Close', 'Mews', 'Brow', 'Rise', 'Gardens', 'Clough', 'Row', 'Paddocks'))}, {town}, "
                    f"{self.initial()}{self.initial()}{number % 20 + 1} {number % 9}{self.initial()}{self.initial()}",
            lambda: f"Flat {number % 90}, {self.last()} {pick(('Court', 'House', 'Society', 'Towers', 'Nagar'))}{comma}{town}",
            lambda: f"Plot {number % 90}, Sector {number % 40}, {town} {r.randint(110000, 799999)}",
            lambda: f"{pick(('Unit', 'Shop', 'Lot'))} {number % 30}, {number} {self.last()} {pick(('Parade', 'St', 'Rd', 'Esplanade'))}, {town} "
                    f"{pick(('NSW', 'VIC', 'QLD', 'WA', 'SA'))} {r.randint(2000, 6999)}",
            lambda: f"{number} {self.last()} {pick(('St. N.', 'Ave W', 'Cres', 'Blvd'))}, {town} {pick(('ON', 'BC', 'QC', 'AB'))} "
                    f"{self.initial()}{number % 9}{self.initial()} {number % 9}{self.initial()}{number % 7}",
            lambda: f"{self.last()}{pick(('straße', 'weg', 'allee', 'gasse', 'platz'))} {number % 200}, {r.randint(10000, 99999)} {town}",
            lambda: f"{self.last()}{pick(('straat', 'laan', 'gracht', 'plein', 'weg'))} {number % 200}, {r.randint(1000, 9999)} "
                    f"{self.initial()}{self.initial()} {town}",
            lambda: f"{number} {pick(('rue', 'Rue de', 'avenue', 'place'))} {self.last()}, {r.randint(10000, 95000)} {town}",
            lambda: f"{self.last()} {number % 200}{comma}{r.randint(1000, 9999)} {town}",
            lambda: f"{pick(('RR', 'Rte'))} {number % 9} Box {number}, {town} {self.state_code()}",
        ))()  # fmt: skip
        return where + (f"{comma}{self.country()}" if r.random() < 0.15 else "")

    def corner(self) -> str:
        first, second = self.street().split(" Apt")[0], self.street().split(",")[0]
        return f"{self.random.choice(('the corner of', 'corner of', 'intersection of'))} {first} and {second}"

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

    def trade_name(self) -> str:
        """A word as makers coin them: "Velpraz", "Zotimab"."""
        stem = self.invented().split()[0]
        return stem + self.random.choice(
            ("", "a", "ra", "ex", "ol", "in", "umab", "tiq", "zo", "ven", "cet", "dex", "pro", "max")
        )

    def invented(self) -> str:
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
    own = {"word-first": _WORD_NAMES, "word-last": _WORD_SURNAMES}
    if name in own:
        return tuple(own[name])
    lists: dict[str, Callable[[], Iterable[str]]] = {"first": first_names, "last": last_names, "city": large_cities, "town": towns,
             "first-english": partial(english, "first_names"), "last-english": partial(english, "last_names")}  # fmt: skip
    return tuple(sorted(w for w in lists[name]() if (hashlib.sha256(w.encode()).digest()[0] % 2 == 0) == held_out))
