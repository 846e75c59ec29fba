"""A workflow as a form: names of fields are the places in the document, so that a problem leads to its field."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from app.core.errors import Problem
from app.review.workflows import Step, Workflow

#: rules of complexity that a page offers beyond those there are
SPARE_RULES = 2
_NUMBERS = ("complexity", "characters", "suggestions", "read_tier")
_FLAGS = ("one_more", "always_verified")
# Where a problem is of several fields, the one it leads to.
_LEADS = {"annotate": "steps.0.people", "adjudicate": "steps.1.tier", "verify": "steps.2.tier", "workflow": "title"}


def document_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """The document that a form says; what was typed wrong stays as it was typed, for the check to name."""
    steps = [
        {
            "step": step.value,
            "tier": _number(form, f"steps.{n}.tier"),
            "specialties": _words(form, f"steps.{n}.specialties"),
        }
        for n, step in enumerate(Step)
    ]
    steps[0]["people"] = _number(form, "steps.0.people")
    shares = {name: _number(form, name) or 0 for name in ("doubled_percent", "checked_percent")}
    flags = {name: form.get(name) == "yes" for name in ("adjudicator_finishes", "agreed_pass")}
    rules = [_rule(form, n) for n in range(10)]
    return {
        "key": form.get("key", "").strip(),
        "title": form.get("title", "").strip(),
        "steps": [{name: value for name, value in step.items() if value is not None} for step in steps],
        "escalation_specialties": _words(form, "escalation_specialties"),
        "complexity": [rule for rule in rules if rule],
        **shares,
        **flags,
    }


def _rule(form: MultiDict[str, str], n: int) -> dict[str, Any]:
    at = f"complexity.{n}."
    rule: dict[str, Any] = {name: _number(form, at + name) for name in _NUMBERS}
    rule["note_types"] = _words(form, at + "note_types")
    rule |= {name: form.get(at + name) == "yes" for name in _FLAGS}
    rule["finish_tier"] = 4 if form.get(at + "finish_tier") == "yes" else None
    return {name: value for name, value in rule.items() if value}


def values_of(workflow: Workflow) -> dict[str, str]:
    """What the form shows of a workflow."""
    said = workflow.model_dump(mode="json", exclude={"applied"})
    values = {name: _typed(said[name]) for name in said if name not in ("steps", "complexity")}
    for part in ("steps", "complexity"):
        for n, one in enumerate(said[part]):
            values |= {f"{part}.{n}.{name}": _typed(value) for name, value in one.items()}
            if one.get("finish_tier"):
                values[f"complexity.{n}.finish_tier"] = "yes"
    return values


def rules_shown(values: dict[str, str]) -> int:
    """How many rules of complexity the form has places for."""
    there = [int(name.split(".")[1]) for name, value in values.items() if name.startswith("complexity.") and value]
    return min(max(there, default=-1) + 1 + SPARE_RULES, 10)


def placed(problems: list[Problem]) -> list[Problem]:
    """The problems, each at a field of the form."""
    return [replace(one, where=_field(one.where)) for one in problems]


def _field(where: str) -> str:
    place = where.split(".")
    if place[0] == "complexity" and len(place) == 2:
        return f"{where}.characters"
    if place[0] in ("steps", "complexity"):
        return ".".join(place[:3])
    return _LEADS.get(where, place[0])


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value in (None, 0) else str(value)


def _number(form: MultiDict[str, str], name: str) -> int | str | None:
    typed = form.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else typed or None


def _words(form: MultiDict[str, str], name: str) -> list[str]:
    return [word.strip() for word in form.get(name, "").split(",") if word.strip()]


def as_json(workflow: Workflow) -> str:
    """The document as the command and the interface take it, to be read by people."""
    return json.dumps(json.loads(workflow.document), indent=2, ensure_ascii=False)
