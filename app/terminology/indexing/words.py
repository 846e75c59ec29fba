"""How text becomes words for search: folded, British and American spelling alike, plural as singular."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’]s\b)?")
_FOLDED = re.compile(r"[a-z0-9]+")

# Words that decide little: never required of a match, weighed little in a term.
FILLERS = frozenset(
    [
        "of",
        "the",
        "and",
        "in",
        "with",
        "by",
        "to",
        "for",
        "due",
        "on",
        "at",
        "a",
        "an",
        "or",
        "as",
        "from",
        "is",
        "be",
        "other",
        "unspecified",
        "nos",
        "specified",
        "initial",
        "encounter",
        "not",
        "elsewhere",
        "classified",
        "nec",
        "site",
        "part",
        "type",
    ]
)


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """One word as it is indexed: `Haemorrhages` → `hemorrhage`, `Sjögren's` → `sjogren`."""
    bare = re.sub(r"['’]s?$", "", word.lower())
    if not bare.isascii():
        bare = unicodedata.normalize("NFKD", bare.replace("æ", "ae").replace("œ", "oe").replace("ß", "ss"))
        bare = "".join(ch for ch in bare if not unicodedata.combining(ch))
    if len(bare) > 3:
        bare = bare.replace("ae", "e").replace("oe", "e")
        bare = re.sub(r"our$", "or", bare)
        if bare.endswith("ies"):
            bare = bare[:-3] + "y"
        elif bare[-1] == "s" and bare[-2] not in "suia" and bare.isalpha():
            bare = bare[:-1]
    return bare


def split(text: str) -> list[tuple[str, int, int]]:
    """The words of a text with their places: (folded word, start, end) in code points."""
    return [(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    if text.isascii():
        return [fold(w) for w in _WORD.findall(text)]
    return [w for w in (fold(m) for m in _WORD.findall(text)) if w]
