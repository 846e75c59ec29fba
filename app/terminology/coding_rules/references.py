"""Codes named in instructional notes: `(E08.-, O10-O11, J09.X2)` as ranges that a code is in or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from app.terminology.release import ReleaseData
from app.terminology.systems import display_code

_CODE = r"[A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?|U[0-9]{2}(?:\.[0-9A-Z]{1,4})?"
_REFERENCE = re.compile(rf"({_CODE})(?:\.?-?\s*-\s*({_CODE}))?")


@lru_cache(maxsize=20_000)
def references(note: str) -> tuple[tuple[str, str], ...]:
    """(first, last) keys of each code or range in a note; `E10.-` is E10 to E10."""
    found = []
    for part in re.findall(r"\(([^()]*)\)|\[([^\[\]]*)\]", note):
        for match in _REFERENCE.finditer(part[0] or part[1]):
            first = match.group(1).replace(".", "")
            found.append((first, (match.group(2) or first).replace(".", "")))
    return tuple(found)


def refers_to(note: str, key: str) -> bool:
    """Whether a note names this code, a header of it, or a range around it."""
    return any(first <= key[: len(first)] and key[: len(last)] <= last for first, last in references(note))


def notes_above(release: ReleaseData, concept: int, *kinds: str) -> Iterator[tuple[int, str]]:
    """(holder, text) of the notes at a code and everything above it: notes hold for what is below."""
    for holder in [concept, *release.ancestors(concept)]:
        for _, text in release.notes(holder, *kinds):
            yield holder, text


def shown(key: str) -> str:
    return display_code("icd10cm", key)
