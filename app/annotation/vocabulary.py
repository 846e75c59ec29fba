"""The closed word lists a payload may use, each with its source."""

from __future__ import annotations

from typing import Any

# The kind of the one element that answers every question left without an answer of its own.
REST = "rest"

STATUSES = ("suggested", "confirmed", "rejected")
CLASSES = ("routine", "significant", "critical")

# Axis → its values, the unmarked one first: an axis left out has that value.
AXES: dict[str, tuple[Any, ...]] = {
    "polarity": ("affirmed", "negated"),
    "certainty": ("certain", "probable", "possible", "unlikely"),
    "temporality": ("current", "past", "future"),
    "course": ("unknown", "active", "chronic", "resolved"),
    "hypothetical": (False, True),
    "conditional": (False, True),
    "experiencer": ("patient", "family", "mother", "fetus", "donor", "other"),
}

# ICD-10-CM Official Guidelines, Appendix I.
PRESENT_ON_ADMISSION = ("Y", "N", "U", "W", "exempt", None)

# ICH E2B(R3) E.i.3.2a–f, E.i.7, G.k.1, G.k.8.
SERIOUSNESS = (
    "death",
    "life_threatening",
    "hospitalisation",
    "disabling",
    "congenital_anomaly",
    "other_medically_important",
)
OUTCOMES = ("recovered", "recovering", "not_recovered", "sequelae", "fatal", "unknown", None)
ROLES = ("suspect", "concomitant", "interacting", "not_administered", None)
ACTIONS_TAKEN = ("withdrawn", "reduced", "increased", "not_changed", "unknown", "not_applicable", None)

EVENT_SUBTYPES = ("drug_reaction", "procedure_complication", "device", "other_outcome")
# A CTCAE grade, or the word of the note; severity says nothing about seriousness.
SEVERITIES = (1, 2, 3, 4, 5, "mild", "moderate", "severe", None)
SITUATIONS = (
    "overdose",
    "medication_error",
    "off_label",
    "lack_of_effect",
    "misuse",
    "pregnancy",
    "lactation",
    None,
)

# Results by method: WHO-UMC causality categories; Naranjo 1981 (nothing known is "insufficient"); RUCAM.
CAUSALITY: dict[str | None, tuple[str | None, ...]] = {
    "who-umc": ("certain", "probable", "possible", "unlikely", "conditional", "unassessable", None),
    "naranjo": ("definite", "probable", "possible", "doubtful", "insufficient", None),
    "rucam": ("highly_probable", "probable", "possible", "unlikely", "excluded", "insufficient", None),
    "global": ("related", "possible", "not_related", "unassessable", None),
    None: (None,),
}
NARANJO_ANSWERS = ("yes", "no", "unknown")
DECHALLENGES = ("positive", "negative", "unknown", "not_done", None)
RECHALLENGES = ("recurred", "not_recurred", "unknown", "not_done", None)  # G.k.9.i.4
EXPECTEDNESS = ("expected", "unexpected", "unknown", None)


def full_assertion(assertion: dict[str, Any] | None) -> dict[str, Any]:
    """All axes, those left out at their unmarked value."""
    given = assertion or {}
    return {axis: given.get(axis, values[0]) for axis, values in AXES.items()}
