"""The labels, relation types and assertion axes that every pre-annotator speaks."""

from __future__ import annotations

from typing import Any

LABELS = (
    "PROBLEM",
    "SYMPTOM",
    "MEDICATION",
    "DOSE",
    "ROUTE",
    "FREQUENCY",
    "DURATION",
    "FORM",
    "PROCEDURE",
    "ANATOMY",
    "LAB_TEST",
    "LAB_VALUE",
    "VITAL_SIGN",
    "DEVICE",
    "ADVERSE_EVENT",
    "TIME",
)

RELATION_TYPES = (
    "has_dose",
    "has_route",
    "has_frequency",
    "has_duration",
    "has_form",
    "has_reason",
    "has_value",
    "located_in",
    "causes",
    "before",
    "after",
    "overlaps",
)

# Axis → its values, the unmarked one first.
AXES: dict[str, tuple[Any, ...]] = {
    "polarity": ("affirmed", "negated"),
    "certainty": ("certain", "probable", "possible", "unlikely"),
    "temporality": ("current", "past", "future"),
    "course": ("unknown", "active", "chronic", "resolved"),
    "hypothetical": (False, True),
    "conditional": (False, True),
    "experiencer": ("patient", "family", "mother", "fetus", "donor", "other"),
}

FLAGS = ("negated", "uncertain", "historical", "hypothetical", "family")


_UNMARKED = {axis: values[0] for axis, values in AXES.items()} | dict.fromkeys(
    (flag for flag in FLAGS if flag not in AXES), False
)


def assertion(**axes: Any) -> dict[str, Any]:
    """A whole assertion: the axes given, the others unmarked, and the five familiar flags read off them."""
    whole = _UNMARKED.copy()
    if axes:
        whole.update(axes)
        whole["negated"] = whole["polarity"] == "negated"
        whole["uncertain"] = whole["certainty"] != "certain"
        whole["historical"] = whole["temporality"] == "past"
        whole["family"] = whole["experiencer"] in ("family", "mother")
    return whole
