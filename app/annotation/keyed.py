"""Payloads with one answer per question: complete, compared and settled question by question.

Every question is answered by an element of its own, or by the one element of kind `rest`, with which a reader
says once that nothing else is there. A question without either is open, and an answer with an open question
cannot be submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.agreement.judgements import Difference, Payload, Ruling
from app.agreement.judgements import DifferenceKind as Kind
from app.annotation.actions import span_fields
from app.annotation.bodies import Kinds
from app.annotation.folding import folded
from app.annotation.payload import Elements, fresh_id, live, schema_key
from app.annotation.rulings import case_key, chosen, paired
from app.annotation.vocabulary import REST
from app.core.errors import Problem

Body = dict[str, Any]


@dataclass(frozen=True)
class Questions:
    """How a modality's elements answer: which question, with what, in which order they are read.

    `bonds` groups disputed questions that must be settled together, since one answer rules out
    another; questions it leaves out are cases of their own. `unsaid` is the answer that the element of kind
    `rest` gives to every question of `required` it `covers`.
    """

    kinds: Kinds
    question: Callable[[Body], str]
    answer: Callable[[Body], str]
    order: tuple[str, ...]
    required: tuple[str, ...]
    unsaid: str
    bonds: Callable[[set[str], list[Elements]], Iterable[set[str]]] = lambda disputed, payloads: ()
    covers: Callable[[str], bool] = lambda question: True


def repeated(payload: Payload, questions: Questions) -> list[Problem]:
    """A question answered twice in one payload; exact duplicates are folded when it is frozen."""
    seen: set[str] = set()
    problems = []
    for key, body in live(folded(payload, questions.kinds)).items():
        asked = REST if body["kind"] == REST else questions.question(body)
        if asked in seen:
            problems.append(Problem("answered-twice", key, "another element answers the same question"))
        seen.add(asked)
    return problems


def unanswered(payload: Payload, questions: Questions) -> list[str]:
    """The required questions with neither an answer nor the `rest` element over them, in order."""
    elements = live(payload)
    given = set(_answers(said(elements), questions))
    rest = len(said(elements)) < len(elements)
    return [asked for asked in questions.required if asked not in given and not (rest and questions.covers(asked))]


def said(elements: Elements) -> Elements:
    """The answers to single questions: all but the `rest`."""
    return {key: body for key, body in elements.items() if body["kind"] != REST}


def keyed_differences(payloads: list[Payload], questions: Questions) -> list[Difference]:
    """One case per question, or per bond of questions, that is not answered alike by all.

    A question left to the `rest` and one that is called unsaid by itself are answered alike.
    """
    elements = [said(live(payload)) for payload in payloads]
    disputed = _disputed(elements, questions)
    groups = [set(bond) for bond in questions.bonds(disputed, elements)]
    groups += [{asked} for asked in disputed.difference(*groups)]
    rank = {asked: position for position, asked in enumerate(questions.order)}
    groups.sort(key=lambda group: min((rank.get(asked, len(rank)), asked) for asked in group))
    return [_case(group, elements, questions) for group in groups]


def settle_keyed(payloads: list[Payload], rulings: list[Ruling], questions: Questions) -> Payload:
    """Agreed answers from the first payload, disputed ones as ruled. Raises Invalid for misfits.

    Where a ruling leaves questions without an answer (nobody was right, or right was who left them to the
    `rest`), the result says so with a `rest` of its own.
    """

    def strays(case: Difference, own: Elements) -> list[str]:
        asked = {questions.question(body) for version in case.versions for body in version.values()}
        # A `rest` speaks of every question, so it fits no single case.
        return [key for key, body in own.items() if body["kind"] == REST or questions.question(body) not in asked]

    pairs = paired(keyed_differences(payloads, questions), rulings, questions.kinds, strays)
    disputed = {key for case, _ in pairs for key in case.versions[0]}
    result = {key: body for key, body in live(payloads[0]).items() if key not in disputed}
    for case, ruling in pairs:
        for key, body in chosen(case, ruling).items():
            result[fresh_id(key, result)] = body
    if len(said(result)) == len(result) and unanswered({"elements": result}, questions):
        result.update(_rest_for(payloads, bool(pairs), questions, result))
    return {"elements": result}


def _rest_for(payloads: list[Payload], ruled: bool, questions: Questions, result: Elements) -> Elements:
    """A reader's own `rest`, the ruling's where none of them said it, and none where nobody decided anything."""
    found = [body for payload in payloads for body in live(payload).values() if body["kind"] == REST]
    if not found and ruled:
        found = [{"kind": REST, "value": questions.unsaid, "status": "confirmed", "origin": {"by": "human"}}]
    return {fresh_id(REST, result): body for body in found[:1]}


def _disputed(elements: list[Elements], questions: Questions) -> set[str]:
    answers = [_answers(own, questions) for own in elements]
    asked = {question for own in answers for question in own}
    return {question for question in asked if len({own.get(question, questions.unsaid) for own in answers}) > 1}


def _answers(own: Elements, questions: Questions) -> dict[str, str]:
    return {questions.question(body): questions.answer(body) for body in own.values()}


def _case(group: set[str], elements: list[Elements], questions: Questions) -> Difference:
    versions = [
        {key: body for key, body in own.items() if questions.question(body) in group} for own in elements
    ]
    bodies = [body for version in versions for body in version.values()]
    return Difference(
        key=case_key(versions),
        kinds=_kinds(group, versions, questions),
        labels=tuple(sorted({str(schema_key(body, questions.kinds)) for body in bodies})),
        versions=tuple(versions),
        place=_hull(bodies, questions.kinds),
    )


def _kinds(group: set[str], versions: list[Elements], questions: Questions) -> tuple[Kind, ...]:
    found = {Kind.DOCUMENT}
    for question in group:
        answers = [
            {questions.answer(body) for body in version.values() if questions.question(body) == question}
            - {questions.unsaid}
            for version in versions
        ]
        if not all(answers):
            found.add(Kind.MISSING)
        if len(set().union(*answers)) > 1:
            found.add(Kind.ATTRIBUTE)
    return tuple(kind for kind in Kind if kind in found)


def _hull(bodies: list[Body], kinds: Kinds) -> tuple[int, int] | None:
    spans = [
        span for body in bodies for name in span_fields(body["kind"], kinds) for span in body.get(name) or ()
    ]
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else None
