"""Which resource a span becomes, and what its assertion makes of it; sources: the R4 resource pages and value sets.

negated → refuted, not taken, not done; possible and probable → provisional; what is hypothetical, or a wish for the
future that R4 cannot say, becomes no resource and is listed in the loss report (domain 0, Interop).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.text import covered
from app.formats.model import Body

Resource = dict[str, Any]
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"

# Words of labels → the resource; a label is taken by the first of its words that is here.
KINDS: dict[str, str] = {
    **dict.fromkeys(("PROBLEM", "DIAGNOSIS", "DISEASE", "DISORDER", "CONDITION"), "Condition"),
    **dict.fromkeys(("SYMPTOM", "SIGN", "FINDING"), "Condition"),
    **dict.fromkeys(("MEDICATION", "DRUG", "CHEMICAL", "TREATMENT"), "MedicationStatement"),
    **dict.fromkeys(("PROCEDURE", "OPERATION", "SURGERY"), "Procedure"),
    **dict.fromkeys(("ALLERGY", "ALLERGEN", "INTOLERANCE"), "AllergyIntolerance"),
    **dict.fromkeys(("LAB", "VITAL", "OBSERVATION", "MEASUREMENT", "TEST"), "Observation"),
    **dict.fromkeys(("ADVERSE", "ADE", "ADR"), "AdverseEvent"),
}  # fmt: skip
# Spellings of a code system, without case and punctuation → its URI (https://hl7.org/fhir/R4/terminologies-systems.html).
_SYSTEMS = {
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd10pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "snomed": "http://snomed.info/sct",
    "snomedct": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "loinc": "http://loinc.org",
    "atc": "http://www.whocc.no/atc",
    "meddra": "https://www.meddra.org",
}
_RELATIVES = {"family": ("FAMMEMB", "family member"), "mother": ("MTH", "mother")}


def kind_of_label(label: str) -> str | None:
    """The resource a label stands for; None where there is none."""
    words = label.upper().replace("-", "_").replace(" ", "_").split("_")
    return next((KINDS[word] for word in words if word in KINDS), None)


def resource_of(body: Body, said: dict[str, Any], text: str, subject: dict[str, str]) -> Resource | str:
    """The resource of a span, or why there is none. `said`: its assertion, every axis."""
    kind = kind_of_label(body["label"])
    if kind is None:
        return "no resource is meant by this label"
    if said["hypothetical"]:
        return "what is hypothetical is no statement about the patient"
    concept = _concept(body, text)
    if said["experiencer"] != "patient":
        return _of_a_relative(kind, concept, said, subject)
    return _MAKERS[kind](concept, said, subject)


def _of_a_relative(kind: str, concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource | str:
    if kind != "Condition" or said["experiencer"] not in _RELATIVES or said["polarity"] == "negated":
        return "R4 has no resource for this of somebody else than the patient"
    code, display = _RELATIVES[said["experiencer"]]
    relative = _coded("v3-RoleCode", code, display)
    return {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": subject,
        "relationship": relative,
        "condition": [{"code": concept}],
    }


def _condition(concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource | str:
    if said["temporality"] == "future":
        return "a condition of the future is no statement about the patient"
    negated = said["polarity"] == "negated"
    sure = {"certain": "confirmed", "unlikely": "unconfirmed"}.get(said["certainty"], "provisional")
    over = said["temporality"] == "past" or said["course"] == "resolved"
    made: Resource = {
        "resourceType": "Condition",
        "verificationStatus": _coded("condition-ver-status", "refuted" if negated else sure),
        "code": concept,
        "subject": subject,
    }
    status = {} if negated else {"clinicalStatus": _coded("condition-clinical", "resolved" if over else "active")}
    return made | status


def _medication(concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource:
    status = {"past": "completed", "future": "intended"}.get(said["temporality"], "active")
    status = "unknown" if said["certainty"] != "certain" else status
    status = "not-taken" if said["polarity"] == "negated" else status
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": concept,
        "subject": subject,
    }


def _procedure(concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource:
    status = "preparation" if said["temporality"] == "future" else "completed"
    status = "unknown" if said["certainty"] != "certain" else status
    status = "not-done" if said["polarity"] == "negated" else status
    return {"resourceType": "Procedure", "status": status, "code": concept, "subject": subject}


def _allergy(concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource | str:
    if said["temporality"] == "future":
        return "an allergy of the future is no statement about the patient"
    sure = "confirmed" if said["certainty"] == "certain" else "unconfirmed"
    sure = "refuted" if said["polarity"] == "negated" else sure
    over = said["course"] == "resolved"
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": _coded("allergyintolerance-clinical", "resolved" if over else "active"),
        "verificationStatus": _coded("allergyintolerance-verification", sure),
        "code": concept,
        "patient": subject,
    }


def _observation(concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource | str:
    if said["polarity"] == "negated" or said["temporality"] == "future":
        return "R4 has no Observation that was not made"
    status = "final" if said["certainty"] == "certain" else "preliminary"
    return {"resourceType": "Observation", "status": status, "code": concept, "subject": subject}


def _adverse_event(concept: Resource, said: dict[str, Any], subject: dict[str, str]) -> Resource | str:
    if said["polarity"] == "negated" or said["temporality"] == "future":
        return "an AdverseEvent that did not happen cannot be said: potential is a near miss"
    if said["certainty"] != "certain":
        return "R4's AdverseEvent has no word for doubt whether it happened"
    return {"resourceType": "AdverseEvent", "actuality": "actual", "event": concept, "subject": subject}


_MAKERS: dict[str, Callable[[Resource, dict[str, Any], dict[str, str]], Resource | str]] = {
    "Condition": _condition,
    "MedicationStatement": _medication,
    "Procedure": _procedure,
    "AllergyIntolerance": _allergy,
    "Observation": _observation,
    "AdverseEvent": _adverse_event,
}


def _coded(system: str, code: str, display: str = "") -> Resource:
    coding = {"system": _TERMINOLOGY + system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}


def _concept(body: Body, text: str) -> Resource:
    """The codes, in the order they were given, and the words of the note."""
    codings = [
        {"system": system_uri(str(code["system"])), "code": str(code["code"])}
        | ({"version": str(code["release"])} if code.get("release") else {})
        for code in body.get("codes") or []
    ]
    words = covered(text, body["fragments"])
    return ({"coding": codings} if codings else {}) | {"text": words}


def system_uri(name: str) -> str:
    """The URI of a code system; one that HL7 does not name is a URN of ours."""
    bare = "".join(character for character in name.lower() if character.isalnum())
    return _SYSTEMS.get(bare) or f"urn:chartmark:code-system:{name}"
