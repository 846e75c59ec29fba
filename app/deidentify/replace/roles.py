"""What the text tells of a name's bearer: first or last name, woman or man; so that surrogates fit."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.deidentify.lexicon.degrees import CREDENTIALS
from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.names import english, first_names, gendered_first_names
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.recognisers.name_chain import PARTICLES, SUFFIXES, TITLES

FEMALE = words("female_words")
MALE = words("male_words")
# A single name behind one of these is a last name.
_FORMAL = wordset("mr mrs ms miss dr prof professor sir frau herr sra smt mme")
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE = re.compile(r"([^\W\d_]+)[.,]?\s{1,2}\(?$")
_AFTER = re.compile(r"\s?(?:\(|,\s(?:his|her|the)\s)\s?([^\W\d_]+)")
REACH = 24


def roles_of(text: str, spans: Iterable[tuple[int, int]]) -> dict[str, str]:
    """Lower-case word of a name → "last", "f", "m" or "first" (unknown which), as far as the text tells.

    `spans` are the places of names. What is told later does not take back what was told first.
    """
    roles: dict[str, str] = {}
    for start, end in spans:
        words = [w.lower() for w in _WORD.findall(text[start:end])]
        names = [w for w in words if len(w) > 1 and w not in PARTICLES | SUFFIXES | TITLES]
        if not names:
            continue
        before, after = _BEFORE.search(text, max(0, start - REACH), start), _AFTER.match(text, end, end + REACH)
        cue = before.group(1).lower() if before else ""
        gender = _gender(cue) or _gender(words[0]) or (_gender(after.group(1).lower()) if after else "")
        reverse = "," in text[start:end] and not any(w in CREDENTIALS for w in words)
        first, last = (names[-1], names[0]) if reverse else (names[0], names[-1])
        if len(names) > 1:
            roles.setdefault(first, _first_role(first, gender))
            roles.setdefault(last, "last")
        elif cue in _FORMAL or words[0] in _FORMAL:
            roles.setdefault(first, "last")
        elif gender:
            roles.setdefault(first, _first_role(first, gender))
    return roles


def listed_role(word: str) -> str:
    """What the lists say of a name of which the text told nothing."""
    gender = gendered_first_names().get(word)
    if gender:
        return gender
    return "first" if word in first_names() and word not in english("last_names") else "last"


def _gender(cue: str) -> str:
    return "f" if cue in FEMALE else "m" if cue in MALE else ""


def _first_role(word: str, told: str) -> str:
    """The text decides before the lists."""
    return told or gendered_first_names().get(word) or "first"
