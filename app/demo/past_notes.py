"""Invented notes of the simulated past, and the truth about them, found again in the text by its words."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

_PROBLEMS = ("pneumonia", "hypertension", "atrial fibrillation", "gastritis", "asthma", "cellulitis")
_SYMPTOMS = ("chest pain", "shortness of breath", "nausea", "dizziness", "headache", "palpitations", "cough")
_DRUGS = ("amoxicillin", "metoprolol", "ibuprofen", "omeprazole", "warfarin", "furosemide")
_DOSES = ("500 mg", "25 mg", "400 mg", "20 mg", "5 mg", "40 mg")
_EVENTS = ("maculopapular rash", "angioedema", "epistaxis")
_KINDS = ("Progress Note", "Discharge Summary", "Emergency Note")
LABELS = {
    **dict.fromkeys(_PROBLEMS, "PROBLEM"), **dict.fromkeys(_SYMPTOMS, "SYMPTOM"),
    **dict.fromkeys(_DRUGS, "MEDICATION"), **dict.fromkeys(_DOSES, "DOSE"), **dict.fromkeys(_EVENTS, "ADVERSE_EVENT"),
}  # fmt: skip
_ANY = re.compile("|".join(sorted(map(re.escape, LABELS), key=len, reverse=True)))


@dataclass(frozen=True)
class NotePhrase:
    """One thing to be marked, half-open in code points."""

    start: int
    end: int
    label: str
    negated: bool


def note(chance: random.Random, number: int) -> dict[str, Any]:
    """A note as it is delivered."""
    problem, other = chance.sample(_PROBLEMS, 2)
    symptom, second, denied = chance.sample(_SYMPTOMS, 3)
    drug, dose = chance.choice(list(zip(_DRUGS, _DOSES, strict=True)))
    lines = [
        f"The patient was seen for {problem} and reports {symptom} and {second}.",
        f"The patient denies {denied}.",
        f"History of {other}.",
        f"Treatment with {drug} {dose} was given.",
    ]
    if chance.random() < 0.15:
        lines.append(f"A {chance.choice(_EVENTS)} developed after the first dose of {drug}.")
    return {
        "id": f"past-{number:04}", "patient_id": f"PP-{number:04}", "encounter_id": f"PE-{number:04}",
        "note_type": chance.choice(_KINDS), "setting": chance.choice(("inpatient", "outpatient")), "date": "2026-04-23",
        "language": "en", "sex": chance.choice("FM"), "birth_date": f"{chance.randrange(1935, 1995)}-02-11",
        "known": {}, "text": "\n".join(lines) + "\n",
    }  # fmt: skip


def phrases_in(text: str) -> list[NotePhrase]:
    """The truth about a note."""
    found = []
    for match in _ANY.finditer(text):
        negated = text[: match.start()].endswith("denies ")
        found.append(NotePhrase(*match.span(), LABELS[match.group()], negated))
    return found
