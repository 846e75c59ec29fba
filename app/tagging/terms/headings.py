"""Headings of a classification, turned into the words of a note."""

from __future__ import annotations

import re

_LONGEST = 6  # words
_SHORTEST = 5  # letters
_NOTE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_TAIL = re.compile(
    r"(?:,? (?:not elsewhere classified|unspecified|unspecified site|site unspecified|of unspecified site|"
    r"unspecified organism|NOS|NEC|initial encounter|subsequent encounter|sequela|without complications?|"
    r"uncomplicated))+$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^(?:Other and unspecified|Unspecified) ", re.IGNORECASE)
_NO_TERM = re.compile(
    r"\b(?:other|unspecified|classified|specified|elsewhere|encounter|NOS|NEC|due to|with|"
    r"without|not|and/or)\b|\d\d|[03-9]",
    re.IGNORECASE,
)
# Words that head a category and mean nothing by themselves in a note.
_TOO_GENERAL = frozenset(
    {
        "disease",
        "disorder",
        "injury",
        "neoplasm",
        "other",
        "sequelae",
        "syndrome",
        "burn",
        "complications",
        "pain",
        "symptoms",
        "signs",
        "examination",
        "infection",
        "poisoning",
        "effects",
        "fall",
        "left",
        "right",
        "growth",
        "contact",
        "type",
        "state",
        "family",
        "total",
        "complete",
        "partial",
        "multiple",
        "body",
        "foot",
        "hand",
        "skin",
        "death",
    }
)


def names_of(title: str) -> list[str]:
    """How a note may say what a title says; empty for residual classes ("Other …")."""
    bare = _HEAD.sub("", _TAIL.sub("", _NOTE.sub("", title)).strip())
    bare = _TAIL.sub("", bare).strip(" ,'")
    if (
        len(bare) < _SHORTEST
        or bare.lower().startswith("multiple ")
        or _NO_TERM.search(bare)
        or bare.lower() in _TOO_GENERAL
    ):
        return []
    names = [bare]
    before, comma, after = bare.partition(", ")
    if comma and "," not in after and len(after.split()) <= 2:
        names = [f"{after} {before}"]  # "Anemia, aplastic"
    elif comma:
        return []
    return [name for name in names if len(name.split()) <= _LONGEST]
