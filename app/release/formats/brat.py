"""brat standoff: entities as T, assertion as A, relations as R, codes as N lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.release.formats import Answer, LossReport

_DEFAULTS = {
    "polarity": "affirmed",
    "certainty": "certain",
    "temporality": "current",
    "course": "unknown",
    "experiencer": "patient",
}


class Brat:
    """One .txt and .ann a document; what has no place in brat is counted in the loss report."""

    key = "brat"
    title = "brat standoff"
    modalities = ("notes",)

    def files(
        self, answers: Iterable[Answer], manifest: dict[str, Any], losses: LossReport
    ) -> Iterator[tuple[str, str]]:
        for answer in answers:
            if answer.modality not in self.modalities:
                losses.add(f"item of {answer.modality}: not text with spans")
                continue
            yield f"{answer.label}.txt", answer.text
            yield f"{answer.label}.ann", "".join(line + "\n" for line in _lines(answer, losses))


def _lines(answer: Answer, losses: LossReport) -> Iterator[str]:
    entities = {
        key: body
        for key, body in answer.elements.items()
        if body["kind"] == "entity" and body.get("status") != "rejected"
    }
    order = sorted(entities, key=lambda key: (entities[key]["fragments"], entities[key]["label"], key))
    numbers = {key: f"T{position}" for position, key in enumerate(order, start=1)}
    for key in order:
        yield _entity(numbers[key], entities[key], answer.text)
    yield from _attributes(order, numbers, entities)
    yield from _relations(answer, numbers)
    yield from _codes(order, numbers, entities)
    for body in answer.elements.values():
        if body["kind"] not in ("entity", "relation"):
            losses.add(f"{body['kind']}: brat has no such thing")


def _entity(number: str, body: dict[str, Any], text: str) -> str:
    # brat ends a fragment at a line break: an entity across lines becomes two fragments.
    pieces = [piece for start, end in body["fragments"] for piece in _without_breaks(text, start, end)]
    offsets = ";".join(f"{start} {end}" for start, end in pieces)
    words = " ".join(text[start:end] for start, end in pieces)
    return f"{number}\t{body['label']} {offsets}\t{words}"


def _without_breaks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces, begin = [], start
    for position in range(start, end + 1):
        if position == end or text[position] in "\r\n":
            if begin < position:
                pieces.append((begin, position))
            begin = position + 1
    return pieces


def _attributes(order: list[str], numbers: dict[str, str], entities: dict[str, Any]) -> Iterator[str]:
    count = 0
    for key in order:
        assertion = entities[key].get("assertion", {})
        for axis, default in _DEFAULTS.items():
            if assertion.get(axis, default) != default:
                count += 1
                yield f"A{count}\t{axis.capitalize()} {numbers[key]} {assertion[axis]}"
        for axis in ("hypothetical", "conditional"):
            if assertion.get(axis):
                count += 1
                yield f"A{count}\t{axis.capitalize()} {numbers[key]}"


def _relations(answer: Answer, numbers: dict[str, str]) -> Iterator[str]:
    rows = sorted(
        (numbers[body["head"]], numbers[body["tail"]], body["type"])
        for body in answer.elements.values()
        if body["kind"] == "relation"
        and body["head"] in numbers
        and body["tail"] in numbers
        and body.get("status") != "rejected"
    )
    for position, (head, tail, kind) in enumerate(rows, start=1):
        yield f"R{position}\t{kind} Arg1:{head} Arg2:{tail}"


def _codes(order: list[str], numbers: dict[str, str], entities: dict[str, Any]) -> Iterator[str]:
    count = 0
    for key in order:
        for code in entities[key].get("codes", []):
            count += 1
            yield f"N{count}\tReference {numbers[key]} {code['system']}:{code['code']}\t{code['code']}"
