"""What a password must be: long, and neither common, nor patterned, nor made of the account's own words.

NIST SP 800-63B-4 and ASVS 5.0 6.2: at least 15 characters when it is the only factor, at least 64
allowed, no composition rules, no ageing, nothing cut off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from app.accounts.breached import LEET, is_breached
from app.core.errors import Problem

MIN_CHARACTERS = 15
MAX_CHARACTERS = 1024
# What must remain once everything guessable is taken out.
MIN_UNGUESSABLE = 6
MIN_DIFFERENT = 5

# Words that open most cracked passwords long enough for us, and those of this place.
_WORDS = """
password passwort passphrase passw0rd letmein welcome iloveyou changeme trustno1 superman batman
starwars football baseball basketball dragon monkey princess sunshine shadow master michael
jennifer jordan ashley daniel charlie thomas hunter killer freedom whatever computer internet
secret admin administrator root login user guest test default qwerty azerty qwertz abc summer
winter spring autumn january february march april june july august september october november
december monday friday correcthorsebatterystaple tobeornottobe hello hospital clinic clinical
doctor nurse medical medicine health patient annotation annotator annotate chartmark
"""
COMMON_WORDS = tuple(_WORDS.split())
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm")
_RUN = 4


def normal_password(password: str) -> str:
    """NFC, so that one password typed on two keyboards is one password (800-63B-4 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)


def password_problems(password: str, context: Iterable[str] = ()) -> list[Problem]:
    """Why a password is refused; empty: accepted. `context`: user name, display name. Never quotes it."""
    password = normal_password(password)
    if len(password) < MIN_CHARACTERS:
        return [_problem("password-short", f"use at least {MIN_CHARACTERS} characters")]
    if len(password) > MAX_CHARACTERS:
        return [_problem("password-long", f"use at most {MAX_CHARACTERS} characters")]
    folded = password.casefold()
    if len(set(folded)) < MIN_DIFFERENT:
        return [_problem("password-repetitive", "use more different characters")]
    words = [*COMMON_WORDS, *_own_words(context)]
    if min(_unguessable(folded, words), _unguessable(folded.translate(LEET), words)) < MIN_UNGUESSABLE:
        text = "too easily guessed: made of common words, sequences, repetition or your own name"
        return [_problem("password-common", text)]
    if is_breached(password):
        return [_problem("password-breached", "known from breaches of other servers, or made from one that is")]
    return []


def _problem(code: str, message: str) -> Problem:
    return Problem(code, "password", message)


def _own_words(context: Iterable[str]) -> Iterator[str]:
    for phrase in context:
        yield from (word for word in re.split(r"[\W_]+", phrase.casefold()) if len(word) >= 4)


def _unguessable(password: str, words: Iterable[str]) -> int:
    """How many characters are left without words, sequences, digits of a year, repeated blocks."""
    rest = re.sub(r"[\W_]+", "", password)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    for sequence in _sequences():
        rest = rest.replace(sequence, "")
    rest = re.sub(r"(?:19|20)\d\d", "", rest)
    # A block said again adds nothing.
    return len(re.sub(r"(.+?)\1+", r"\1", rest))


def _sequences() -> Iterator[str]:
    """Runs of neighbouring keys or letters, both ways, longest first."""
    for length in range(26, _RUN - 1, -1):
        for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
            for start in range(len(row) - length + 1):
                yield row[start : start + length]
