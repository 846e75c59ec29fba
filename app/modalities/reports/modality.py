"""Radiology report labels: observations by CheXpert's rules, and critical findings; every label has an answer."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.agreement.judgements import Bearer, Difference, Payload, Ruling, Unit
from app.annotation.actions import action_facts, own_words, places, seeded, stored_body
from app.annotation.bodies import payload_problems
from app.annotation.check import WARNING, reviewed_problems
from app.annotation.folding import folded
from app.annotation.keyed import Questions, keyed_differences, repeated, said, settle_keyed, unanswered
from app.annotation.moving import moved_payload
from app.annotation.payload import Elements, live, of_kind
from app.annotation.schema import label_named
from app.annotation.suggest import suggested_keyed
from app.core.errors import Problem
from app.core.places import TextChange
from app.modalities.reports.intake import ReportIntake
from app.modalities.reports.kinds import KINDS, NOT_MENTIONED, VALUES
from app.review.modality import AnnotationAction, Context


class Reports:
    key = "reports"
    title = "Radiology report labels"
    noun = "Report"
    kinds = KINDS
    intake = ReportIntake()
    assets = Path(__file__).parent

    def present(self, context: Context) -> dict[str, Any]:
        """The text, the labels in the schema's order, and which sections a reader goes by."""
        meta = context.document.get("meta") or {}
        shown = {name: meta[name] for name in ("type", "language", "sections", "modality") if name in meta}
        return {"text": context.text, "schema": context.schema, "values": list(VALUES), "meta": shown}

    def suggest(self, context: Context, suggestions: list[dict[str, Any]]) -> Payload:
        return seeded(suggested_keyed(suggestions, KINDS), KINDS, context.text)

    def check(self, payload: Payload, context: Context) -> list[Problem]:
        """Problems with a code beginning ``warn-`` do not block."""
        if problems := payload_problems(payload, KINDS):
            return problems
        return (
            reviewed_problems(payload, context.text, context.known_keys, KINDS)
            + repeated(payload, _questions(context))
            + _no_finding_problems(said(live(payload)), context)
            + _critical_problems(said(live(payload)), context)
            + _evidence_problems(said(live(payload)))
            + [_open(question) for question in unanswered(payload, _questions(context))]
        )

    def describe(self, action: AnnotationAction, context: Context) -> dict[str, Any]:
        return action_facts(action, KINDS, context.known_keys, context.text)

    def stored(self, action: AnnotationAction, started: dict[str, Any] | None, context: Context) -> Any:
        return stored_body(action.body, started, KINDS, context.text)

    def places(self, body: dict[str, Any]) -> list[list[int]]:
        return places(body, KINDS)

    def own_words(self, body: dict[str, Any]) -> list[str]:
        return own_words(body, KINDS)

    def loose(self, put: dict[str, Any], draft: Callable[[], Elements]) -> dict[str, Any]:
        return {}

    def folded(self, payload: Payload) -> Payload:
        return folded(payload, KINDS)

    def moved(self, payload: Payload, change: TextChange) -> tuple[Payload, Payload]:
        return moved_payload(payload, change, KINDS)

    def units(self, payload: Payload, context: Context) -> list[Unit]:
        """One unit per observation of the schema; one not mentioned is a value of its own."""
        given = {_question(body): (_answer(body), Bearer(key)) for key, body in said(live(payload)).items()}
        units = []
        for entry in context.schema["labels"]:
            label = entry["key"]
            if _is_observation(entry):
                value, bearer = given.get(f"observation {label}", (NOT_MENTIONED, Bearer()))
                units.append(Unit("observation", label, value, key=label, bearer=bearer))
            category, bearer = given.get(f"critical {label}", (NOT_MENTIONED, Bearer()))
            if category != NOT_MENTIONED:
                units.append(Unit("critical", label, category, key=label, bearer=bearer))
        return units

    def differences(self, payloads: list[Payload], context: Context) -> list[Difference]:
        return keyed_differences(payloads, _questions(context))

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: Context) -> Payload:
        return settle_keyed(payloads, rulings, _questions(context))


def _is_observation(label: dict[str, Any]) -> bool:
    """A schema may list critical findings beside the observations, in a group of their own."""
    return label.get("group") != "critical"


def _first_question(label: dict[str, Any]) -> str:
    """What every reader is asked about a label; the category of a critical observation comes on top."""
    return f"{'observation' if _is_observation(label) else 'critical'} {label['key']}"


def _question(body: dict[str, Any]) -> str:
    return f"{body['kind']} {body['label']}"


def _answer(body: dict[str, Any]) -> str:
    if body["kind"] == "observation":
        return body["value"]
    return NOT_MENTIONED if body["category"] is None else f"category {body['category']}"


def _questions(context: Context) -> Questions:
    labels = [label["key"] for label in context.schema["labels"]]
    order = tuple(f"{kind} {label}" for label in labels for kind in ("observation", "critical"))
    required = tuple(_first_question(label) for label in context.schema["labels"])
    bonds = functools.partial(_bonds, context=context)
    return Questions(KINDS, _question, _answer, order, required, NOT_MENTIONED, bonds)


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
        if body["label"] not in exempt and _answer(body) not in ("negative", NOT_MENTIONED)
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
        if body["value"] == NOT_MENTIONED:
            continue
        if body["value"] != "positive":
            problems.append(Problem("no-finding-value", key, "No Finding is positive or not mentioned"))
        elif _findings(elements, context):
            problems.append(Problem("no-finding-conflict", key, "No Finding beside an abnormal finding"))
    return problems


def _open(question: str) -> Problem:
    return Problem("unreviewed", question.split(" ", 1)[1], "the label has no answer yet")


def _evidence_problems(elements: Elements) -> list[Problem]:
    return [
        Problem("evidence-of-nothing", key, "what is not mentioned has no evidence")
        for key, body in elements.items()
        if _answer(body) == NOT_MENTIONED and body.get("evidence")
    ]


def _critical_problems(elements: Elements, context: Context) -> list[Problem]:
    marked = {body["label"] for body in of_kind(elements, "critical").values() if body["category"] is not None}
    problems = []
    for key, body in elements.items():
        label = label_named(context.schema, body["label"]) or {}
        critical = label.get("class") == "critical"
        if body["kind"] == "observation" and not _is_observation(label):
            problems.append(Problem("not-an-observation", key, "the schema lists this label as a critical finding"))
        if body["kind"] == "critical" and not critical:
            problems.append(Problem("not-critical", key, "the schema does not call this label critical"))
        if critical and body.get("value") == "positive" and body["label"] not in marked:
            message = "a positive critical finding without its category"
            problems.append(Problem(WARNING + "critical-unmarked", key, message))
    return problems
