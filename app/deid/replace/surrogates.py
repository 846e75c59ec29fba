"""Realistic replacements from reserved ranges, chosen by keyed HMAC: one patient, one set."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from functools import lru_cache

from app.deid.lexicon.names import english, first_names, gendered_first_names
from app.deid.lexicon.wordset import wordtuple
from app.deid.recognisers.name_chain import PARTICLES, SUFFIXES
from app.deid.replace.zip3 import generalised_zip

_WORD = re.compile(r"[^\W\d_]+")
_TOWNS = wordtuple(
    """
    Northfield Eastbrook Westhaven Southmere Millbridge Fairwater Stonegate Oakhollow Ashcombe Brookvale
    Elmstead Larkfield Maplecrest Ravenhill Thornbury Willowdale Amberley Birchwood Cloverton Dunmore
    """
)
_ZIP = re.compile(r"\b\d{5}(?:-\d{4})?\b")
_IPS = ("192.0.2.", "198.51.100.", "203.0.113.")


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

    def learn(self, names: Iterable[str]) -> None:
        """Assigns a surrogate to each word of these names, in sorted order, no two the same."""
        words = sorted({w.lower() for name in names for w in _WORD.findall(name) if len(w) > 1})
        self._own = self._own | frozenset(words)
        for word in words:
            if word not in self._names and word not in PARTICLES | SUFFIXES:
                self._names[word] = self._choose_name(word)

    def replace(self, text: str, kind: str) -> str:
        """The surrogate of one identifier, in the original's letter case."""
        if kind == "NAME":
            return _WORD.sub(lambda m: self._name_word(m.group()), text)
        if kind == "LOCATION":
            return self._place(text)
        if kind == "ORGANIZATION":
            tail = next(
                (t for t in ("Hospital", "Clinic", "Medical Center", "Health", "Inc") if t.lower() in text.lower()),
                "Center",
            )
            return f"{self._pick('ORGANIZATION', text, _TOWNS)} {tail}"
        if kind in _RESERVED:
            return _RESERVED[kind](self._number(kind, text), text)
        return self._same_format(text, kind)

    def _name_word(self, word: str) -> str:
        lower = word.lower()
        if lower in PARTICLES | SUFFIXES:
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

    def _choose_name(self, word: str) -> str:
        gender = gendered_first_names().get(word)
        if gender:
            candidates = _first_by_gender(gender)
        elif word in first_names() and word not in english("last_names"):
            candidates = _first_by_gender("f") + _first_by_gender("m")
        else:
            candidates = _last()
        taken = self._own | set(map(str.lower, self._names.values()))
        start = self._number("NAME", word) % len(candidates)
        return next(
            c for i in range(len(candidates)) if (c := candidates[(start + i) % len(candidates)]).lower() not in taken
        )

    def _place(self, text: str) -> str:
        zips = _ZIP.findall(text)
        if text.strip() in zips:
            return generalised_zip(text.strip())
        town = self._pick("LOCATION", text, _TOWNS)
        street = (
            f"{self._number('STREET', text) % 900 + 100} {self._pick('STREET', text, _TOWNS)} Street"
            if re.match(r"\s*\d", text)
            else town
        )
        return _like_case(text, street) + (f" {generalised_zip(zips[-1])}" if zips else "")

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


@lru_cache(maxsize=2)
def _first_by_gender(gender: str) -> tuple[str, ...]:
    return tuple(sorted(n.title() for n, g in gendered_first_names().items() if g == gender and n.isalpha()))


@lru_cache(maxsize=1)
def _last() -> tuple[str, ...]:
    return tuple(sorted(n.title() for n in english("last_names") if n.isalpha() and len(n) > 3))


def _like_case(old: str, new: str) -> str:
    if old.isupper() and (len(old) > 1 or len(new) == 1):
        return new.upper()
    if old.islower():
        return new.lower()
    return new
