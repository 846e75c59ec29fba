"""Diseases that only name a vaccine: "tetanus booster", "immunised against measles and mumps"."""

from __future__ import annotations

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.words import normal

_VACCINES = frozenset(
    map(
        normal,
        (
            *("vaccine", "vaccines", "vaccination", "vaccinations", "vaccinated", "vax", "booster", "boosters", "jab"),
            *(
                "immunisation",
                "immunization",
                "immunisations",
                "immunizations",
                "immunised",
                "immunized",
                "toxoid",
                "imms",
            ),
            *("immunoglobulin", "shot", "shots", "vacc", "vaccs", "inoculation", "antitoxin", "antivenom"),
        ),
    )
)
_AGAINST = frozenset({"against", "for", "to"})
_LISTED = frozenset({",", "and", "&", "/", "or", "the", "with", "both"})
_ENDS = frozenset({";", ".", "but", "has", "had", "with", "who"})
_DISEASES = frozenset({"PROBLEM", "SYMPTOM"})
_FAR = 14  # tokens of a list of vaccines


def without_vaccinated(note: TokenisedNote, mentions: list[Mention]) -> list[Mention]:
    """The mentions without those diseases; a note without the words of vaccination costs one look."""
    words = note.tokens.words
    if _VACCINES.isdisjoint(note.tokens.places):
        return mentions
    named = {at for m in mentions for at in range(m.first, m.last)}
    return [m for m in mentions if m.label not in _DISEASES or not _names_vaccine(note, words, m, named)]


def _names_vaccine(note: TokenisedNote, words: list[str], mention: Mention, named: set[int]) -> bool:
    end = note.ends[mention.last - 1]
    at = mention.last
    while (
        at < min(end, mention.last + _FAR)
        and words[at] not in _VACCINES
        and (words[at] in _LISTED or (at > mention.last and (at in named or words[at - 1] in _LISTED)))
    ):
        at += 1
    if at < end and words[at] in _VACCINES:
        return True
    for back in range(mention.first - 1, max(note.starts[mention.first], mention.first - _FAR), -1):
        if words[back] in _AGAINST and words[back - 1] in _VACCINES:
            return True
        if words[back] in _ENDS:
            return False
    return False
