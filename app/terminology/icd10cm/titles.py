"""What the titles of codes say: their words, facets, what comes with the condition and what is ruled out."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from app.terminology.icd10cm.facets import Facets, read_facets
from app.terminology.indexing.words import FILLERS, words
from app.terminology.release import ReleaseData

_WITH = re.compile(r"\bwith\b([^,]*)")
_WITHOUT = re.compile(r"\bwithout\b[^,]*")
_UNSPECIFIED = re.compile(r"(?:\bnot specified as\b|\bunspecified\b|\bwithout\b|\bnot elsewhere\b)[^,]*")
_ENCOUNTER = re.compile(r", (?:initial|subsequent) encounter.*|, sequela$|\([^)]*\)|\[[^]]*\]")

@lru_cache(maxsize=50_000)
def code_of(release: ReleaseData, concept: int) -> str:
    return release.codes([concept])[concept][0]


@lru_cache(maxsize=50_000)
def title_words(release: ReleaseData, concept: int) -> frozenset[str]:
    """What a code's title says there is: its folded words, of `without …` only that it stands there."""
    return frozenset(words(_WITHOUT.sub(" without ", release.preferred(concept))))


@lru_cache(maxsize=8)
def conditions(release: ReleaseData) -> frozenset[str]:
    """Words that alone are a wording of a condition: *pneumonia*, *osteomyelitis*; no cause, no status."""
    matcher = release.matcher
    alone = np.flatnonzero(np.diff(matcher.term_ptr) == 1).tolist()
    named = [term for term in alone if code_of(release, int(matcher.term_concept[term]))[0] not in "VWXYZ"]
    return frozenset(word for term in named for word in words(release.text(term)))


@lru_cache(maxsize=50_000)
def accompanied(release: ReleaseData, concept: int) -> frozenset[str]:
    """What a title says there is besides the condition: the words after `with`."""
    title = _WITHOUT.sub("", _ENCOUNTER.sub("", release.preferred(concept)))
    return frozenset(words(" ".join(_WITH.findall(title)))) - FILLERS


@lru_cache(maxsize=50_000)
def ruled_out(release: ReleaseData, concept: int) -> frozenset[str]:
    """What a title says there is not: the words after `without`."""
    title = _ENCOUNTER.sub("", release.preferred(concept))
    return frozenset(words(" ".join(_WITHOUT.findall(title)))) - FILLERS - {"without"} - title_words(release, concept)


@lru_cache(maxsize=50_000)
def title_facets(release: ReleaseData, concept: int) -> Facets:
    """The facets of a code's title."""
    # "with both ulcer and inflammation" is no side.
    return read_facets(word for word in words(release.preferred(concept)) if word != "both")


def _content(text: str) -> frozenset[str]:
    return frozenset(words(_UNSPECIFIED.sub("", _ENCOUNTER.sub("", text)))) - FILLERS


@lru_cache(maxsize=50_000)
def content_words(release: ReleaseData, term: int) -> frozenset[str]:
    """The words of a wording that say something: without encounter, `unspecified …`, `without …`, fillers."""
    return _content(release.text(term))


@lru_cache(maxsize=50_000)
def title_content(release: ReleaseData, concept: int) -> frozenset[str]:
    """The same of a code's title."""
    return _content(release.preferred(concept))
