"""Profiles: which suggestions a project's readers see, under the ids they have without one."""

import pytest

from app.modalities.notes.kinds import KINDS
from app.modalities.notes.profiles import PROFILES, within_profile
from app.modalities.notes.suggest import suggested_note

TEXT = "Rash on aspirin 75 mg in the arm. Physical examination: murmur. Lymph node dissection."


def found(words, label):
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "label": label, "assertion": {}}


ANSWER = {
    "pipeline": "toy",
    "entities": [
        found("Rash", "ADVERSE_EVENT") | {"adverse_event": {"subtype": "drug_reaction"}},
        found("aspirin", "MEDICATION"),
        found("75 mg", "DOSE"),
        found("arm", "ANATOMY"),
        found("Physical examination", "PROCEDURE"),
        found("murmur", "SYMPTOM"),
        found("Lymph node dissection", "PROCEDURE"),
    ],
    "relations": [
        {"type": "causes", "head": 1, "tail": 0},
        {"type": "has_dose", "head": 1, "tail": 2},
        {"type": "located_in", "head": 0, "tail": 3},
    ],
}
WHOLE = suggested_note([ANSWER])


def shown(profile):
    elements = within_profile(WHOLE, profile, TEXT, KINDS)["elements"]
    entities = {TEXT[slice(*b["fragments"][0])] for b in elements.values() if b["kind"] == "entity"}
    return entities, sorted(b.get("type", b["kind"]) for b in elements.values() if b["kind"] != "entity")


def test_research_shows_everything():
    assert within_profile(WHOLE, "research", TEXT, KINDS) == WHOLE


def test_coding_leaves_out_sites_doses_and_acts_that_nobody_codes():
    entities, others = shown("coding")
    assert entities == {"Rash", "aspirin", "murmur", "Lymph node dissection"}
    assert others == ["assessment", "causes", "event", "exposure"]


def test_pharmacovigilance_shows_a_dose_with_its_drug_and_no_site_or_procedure():
    entities, others = shown("pharmacovigilance")
    assert entities == {"Rash", "aspirin", "75 mg", "murmur"}
    assert others == ["assessment", "causes", "event", "exposure", "has_dose"]


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_shown_keeps_its_id_and_its_ends(profile):
    elements = within_profile(WHOLE, profile, TEXT, KINDS)["elements"]
    assert all(WHOLE["elements"][key] == body for key, body in elements.items())
    ends = {body[end] for body in elements.values() if body["kind"] == "relation" for end in ("head", "tail")}
    assert ends <= elements.keys()
