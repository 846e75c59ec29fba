"""A modality that asks questions needs nothing but kinds: the labels of the schema are asked, one answer each.

An answering kind is a model with a `SchemaKey` (what is asked) and closed, counted, dated or coded fields (the
answer). One kind called ``rest``, if there is one, holds the word for every question left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from app.agreement.judgements import Bearer, Difference, Payload, Ruling, Unit
from app.annotation.actions import Put, action_facts, loose_ends, own_words, places, seeded, stored_body
from app.annotation.bodies import BOOKKEEPING, ElementBody, FieldShape, Kinds, by_kind, fields_of, payload_problems
from app.annotation.check import reviewed_problems
from app.annotation.fields import FieldRole, Number, OneOf, SchemaKey
from app.annotation.folding import folded
from app.annotation.keyed import Questions, keyed_differences, repeated, said, settle_keyed, unanswered
from app.annotation.moving import moved_payload
from app.annotation.payload import Elements, PayloadContext, live, schema_key
from app.annotation.suggest import suggested_keyed
from app.annotation.vocabulary import REST
from app.core.digest import canonical_json
from app.core.errors import Problem
from app.core.places import TextChange

_ANSWERING = (FieldRole.CLOSED, FieldRole.NUMBER, FieldRole.DATE, FieldRole.CODE)


class Questionnaire:
    """Everything of a modality but its key, titles, kinds and intake. A label's `group` names the kind that
    answers it; without one the first kind does."""

    kinds: Kinds
    assets = None

    @cached_property
    def _asked(self) -> dict[str, type[ElementBody]]:
        """The answering kinds, in order."""
        return {kind: model for kind, model in by_kind(self.kinds).items() if _key_field(model)}

    @cached_property
    def unsaid(self) -> str:
        """The answer of the `rest`; without one a question can only be answered by itself."""
        marks = [shape.mark for shape in _answering(by_kind(self.kinds)[REST])] if REST in by_kind(self.kinds) else []
        return next((str(mark.allowed[0]) for mark in marks if isinstance(mark, OneOf)), "")

    def present(self, context: PayloadContext) -> dict[str, Any]:
        """The text, and what is asked of it with the fields of an answer."""
        questions = [self._presented(label) for label in context.schema["labels"]]
        return {"text": context.text, "schema": context.schema, "questions": questions, "unsaid": self.unsaid}

    def suggest(self, context: PayloadContext, suggestions: list[dict[str, Any]]) -> Payload:
        return seeded(suggested_keyed(suggestions, self.kinds), self.kinds, context.text)

    def check(self, payload: Payload, context: PayloadContext) -> list[Problem]:
        if problems := payload_problems(payload, self.kinds):
            return problems
        questions = self._questions(context)
        return [
            *reviewed_problems(payload, context.text, context.known_keys, self.kinds),
            *self._misplaced(payload, context),
            *repeated(payload, questions),
            *(_open(asked) for asked in unanswered(payload, questions)),
        ]

    def describe(self, action: Put, context: PayloadContext) -> dict[str, Any]:
        return action_facts(action, self.kinds, context.known_keys, context.text)

    def stored(self, action: Put, started: dict[str, Any] | None, context: PayloadContext) -> Any:
        return stored_body(action.body, started, self.kinds, context.text)

    def places(self, body: dict[str, Any]) -> list[list[int]]:
        return places(body, self.kinds)

    def own_words(self, body: dict[str, Any]) -> list[str]:
        return own_words(body, self.kinds)

    def loose(self, put: dict[str, Any], draft: Callable[[], Elements]) -> dict[str, Any]:
        return loose_ends(put, self.kinds, draft)

    def folded(self, payload: Payload) -> Payload:
        return folded(payload, self.kinds)

    def moved(self, payload: Payload, change: TextChange) -> tuple[Payload, Payload]:
        return moved_payload(payload, change, self.kinds)

    def units(self, payload: Payload, context: PayloadContext) -> list[Unit]:
        """One unit per question of the schema; what nobody answered by itself has the answer of the `rest`."""
        given = {self._question(body): (self._answer(body), Bearer(key)) for key, body in said(live(payload)).items()}
        rest = len(said(live(payload))) < len(live(payload))
        units = []
        for label in context.schema["labels"]:
            key = label["key"]
            if key in given or rest:
                value, bearer = given.get(key, (self.unsaid, Bearer()))
                units.append(Unit(self._kind_of(label), key, value, key=key, bearer=bearer))
        return units

    def differences(self, payloads: list[Payload], context: PayloadContext) -> list[Difference]:
        return keyed_differences(payloads, self._questions(context))

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: PayloadContext) -> Payload:
        return settle_keyed(payloads, rulings, self._questions(context))

    def _questions(self, context: PayloadContext) -> Questions:
        order = tuple(label["key"] for label in context.schema["labels"])
        return Questions(self.kinds, self._question, self._answer, order, order, self.unsaid)

    def _question(self, body: dict[str, Any]) -> str:
        return str(schema_key(body, self.kinds))

    def _answer(self, body: dict[str, Any]) -> str:
        """Every field that answers and says something, in order: what readers are compared on."""
        model = by_kind(self.kinds)[body["kind"]]
        held = [body.get(shape.name) for shape in _answering(model)]
        return " ".join(_word(value) for value in held if value not in (None, []))

    def _kind_of(self, label: dict[str, Any]) -> str:
        group = label.get("group")
        return str(group) if group in self._asked else next(iter(self._asked))

    def _misplaced(self, payload: Payload, context: PayloadContext) -> list[Problem]:
        """Answers in the form of another question."""
        wanted = {label["key"]: self._kind_of(label) for label in context.schema["labels"]}
        return [
            Problem("wrong-kind", key, "the schema asks for an answer of another kind")
            for key, body in said(live(payload)).items()
            if wanted.get(self._question(body), body["kind"]) != body["kind"]
        ]

    def _presented(self, label: dict[str, Any]) -> dict[str, Any]:
        model = self._asked[self._kind_of(label)]
        key_field = _key_field(model)
        return {
            "key": label["key"],
            "title": label.get("title", label["key"]),
            "class": label.get("class", "routine"),
            "kind": self._kind_of(label),
            "key_field": key_field,
            "fields": [_drawn(name, shape) for name, shape in _own(model).items() if name != key_field],
        }


def _open(asked: str) -> Problem:
    return Problem("unreviewed", asked, "the question has no answer yet")


def _word(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(sorted(map(_word, value)))
    return value if isinstance(value, str) else canonical_json(value)


def _own(model: type[ElementBody]) -> dict[str, FieldShape]:
    return {name: shape for name, shape in fields_of(model).items() if name not in BOOKKEEPING}


def _key_field(model: type[ElementBody]) -> str | None:
    return next((name for name, shape in _own(model).items() if isinstance(shape.mark, SchemaKey)), None)


def _answering(model: type[ElementBody]) -> list[FieldShape]:
    return [
        shape
        for shape in _own(model).values()
        if shape.mark and shape.mark.role in _ANSWERING and not isinstance(shape.mark, SchemaKey)
    ]


def _drawn(name: str, shape: FieldShape) -> dict[str, Any]:
    """What a form needs to know of one field."""
    mark = shape.mark
    allowed = [value for value in mark.allowed if value is not None] if isinstance(mark, OneOf) else None
    least = mark.least if isinstance(mark, Number) else None
    role = str(mark.role) if mark else ""
    return {
        "name": name, "role": role, "many": shape.many is not None,
        "required": shape.required, "values": allowed, "least": least,
    }  # fmt: skip
