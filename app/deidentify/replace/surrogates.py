"""Realistic replacements from reserved ranges, chosen by keyed HMAC: one patient, one set."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from app.deidentify.lexicon.degrees import is_degree
from app.deidentify.lexicon.names import english, gendered_first_names
from app.deidentify.lexicon.places import COUNTRIES, STATE_CODES
from app.deidentify.lexicon.readings import name_words
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.wordset import wordtuple
from app.deidentify.recognisers.name_chain import PARTICLES, SUFFIXES, TITLES
from app.deidentify.replace.roles import listed_role
from app.deidentify.replace.zip3 import generalised_zip
from app.deidentify.things import is_term

_WORD = re.compile(r"[^\W\d_]+")
_TOWNS = wordtuple(
    """
    Northfield Eastbrook Westhaven Southmere Millbridge Fairwater Stonegate Oakhollow Ashcombe Brookvale
    Elmstead Larkfield Maplecrest Ravenhill Thornbury Willowdale Amberley Birchwood Cloverton Dunmore
    """
)
_ZIP = re.compile(r"\b\d{5}(?:-\d{4})?\b")
_STATE = re.compile(rf",?\s({'|'.join(sorted(STATE_CODES))})\b(?=[\s,]*(?:\d{{5}}|$))")
_UNIT = re.compile(
    r"(?:room|rm|bed|ward|bay|apt|apartment|suite|ste|unit|floor|fl|box|p\.?\s?o\.?\s?box|space|lot)\.?\s?(?:no\.?|#)?\s?[\w-]{1,8}",
    re.IGNORECASE,
)
_UNIT_VALUE = re.compile(r"(?<![^\W\d_])[A-Za-z]?-?\d[\w-]*|\b[A-Z]\b")
_IPS = ("192.0.2.", "198.51.100.", "203.0.113.")


_KEPT = PARTICLES | SUFFIXES | TITLES | {"med", "née", "nee", "and"}
# Words that say what kind of house an organisation is, the more telling first.
_HOUSES = (
    "Medical Center", "Medical Centre", "Nursing Home", "Assisted Living", "High School", "Middle School", "Elementary School", "Community College",
    "Children's Hospital", "University Hospital", "Urgent Care", "Health Centre", "Health Center", "Hospital", "Clinic", "Infirmary", "Hospice",
    "Rehabilitation", "Rehab", "Pharmacy", "Surgery", "Practice", "University", "College", "Elementary", "Preschool", "School", "Academy", "Church",
    "Temple", "Mosque", "Synagogue", "Chapel", "Orchestra", "Symphony", "Foundation", "Bank", "Insurance", "Hotel", "Manor", "Lodge", "Laboratories",
    "Imaging", "Pathology", "Associates", "Partners", "Healthcare", "Health", "LLP", "LLC", "Ltd", "Inc", "Corp", "GmbH", "Group",
)  # fmt: skip


def _kind_of_house(text: str) -> str:
    lower = text.lower()
    return next((f" {house}" for house in _HOUSES if re.search(rf"\b{house.lower()}\b", lower)), "")


class Surrogates:
    """One patient's replacements. `key` is the project's secret; nothing here is stored or logged.

    Names are replaced word by word, so that "John Smith", "SMITH" and "J. Smith" stay one person;
    the words of all the patient's notes are announced first by `learn`, so that initials fit.
    """

    def __init__(self, key: bytes, subject: str) -> None:
        self._key = key
        self._subject = subject
        self._names: dict[str, str] = {}
        self._own: frozenset[str] = frozenset()

    def learn(
        self, names: Iterable[str], *, roles: Mapping[str, str] = MappingProxyType({}), avoid: Iterable[str] = ()
    ) -> None:
        """Assigns a surrogate to each word of these names, in sorted order, no two the same.

        `roles` is what the text tells of the words (see `roles_of`); no word of `avoid` (lower case: all words
        of the notes) becomes a surrogate, so that nobody is given the name of somebody else.
        """
        words = sorted({w.lower() for name in names for w in _WORD.findall(name) if len(w) > 1 and not is_degree(w)})
        self._own = self._own | frozenset(words) | frozenset(avoid)
        for word in words:
            if word not in self._names and word not in _KEPT:
                self._names[word] = self._choose_name(word, roles.get(word) or listed_role(word))

    def replace(self, text: str, kind: str) -> str:
        """The surrogate of one identifier, in the original's letter case."""
        if kind == "NAME":
            return _WORD.sub(lambda m: self._name_word(m.group(), text[max(0, m.start() - 1) : m.start()]), text)
        if kind == "LOCATION":
            return self._place(text)
        if kind == "ORGANIZATION":
            return _like_case(text, f"{self._pick('ORGANIZATION', text, _TOWNS)}{_kind_of_house(text)}")
        if kind in _RESERVED:
            return _RESERVED[kind](self._number(kind, text), text)
        return self._same_format(text, kind)

    def _name_word(self, word: str, before: str) -> str:
        """One word of a name; titles, particles, degrees and a possessive's "s" stay."""
        lower = word.lower()
        possessive = lower == "s" and before in ("'", "’") and before != ""
        if lower in _KEPT or possessive or is_degree(word):
            return word
        if len(word) == 1:
            return _like_case(word, self._initial(lower))
        if lower not in self._names:
            self.learn([word])
        return _like_case(word, self._names[lower])

    def _initial(self, letter: str) -> str:
        """The initial of the surrogate of the only known name with this initial, or any letter."""
        matching = sorted({new[0] for old, new in self._names.items() if old[0] == letter})
        return matching[0] if len(matching) == 1 else self._pick("INITIAL", letter, "ABCDEFGHJKLMNPRSTW")

    def _choose_name(self, word: str, role: str) -> str:
        if role == "last":
            candidates = _last()
        else:
            candidates = _first_by_gender(role) if role in ("f", "m") else _first_by_gender("f") + _first_by_gender("m")
        taken = self._own | set(map(str.lower, self._names.values()))
        start = self._number("NAME", word) % len(candidates)
        return next(
            c for i in range(len(candidates)) if (c := candidates[(start + i) % len(candidates)]).lower() not in taken
        )

    def _place(self, text: str) -> str:
        """A town for a town, a street for a street, a country for a country; a state and three digits of a ZIP stay."""
        zips, lower = _ZIP.findall(text), text.strip().lower()
        if text.strip() in zips:
            return generalised_zip(text.strip())
        if zips and not any(len(w) > 2 for w in _WORD.findall(text)):
            return _ZIP.sub(lambda m: generalised_zip(m.group()), text)
        if lower in COUNTRIES:
            return _like_case(
                text, self._pick("COUNTRY", text, sorted(c for c in COUNTRIES - {lower} if _is_only_a_name(c))).title()
            )
        if _UNIT.fullmatch(text) or not any(len(w) > 2 for w in _WORD.findall(text)):
            return _UNIT_VALUE.sub(lambda m: self._same_format(m.group(), "LOCATION"), text)
        town = self._pick("LOCATION", text, _TOWNS)
        street = (
            f"{self._number('STREET', text) % 900 + 100} {self._pick('STREET', text, _TOWNS)}"
            if re.match(r"\s*\d", text)
            else town
        )
        state = _STATE.search(text)
        tail = (f", {state.group(1)}" if state else "") + (f" {generalised_zip(zips[-1])}" if zips else "")
        return _like_case(text, street) + tail

    def _same_format(self, text: str, kind: str) -> str:
        """Digits to digits, letters to letters; white space, case and separators kept."""
        number = self._number(kind, "".join(c for c in text.lower() if c.isalnum()))
        made = []
        for c in text:
            if c.isdigit():
                number, digit = divmod(number, 10)
                made.append(str(digit))
            elif c.isalpha():
                number, letter = divmod(number, 26)
                made.append(_like_case(c, chr(ord("a") + letter)))
            else:
                made.append(c)
        return "".join(made)

    def _pick(self, kind: str, value: str, candidates: Iterable[str]) -> str:
        options = list(candidates)
        return options[self._number(kind, value) % len(options)]

    def _number(self, kind: str, value: str) -> int:
        """HMAC-SHA-256(key, subject, type, normalised value) as an integer."""
        message = "\0".join((self._subject, kind, " ".join(value.lower().split()))).encode()
        return int.from_bytes(hmac.digest(self._key, message, "sha256"), "big")


def _phone(number: int, text: str) -> str:
    return (
        f"555-01{number % 100:02}"
        if sum(c.isdigit() for c in text) <= 7
        else f"{200 + number % 700}-555-01{number % 100:02}"
    )


# Ranges that are reserved and therefore nobody's: RFC 2606, RFC 5737, NANP 555-01xx, SSN area 9xx.
_RESERVED = {
    "PHONE": _phone,
    "FAX": _phone,
    "EMAIL": lambda n, _: f"user{n % 10000}@example.org",
    "URL": lambda n, _: f"https://example.org/{n % 10000}",
    "IP": lambda n, t: f"2001:db8::{n % 65535:x}" if ":" in t else f"{_IPS[n % 3]}{n // 3 % 254 + 1}",
    "SSN": lambda n, t: (
        f"9{n % 100:02}-{n // 100 % 100:02}-{n // 10000 % 10000:04}"
        if sum(map(str.isdigit, t)) > 4
        else f"{n % 10000:04}"
    ),
    "AGE": lambda _n, _t: "90+",
}


def _is_only_a_name(word: str) -> bool:
    """Whether a word has no everyday or clinical reading and names no sign, instrument or place: nobody reads it as one."""
    other = Known.ORDINARY | Known.CLINICAL | Known.EPONYM | Known.THING | Known.CITY
    return word.isalpha() and not lexicon().get(word, 0) & other and word not in name_words() and not is_term(word)


@lru_cache(maxsize=2)
def _first_by_gender(gender: str) -> tuple[str, ...]:
    return tuple(sorted(n.title() for n, g in gendered_first_names().items() if g == gender and _is_only_a_name(n)))


@lru_cache(maxsize=1)
def _last() -> tuple[str, ...]:
    return tuple(sorted(n.title() for n in english("last_names") if len(n) > 3 and _is_only_a_name(n)))


def _like_case(old: str, new: str) -> str:
    if old.isupper() and (len(old) > 1 or len(new) == 1):
        return new.upper()
    if old.islower():
        return new.lower()
    return new
