"""The code of a span's words with what stands beside them, and how far words and code agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.terminology.indexing.words import FILLERS, words
from app.terminology.proposals.surroundings import Surroundings

if TYPE_CHECKING:
    from app.terminology.search import Hit, SearchableRelease

SEARCHED = 12
# Words of a title that add nothing to what was said, or what a coder takes when nothing else is said.
_NEUTRAL = FILLERS | frozenset(
    [
        "unspecified",
        "other",
        "not",
        "elsewhere",
        "classified",
        "nos",
        "without",
        "initial",
        "encounter",
        "closed",
        "uncomplicated",
        "mention",
        "organism",
        "type",
        "disease",
        "disorder",
        "syndrome",
        "essential",
        "primary",
        "single",
        "episode",
        "part",
        "site",
        "cause",
        "stage",
        "complication",
        "specified",
        "native",
        "displaced",
        "side",
        "major",
        "routine",
        "healing",
        "subsequent",
        "body",
        "region",
        "status",
        "mellitus",
        "gestation",
        "nondisplaced",
        "disorders",
        "diseases",
        "tract",
        "nature",
        "malignant",
        "neoplasm",
        "level",
        "function",
        "failure",
    ]
)
# What a title says of a condition in other words too, without having been asked.
_NARROWING = frozenset(("recurrent", "bilateral", "intractable", "juvenile", "congenital", "newborn"))
# "unspecified whether with hypoxia or hypercapnia" says neither.
_LEFT_OPEN = re.compile(r",? (?:unspecified (?:whether|as to)|not specified as)\b.*", re.IGNORECASE)
# What a title takes away, or sets in brackets because it need not be said.
_UNSAID = re.compile(r"\bwithout\b.*|\([^)]*\)|,? not (?!elsewhere)[\w ]+|,? unspecified severity", re.IGNORECASE)
_WHOLE = 1.05  # a score from which on a reading of the words is one of a code's own wordings
_VAGUE = ("unspecified", "other", "without", "not elsewhere classified")
_SIDES = frozenset(("right", "left", "bilateral"))


@dataclass(frozen=True)
class FoundCode:
    """The first billable code for the words; `header` is a code without own use that came before it."""

    hit: Hit | None
    header: str
    #: how words and code agree: the name of a line in the calibration
    kind: str


def find_code(release: SearchableRelease, around: Surroundings) -> FoundCode:
    """Searches the words, and the words with what they go on into where that names a code of the same category."""
    hits = _searched(release, around.words.lower(), SEARCHED)
    usable = [hit for hit in hits if hit.billable and hit.active]
    header = next((hit.code for hit in hits[:1] if not hit.billable and hit.active), "")
    if not usable:
        return FoundCode(None, header, "nothing")
    plain = usable[0]
    extended = _extended(release, around, plain) if _is_vague(plain) else None
    hit = extended or plain
    return FoundCode(hit, header, _kind(release, around, hit, is_extended=extended is not None))


def _extended(release: SearchableRelease, around: Surroundings, plain: Hit) -> Hit | None:
    """A hit of the same category whose title has all that the surroundings add."""
    trimester = [around.trimester] if around.trimester and "trimester" in plain.preferred else []
    sided = [" ".join(sorted(around.sides))] if around.sides and not _SIDES & {*words(around.words)} else []
    tails = [*trimester, *around.extensions, *sided]
    if sided:
        tails = [f"{tail} {sided[0]}" for tail in around.extensions if not _SIDES & {*words(tail)}] + tails
    for tail in tails:
        added = {word for word in words(tail) if word not in FILLERS}
        if not added or added <= {*words(around.words)}:
            continue
        for hit in _searched(release, f"{around.words} {tail}".lower(), 4):
            alike = hit.billable and hit.active and hit.code[:3] == plain.code[:3]
            if alike and _says_this(hit, plain, added, around.sides):
                return hit
    return None


def _says_this(hit: Hit, plain: Hit, added: set[str], sides: frozenset[str]) -> bool:
    """The title has all that was added, and nothing else that the plain code's title or wording had not."""
    title = {*words(hit.preferred)}
    known = {*words(plain.preferred), *words(plain.term)} | added | _NEUTRAL | sides
    return added <= title and not {word for word in title - known if not word.isdigit()}


def _kind(release: SearchableRelease, around: Surroundings, hit: Hit, *, is_extended: bool) -> str:
    """Which words agree: how it was found, what is left over on either side, and what the text says besides."""
    title, said = frozenset(words(_LEFT_OPEN.sub("", hit.preferred))), frozenset(words(around.words))
    if is_extended:
        more = around.says_more or _narrows(title, said | frozenset(words(around.after)) | around.sides)
        return "extended, more said" if more else "extended"
    if around.sides and not around.sides & title and _has_sides(release, hit.code):
        return "side said, code without"
    return _doubt(around, hit, title) or _agreement(hit, title, said)


def _agreement(hit: Hit, title: frozenset[str], said: frozenset[str]) -> str:
    """How the words of the span and of the code agree, when nothing around them speaks against it."""
    if hit.match == "exact":
        positive = _UNSAID.sub("", hit.preferred)
        adds = said <= title and all(_narrows(part, said) for part in _alternatives(positive, said))
        return "exact, title adds" if adds or _NARROWING & frozenset(words(positive)) - said else "exact"
    if hit.match in ("abbreviation", "lay"):
        return f"{hit.match}, {'whole' if hit.score >= _WHOLE else 'part'}"
    if hit.match == "misspelt":
        return "misspelt"
    term = frozenset(words(_LEFT_OPEN.sub("", hit.term)))
    left_over = said - title - term - _NEUTRAL
    added = term - said - _NEUTRAL - _SIDES
    return f"words, {'words' if left_over else 'nothing'} left, {'words' if added else 'nothing'} added"


def _alternatives(title: str, said: frozenset[str]) -> list[frozenset[str]]:
    """The words of a title, and of the part that is meant where it names two: "Hypo-osmolality and hyponatremia"."""
    parts = [frozenset(words(part)) for part in title.split(" and ")]
    return [frozenset(words(title)), *(part for part in parts[1:] + parts[:1] if said <= part)]


def _narrows(title: frozenset[str], said: frozenset[str]) -> bool:
    """Whether a title with all of these words has others that decide something: "acute", "of large intestine"."""
    return any(not word.isdigit() for word in title - said - _NEUTRAL)


def _doubt(around: Surroundings, hit: Hit, title: frozenset[str]) -> str:
    """What the surroundings say that an unspecific code leaves out."""
    is_vague = _is_vague(hit)
    if is_vague and (around.has_cause or around.has_phrase or around.has_qualifier):
        return "cause said, code unspecific"
    if is_vague and around.is_joined and hit.code[0] != "R":
        return "joined to another, code unspecific"
    return ""


def _is_vague(hit: Hit) -> bool:
    """Whether the title of a code leaves something open."""
    return any(word in hit.preferred.lower() for word in _VAGUE)


@lru_cache(maxsize=20_000)
def _searched(release: SearchableRelease, words_of_span: str, limit: int) -> list[Hit]:
    """Notes say the same over and over: what was searched once is known."""
    return release.search(words_of_span, limit=limit)


@lru_cache(maxsize=2_000)
def _has_sides(release: SearchableRelease, code: str) -> bool:
    """Whether some code of the same category names a side."""
    number = release.number(code[:3])
    if number is None:
        return False
    return any(_SIDES & {*words(release.preferred(below))} for below in release.descendants(number))
