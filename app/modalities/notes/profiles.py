"""Which of a pipeline's suggestions a project's readers see: ready profiles by purpose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.agreement.judgements import Payload
from app.annotation.actions import loose_ends
from app.annotation.bodies import Kinds
from app.annotation.payload import Elements, of_kind
from app.core.text import covered
from app.terminology.entry_terms import table

_CODED_ACTS = frozenset({"PROCEDURE", "PROBLEM", "SYMPTOM"})


@dataclass(frozen=True)
class SuggestionProfile:
    """`labels` are suggested wherever they are found, the others only at an end of one of `relations`.

    Labels of the schema that no profile knows are suggested. `uncoded_acts`: what no coder codes on its own, too.
    """

    key: str
    title: str
    labels: frozenset[str] | None = None
    relations: frozenset[str] | None = None
    uncoded_acts: bool = True


_CLINICAL = frozenset({"PROBLEM", "SYMPTOM", "MEDICATION", "PROCEDURE", "ADVERSE_EVENT"})
_OF_DRUGS = frozenset({"has_dose", "has_route", "has_frequency", "has_duration", "has_form"})
_KNOWN = frozenset(
    "DOSE ROUTE FREQUENCY DURATION FORM ANATOMY LAB_TEST LAB_VALUE VITAL_SIGN DEVICE TIME".split()  # noqa: SIM905
)
PROFILES = {
    profile.key: profile
    for profile in (
        SuggestionProfile("research", "Research: all labels"),
        SuggestionProfile(
            "coding",
            "Coding: problems, symptoms, medications, procedures, adverse events",
            _CLINICAL,
            frozenset({"has_reason", "causes"}),
            uncoded_acts=False,
        ),
        SuggestionProfile(
            "pharmacovigilance",
            "Pharmacovigilance: adverse events, drugs with doses and times, problems",
            _CLINICAL - {"PROCEDURE"},
            _OF_DRUGS | {"has_reason", "causes", "before", "after", "overlaps"},
        ),
    )
}


class ProfileChoices:
    """The profiles a project may choose."""

    key = "suggestion profile"

    def options(self) -> list[tuple[str, str]]:
        return [(profile.key, profile.title) for profile in PROFILES.values()]


def within_profile(payload: Payload, key: str, text: str, kinds: Kinds) -> Payload:
    """The suggestions a profile shows, under the ids they have without it; what hangs on the others goes with them."""
    profile, elements = PROFILES[key], payload["elements"]
    if profile.labels is None:
        return payload
    tied = {
        end
        for body in of_kind(elements, "relation").values()
        if profile.relations is None or body["type"] in profile.relations
        for end in (body["head"], body["tail"])
    }
    gone = {
        name
        for name, body in of_kind(elements, "entity").items()
        if not _is_shown(profile, body, text, is_tied=name in tied)
    }
    return {"elements": _without(elements, gone | _untold(elements, profile), kinds)}


def _is_shown(profile: SuggestionProfile, body: dict[str, Any], text: str, *, is_tied: bool) -> bool:
    label = str(body["label"])
    if label in _KNOWN:
        return is_tied
    known = profile.labels is None or label in profile.labels or label not in _CLINICAL
    return known and (profile.uncoded_acts or label not in _CODED_ACTS or not _is_uncoded(body, text))


def _is_uncoded(body: dict[str, Any], text: str) -> bool:
    said = " ".join(covered(text, body["fragments"]).lower().split())
    whole, heads = _uncoded()
    act = f" {said.partition(' of ')[0]}"  # "examination of the abdomen"
    return said in whole or act.endswith(heads)


@cache
def _uncoded() -> tuple[frozenset[str], tuple[str, ...]]:
    """Phrases that are left out alone, and ends of longer ones."""
    rows = table("uncoded_acts.tsv")
    whole = frozenset(row["term"] for row in rows)
    return whole, tuple(f" {row['term']}" for row in rows if row["match"] == "head")


def _untold(elements: Elements, profile: SuggestionProfile) -> set[str]:
    """Relations of types the profile does not want."""
    relations = of_kind(elements, "relation")
    return {key for key, body in relations.items() if profile.relations and body["type"] not in profile.relations}


def _without(elements: Elements, gone: set[str], kinds: Kinds) -> Elements:
    kept = {key: body for key, body in elements.items() if key not in gone}
    loose = loose_ends(dict.fromkeys(gone), kinds, lambda: kept)
    return {key: body for key, old in kept.items() if (body := loose.get(key, old)) is not None}
