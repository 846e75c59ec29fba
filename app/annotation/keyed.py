"""Payloads with at most one answer per question: compared and settled question by question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.agreement.judgements import Difference, Payload, Ruling
from app.agreement.judgements import DifferenceKind as Kind
from app.annotation.cases import case_key
from app.annotation.payload import Elements, fresh_id, live
from app.annotation.rulings import chosen, paired
from app.annotation.shapes import Kinds
from app.core.errors import Problem

Body = dict[str, Any]


@dataclass(frozen=True)
class Questions:
    """How a modality's elements answer: which question, with what, in which order they are read.

    `bonds` groups disputed questions that must be settled together, since one answer rules out
    another; questions it leaves out are cases of their own.
    """

    question: Callable[[Body], str]
    answer: Callable[[Body], str]
    order: tuple[str, ...]
    bonds: Callable[[set[str], list[Elements]], Iterable[set[str]]] = lambda disputed, payloads: ()


def repeated(payload: Payload, questions: Questions) -> list[Problem]:
    """A question answered twice in one payload."""
    seen: set[str] = set()
    problems = []
    for key, body in live(payload).items():
        asked = questions.question(body)
        if asked in seen:
            problems.append(Problem("answered-twice", key, "another element answers the same question"))
        seen.add(asked)
    return problems


def keyed_differences(payloads: list[Payload], questions: Questions) -> list[Difference]:
    """One case per question, or per bond of questions, that is not answered alike by all."""
    elements = [live(payload) for payload in payloads]
    disputed = _disputed(elements, questions)
    groups = [set(bond) for bond in questions.bonds(disputed, elements)]
    groups += [{asked} for asked in disputed.difference(*groups)]
    rank = {asked: position for position, asked in enumerate(questions.order)}
    groups.sort(key=lambda group: min((rank.get(asked, len(rank)), asked) for asked in group))
    return [_case(group, elements, questions) for group in groups]


def settle_keyed(
    payloads: list[Payload], rulings: list[Ruling], questions: Questions, kinds: Kinds
) -> Payload:
    """Agreed answers from the first payload, disputed ones as ruled. Raises Invalid for misfits."""
    def strays(case: Difference, own: Elements) -> list[str]:
        asked = {questions.question(body) for version in case.versions for body in version.values()}
        return [key for key, body in own.items() if questions.question(body) not in asked]

    pairs = paired(keyed_differences(payloads, questions), rulings, kinds, strays)
    disputed = {key for case, _ in pairs for key in case.versions[0]}
    result = {key: body for key, body in live(payloads[0]).items() if key not in disputed}
    for case, ruling in pairs:
        for key, body in chosen(case, ruling).items():
            result[fresh_id(key, result)] = body
    return {"elements": result}


def _disputed(elements: list[Elements], questions: Questions) -> set[str]:
    answers = [_answers(own, questions) for own in elements]
    asked = {question for own in answers for question in own}
    return {question for question in asked if len({own.get(question) for own in answers}) > 1}


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
        labels=tuple(sorted({str(body.get("label") or body.get("keyword")) for body in bodies})),
        versions=tuple(versions),
        place=_hull(bodies),
    )


def _kinds(group: set[str], versions: list[Elements], questions: Questions) -> tuple[Kind, ...]:
    found = {Kind.DOCUMENT}
    for question in group:
        answers = [
            {questions.answer(body) for body in version.values() if questions.question(body) == question}
            for version in versions
        ]
        if not all(answers):
            found.add(Kind.MISSING)
        if len(set().union(*answers)) > 1:
            found.add(Kind.ATTRIBUTE)
    return tuple(kind for kind in Kind if kind in found)


def _hull(bodies: list[Body]) -> tuple[int, int] | None:
    spans = [span for body in bodies for span in body.get("evidence") or ()]
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else None
