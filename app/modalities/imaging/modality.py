"""Imaging metadata: each field of the schema is confirmed, corrected, called unusable, or not in the record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.agreement.judgements import Bearer, Difference, Payload, Ruling, Unit
from app.annotation.actions import action_facts, own_words, places, stored_body
from app.annotation.bodies import payload_problems
from app.annotation.check import reviewed_problems
from app.annotation.folding import folded
from app.annotation.keyed import Questions, keyed_differences, repeated, said, settle_keyed, unanswered
from app.annotation.moving import moved_payload
from app.annotation.payload import Elements, live
from app.annotation.suggest import suggested_keyed
from app.core.digest import canonical_json
from app.core.errors import Invalid, Problem
from app.core.places import TextChange
from app.modalities.imaging.dicom.consistency import flags
from app.modalities.imaging.dicom.values import parts_of, range_problem, value_problem
from app.modalities.imaging.intake import MetadataIntake
from app.modalities.imaging.kinds import KINDS, NOT_PRESENT, VERDICTS
from app.review.modality import AnnotationAction, Context


class Imaging:
    key = "imaging"
    title = "Imaging metadata"
    noun = "Metadata record"
    kinds = KINDS
    intake = MetadataIntake()
    assets = Path(__file__).parent

    def present(self, context: Context) -> dict[str, Any]:
        """The schema's fields in order, with values and flags; of other fields only doubts are told."""
        fields = fields_of(context)
        found = flags(fields)
        shown = {_keyword(label) for label in context.schema["labels"]}
        return {
            "schema": context.schema,
            "verdicts": list(VERDICTS),
            "fields": [_shown(label, fields, found) for label in context.schema["labels"]],
            "flags": [{"rule": flag.rule, "message": flag.message} for flag in found if not shown & set(flag.keywords)],
        }

    def suggest(self, context: Context, suggestions: list[dict[str, Any]]) -> Payload:
        return suggested_keyed(suggestions, KINDS)

    def check(self, payload: Payload, context: Context) -> list[Problem]:
        if problems := payload_problems(payload, KINDS):
            return problems
        labels = {_keyword(label): label for label in context.schema["labels"]}
        problems = reviewed_problems(payload, context.text, set(labels), KINDS)
        problems += repeated(payload, _questions(context))
        fields = fields_of(context)
        for key, body in said(live(payload)).items():
            label = labels.get(body["keyword"], {})
            problems += [Problem(code, key, why) for code, why in _wrong(body, label, fields)]
        return problems + [
            Problem("unreviewed", keyword, "the field has no verdict yet")
            for keyword in unanswered(payload, _questions(context))
        ]

    def describe(self, action: AnnotationAction, context: Context) -> dict[str, Any]:
        known = {_keyword(label) for label in context.schema["labels"]}
        return action_facts(action, KINDS, known, context.text)

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
        """One unit per answered field: the verdict, with the new value of a correction, or that it is not there."""
        questions, answers = _questions(context), said(live(payload))
        given = {body["keyword"]: (questions.answer(body), Bearer(key)) for key, body in answers.items()}
        if len(answers) < len(live(payload)):
            absent = (NOT_PRESENT, Bearer())
            given = dict.fromkeys(filter(questions.covers, questions.required), absent) | given
        return [Unit("field", name, value, key=name, bearer=by) for name, (value, by) in sorted(given.items())]

    def differences(self, payloads: list[Payload], context: Context) -> list[Difference]:
        return keyed_differences(payloads, _questions(context))

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: Context) -> Payload:
        return settle_keyed(payloads, rulings, _questions(context))


def fields_of(context: Context) -> dict[str, Any]:
    """The metadata a document's text holds. Raises Invalid when it is not ``{"fields": {…}}``."""
    try:
        fields = json.loads(context.text)["fields"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise Invalid("bad-metadata", 'the document is not {"fields": {keyword: value}}') from None
    if not isinstance(fields, dict):
        raise Invalid("bad-metadata", "fields must be a JSON object")
    return fields


def _keyword(label: dict[str, Any]) -> str:
    return label.get("keyword", label["key"])


def _questions(context: Context) -> Questions:
    """Every field of the schema asks for a verdict; only what the record lacks may be left to the `rest`."""
    order = tuple(_keyword(label) for label in context.schema["labels"])
    required = {_keyword(label) for label in context.schema["labels"] if label.get("required")}
    fields = fields_of(context)
    return Questions(
        kinds=KINDS,
        question=lambda body: body["keyword"],
        answer=lambda body: _answer(body, fields),
        order=order,
        required=order,
        unsaid=NOT_PRESENT,
        covers=lambda keyword: keyword not in fields and keyword not in required,
    )


def _answer(body: dict[str, Any], fields: dict[str, Any]) -> str:
    if body["verdict"] == "confirmed" and body["keyword"] not in fields:
        return NOT_PRESENT
    if body["verdict"] != "corrected":
        return body["verdict"]
    return "corrected " + canonical_json(body.get("value"))


def _shown(label: dict[str, Any], fields: dict[str, Any], found: list[Any]) -> dict[str, Any]:
    keyword = _keyword(label)
    doubts = [{"rule": flag.rule, "message": flag.message} for flag in found if keyword in flag.keywords]
    doubts += [{"rule": code, "message": why} for code, why in _value_doubts(label, fields.get(keyword))]
    return {
        "key": keyword,
        "keyword": keyword,
        "title": label.get("title", keyword),
        "class": label.get("class", "routine"),
        "VR": label.get("VR"),
        "allowed": label.get("allowed"),
        "present": keyword in fields,
        "required": bool(label.get("required")),
        "value": fields.get(keyword),
        "flags": doubts,
    }


def _value_doubts(label: dict[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    """What speaks against a value by itself; an empty one is no value."""
    if value in (None, "", []):
        return
    if wrong := value_problem(label.get("VR"), value):
        yield "bad-value", wrong
    if wrong := range_problem(label.get("range"), value):
        yield "out-of-range", wrong
    if label.get("allowed") and any(part not in label["allowed"] for part in parts_of(value)):
        yield "not-allowed", "is none of the values the schema allows"


def _wrong(body: dict[str, Any], label: dict[str, Any], fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    verdict, value = body["verdict"], body.get("value")
    if verdict == "corrected":
        if "value" not in body:
            yield "missing-field", "a correction needs the new value"
        elif value == fields.get(body["keyword"]):
            yield "no-change", "the new value is the old one"
        yield from _value_doubts(label, value)
    elif value is not None:
        yield "bad-field", "only a correction has a value"
    if verdict == "unusable" and not (body.get("reason") or "").strip():
        yield "missing-field", "a field called unusable needs a reason"
