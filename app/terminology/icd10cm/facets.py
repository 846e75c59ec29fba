"""What narrows a condition to one code (stage, type, side, trimester, episode …), read from a query or a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from app.terminology.entry_terms import table
from app.terminology.indexing.words import words

Facets = Mapping[str, frozenset[str]]

ROMAN = {"i": "1", "ii": "2", "iii": "3", "iiia": "3a", "iiib": "3b", "iiic": "3c", "iv": "4", "v": "5"}
ORDINAL = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
_VALUE = r"([0-9][abc]?|i{1,3}[abc]?|iv|v)"
_NUMBERED = re.compile(rf"\b(stage|type|class|grade|gustilo)s? {_VALUE}\b(?: (?:or|and) {_VALUE}\b)?")
_DEGREE = re.compile(r"\b(first|second|third|fourth) (degree|trimester)\b")
# What is decided by a 7th character or a displaced/closed default only in injuries.
INJURY = frozenset(
    words(
        "fracture sprain strain dislocation subluxation laceration burn corrosion injury contusion wound amputation "
        "bite crush abrasion puncture concussion frostbite avulsion"
    )
)
# A value that contradicts what was asked costs more than any wording can win.
CONTRADICTS, SILENT, FITS = 0.6, 0.05, 0.06


def _named() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word → (phrase, "facet=value"), longest phrase first, of `icd10cm_facets.tsv`."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for row in table("icd10cm_facets.tsv"):
        for phrase in row["phrases"].split("|"):
            said = tuple(words(phrase))
            found.setdefault(said[0], []).append((said, f"{row['facet']}={row['value']}"))
    for options in found.values():
        options.sort(key=lambda option: -len(option[0]))
    return found


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    return _named()


def read_facets(said: Iterable[str]) -> dict[str, frozenset[str]]:
    """Facets of folded words in their order: `{"stage": {"2"}, "side": {"left"}}`."""
    said = list(said)
    found: dict[str, set[str]] = {}
    at = 0
    while at < len(said):
        for phrase, what in _phrases().get(said[at], ()):
            if tuple(said[at : at + len(phrase)]) == phrase:
                facet, value = what.split("=")
                found.setdefault(facet, set()).add(value)
                at += len(phrase) - 1
                break
        at += 1
    text = " ".join(said)
    for match in _NUMBERED.finditer(text):
        values = {ROMAN.get(v, v) for v in match.groups()[1:] if v}
        found.setdefault(match.group(1), set()).update(values)
    for match in _DEGREE.finditer(text):
        found.setdefault(match.group(2), set()).add(ORDINAL[match.group(1)])
    _of_injuries(found, text, bool(INJURY & set(said)))
    return {facet: frozenset(values) for facet, values in found.items()}


# Facets whose words stand in titles only to narrow: a wording without them still fits.
_STRIPPED = frozenset(["side", "trimester", "displaced", "wound", "healing", "remission", "encounter", "dominance"])


def without_facets(said: tuple[str, ...]) -> tuple[str, ...]:
    """The words without those that only narrow: `supervision of first pregnancy second trimester` keeps its *first*."""
    kept: list[str] = []
    at = 0
    while at < len(said):
        if said[at] == "stage" and at + 1 < len(said):
            at += 2
            continue
        for phrase, what in _phrases().get(said[at], ()):
            if said[at : at + len(phrase)] == phrase and what.split("=")[0] in _STRIPPED:
                at += len(phrase)
                break
        else:
            kept.append(said[at])
            at += 1
    return tuple(kept)


def _of_injuries(found: dict[str, set[str]], text: str, injury: bool) -> None:
    """Openness, type of open fracture and healing only mean something of an injury."""
    for facet in ("wound", "displaced"):
        if facet in found and "fracture" not in text:
            del found[facet]
    if not injury:
        found.pop("healing", None)
    if "fracture" in text and ("type" in found or "gustilo" in found):
        types = found.pop("type", set()) | found.pop("gustilo", set())
        found["open type"] = {"3" if t.startswith("3") else "1-2" for t in types}
        found.setdefault("wound", {"open"})
    # Titles of 7th characters: "open fracture type IIIA, IIIB, or IIIC".
    if "type iiia" in text:
        found["open type"] = {"3"}


def judged(asked: Facets, title: Facets) -> tuple[int, int, int]:
    """(contradicted, met, silent): how many facets asked for a title contradicts, meets and leaves open."""
    contradicted = met = silent = 0
    for facet, wanted in asked.items():
        has = title.get(facet)
        if has is None:
            silent += 1
        elif has == wanted or (wanted < has and facet in ("side", "open type", "severity")):
            met += 1
        else:
            contradicted += 1
    return contradicted, met, silent


def cost(asked: Facets, title: Facets) -> float:
    contradicted, met, silent = judged(asked, title)
    return CONTRADICTS * contradicted + SILENT * silent - FITS * met
