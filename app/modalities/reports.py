"""Radiology report labels: observations by CheXpert's rules, and critical findings."""

from __future__ import annotations

import re
from typing import Any

from app.agreement.judgements import Bearer, Difference, Payload, Ruling, Unit
from app.annotation.check import WARNING, reviewed_problems
from app.annotation.describe import action_facts
from app.annotation.keyed import Questions, keyed_differences, repeated, settle_keyed
from app.annotation.payload import Elements, live, of_kind
from app.annotation.schema import known_keys, label_named
from app.annotation.shapes import Kinds, one_of, optional_spans, payload_problems, word
from app.annotation.suggest import suggested_keyed
from app.core.errors import Problem
from app.review.modality import Action, Context

VALUES = ("positive", "negative", "uncertain")
NOT_MENTIONED = "not_mentioned"

# Larson 2014 (ACR Actionable Reporting Work Group): category 1 minutes, 2 hours, 3 days.
KINDS: Kinds = {
    "observation": ({"label": word, "value": one_of(*VALUES)}, {"evidence": optional_spans}),
    "critical": ({"label": word, "category": one_of(1, 2, 3)}, {"evidence": optional_spans}),
}


class Reports:
    key = "reports"
    title = "Radiology report labels"
    noun = "Report"

    def present(self, context: Context) -> dict[str, Any]:
        """The text, the labels in the schema's order, and which sections a reader goes by."""
        meta = context.document.get("meta") or {}
        shown = {name: meta[name] for name in ("type", "language", "sections", "modality") if name in meta}
        return {"text": context.text, "schema": context.schema, "values": list(VALUES), "meta": shown}

    def suggest(self, context: Context, suggestions: list[dict[str, Any]]) -> Payload:
        return suggested_keyed(suggestions, "observation", ("label", "value", "category", "evidence"))

    def check(self, payload: Payload, context: Context) -> list[Problem]:
        """Problems with a code beginning ``warn-`` do not block."""
        if problems := payload_problems(payload, KINDS):
            return problems
        return (
            reviewed_problems(payload, context.text, known_keys(context.schema))
            + repeated(payload, _questions(context))
            + _no_finding_problems(live(payload), context)
            + _critical_problems(live(payload), context)
        )

    def describe(self, action: Action, context: Context) -> dict[str, Any]:
        return action_facts(action.element_id, action.body, action.before, KINDS, known_keys(context.schema))

    def units(self, payload: Payload, context: Context) -> list[Unit]:
        """One unit per observation of the schema; one not mentioned is a value of its own."""
        said = {_question(body): (_answer(body), Bearer(key)) for key, body in live(payload).items()}
        units = []
        for entry in context.schema["labels"]:
            label = entry["key"]
            if _is_observation(entry):
                value, bearer = said.get(f"observation {label}", (NOT_MENTIONED, Bearer()))
                units.append(Unit("observation", label, value, key=label, bearer=bearer))
            if marked := said.get(f"critical {label}"):
                units.append(Unit("critical", label, marked[0], key=label, bearer=marked[1]))
        return units

    def differences(self, payloads: list[Payload], context: Context) -> list[Difference]:
        return keyed_differences(payloads, _questions(context))

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: Context) -> Payload:
        return settle_keyed(payloads, rulings, _questions(context), KINDS)


def _is_observation(label: dict[str, Any]) -> bool:
    """A schema may list critical findings beside the observations, in a group of their own."""
    return label.get("group") != "critical"


def _question(body: dict[str, Any]) -> str:
    return f"{body['kind']} {body['label']}"


def _answer(body: dict[str, Any]) -> str:
    return body["value"] if body["kind"] == "observation" else f"category {body['category']}"


def _questions(context: Context) -> Questions:
    labels = [label["key"] for label in context.schema["labels"]]
    order = tuple(f"{kind} {label}" for label in labels for kind in ("observation", "critical"))
    return Questions(
        _question, _answer, order, lambda disputed, payloads: _bonds(disputed, payloads, context)
    )


def _bonds(disputed: set[str], payloads: list[Elements], context: Context) -> list[set[str]]:
    """A disputed No Finding is settled together with every disputed finding that would rule it out."""
    healthy = {f"observation {label}" for label in _named(context, "nofinding")} & disputed
    if not healthy:
        return []
    findings = {_question(body) for own in payloads for body in _findings(own, context)}
    return [healthy | (findings & disputed)]


def _findings(elements: Elements, context: Context) -> list[dict[str, Any]]:
    """What contradicts No Finding: anything positive, uncertain or critical but Support Devices."""
    exempt = _named(context, "nofinding") | _named(context, "supportdevices")
    return [
        body
        for body in elements.values()
        if body["label"] not in exempt and body.get("value", "positive") != "negative"
    ]


def _named(context: Context, name: str) -> set[str]:
    """Keys of the labels called so, however the schema spells it."""
    return {
        label["key"]
        for label in context.schema["labels"]
        if name in {re.sub("[^a-z]", "", str(label.get(part, "")).lower()) for part in ("key", "title")}
    }


def _no_finding_problems(elements: Elements, context: Context) -> list[Problem]:
    """CheXpert (Irvin 2019): No Finding is positive or blank, and beside Support Devices only."""
    problems = []
    for key, body in of_kind(elements, "observation").items():
        if body["label"] not in _named(context, "nofinding"):
            continue
        if body["value"] != "positive":
            problems.append(Problem("no-finding-value", key, "No Finding is positive or not mentioned"))
        elif _findings(elements, context):
            problems.append(Problem("no-finding-conflict", key, "No Finding beside an abnormal finding"))
    return problems


def _critical_problems(elements: Elements, context: Context) -> list[Problem]:
    marked = {body["label"] for body in of_kind(elements, "critical").values()}
    problems = []
    for key, body in elements.items():
        label = label_named(context.schema, body["label"]) or {}
        critical = label.get("class") == "critical"
        if body["kind"] == "observation" and not _is_observation(label):
            problems.append(
                Problem("not-an-observation", key, "the schema lists this label as a critical finding")
            )
        if body["kind"] == "critical" and not critical:
            problems.append(Problem("not-critical", key, "the schema does not call this label critical"))
        if critical and body.get("value") == "positive" and body["label"] not in marked:
            message = "a positive critical finding without its category"
            problems.append(Problem(WARNING + "critical-unmarked", key, message))
    return problems
