"""One normal form per word: lower case, no possessive, American spelling, singular."""

from __future__ import annotations

import re
import unicodedata

# Longest first; each pair turns a plural ending into its singular.
_PLURALS = (
    ("stases", "stasis"),
    ("yses", "ysis"),
    ("pareses", "paresis"),
    ("sses", "ss"),
    ("mata", "ma"),
    ("xes", "x"),
    ("aches", "ache"),  # headaches
    ("ches", "ch"),
    ("shes", "sh"),
    ("aries", "ary"),
    ("ies", "y"),
)
_UNCHANGED = frozenset({"caries", "rabies", "scabies", "series", "species", "facies", "always", "perhaps"})
_BRITISH = re.compile(r"(?<=[a-z])ae|(?<=[a-z])oe|^oe|^ae|our$|our(?=al$)|leuc(?=o|em|aem)")
_AMERICAN = {"ae": "e", "oe": "e", "our": "or", "leuc": "leuk"}
_MARKS = ("'", "’")
_KEEP_OUR = frozenset({"hour", "four", "pour", "your", "sour", "tour", "flour", "detour", "contour", "our"})


def normal(word: str) -> str:
    """The form under which words are compared: ``Tumours`` → ``tumor``, ``Crohn's`` → ``crohn``; never empty."""
    low = word.lower()
    if not low.isascii():
        low = _plain(low)
    if low in _MARKS:
        return _MARKS[0]  # a quote that stands alone is a token, not the ending of one
    for mark in _MARKS:
        if mark in low:
            low = low.split(mark, 1)[0] if low.endswith((mark + "s", mark)) else low.replace(mark, "")
    if len(low) > 3:
        low = _singular(low)
        if len(low) > 5:
            low = low if low in _KEEP_OUR else _BRITISH.sub(lambda m: _AMERICAN[m[0]], low)
    return low


def _plain(word: str) -> str:
    """Without the marks upon its letters: ``Sjögren`` → ``sjogren``."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)) or word


def _singular(word: str) -> str:
    if word.endswith("ae") and len(word) > 5:
        return word[:-1]
    if not word.endswith(("s", "mata")) or word.endswith(("ss", "us", "is")) or word in _UNCHANGED:
        return word
    if word.endswith("oses") and len(word) > 6:
        return word[:-2] + "is"
    for plural, singular in _PLURALS:
        if word.endswith(plural) and len(word) > len(plural) + 1:
            return word[: -len(plural)] + singular
    return word[:-1]
