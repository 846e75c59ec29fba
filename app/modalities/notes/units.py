"""A note's payload as comparable judgements: what agreement figures are computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.agreement.judgements import Bearer, Payload, Places, Unit
from app.annotation.payload import Elements, live
from app.annotation.vocabulary import full_assertion


def note_units(payload: Payload) -> list[Unit]:
    """Units of the live elements, by kind:

    `entity` (value: its label), `assertion` (key: the axis), `code` (value: the entity's codes, sorted),
    `relation` (key: places of head and tail, in that order), `event`, `exposure`, `assessment` and `chain`
    (key: their places), `code_assignment` (key: system and code; value: principal or secondary).
    Comments are no judgement and give none.
    """
    elements = live(payload)
    units: list[Unit] = []
    for key, body in elements.items():
        units += _borne(key, _BY_KIND.get(body["kind"], _none)(body, elements))
    return sorted(units, key=lambda unit: (unit.fragments, unit.kind, unit.key, unit.label, unit.value))


def _borne(element: str, units: Iterator[Unit]) -> Iterator[Unit]:
    for unit in units:
        yield replace(unit, bearer=replace(unit.bearer, element=element))


def place(body: dict[str, Any]) -> str:
    """`3-9,12-20`: an entity's fragments as a string that is the same for every reader."""
    return ",".join(f"{start}-{end}" for start, end in body["fragments"])


def _pairs(body: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in body["fragments"])


def _none(_body: dict[str, Any], _elements: Elements) -> Iterator[Unit]:
    return iter(())


def _entity(body: dict[str, Any], _elements: Elements) -> Iterator[Unit]:
    label, fragments = body["label"], _pairs(body)
    yield Unit("entity", label, label, fragments=fragments)
    for axis, value in full_assertion(body.get("assertion")).items():
        shown = value if isinstance(value, str) else str(value).lower()
        yield Unit("assertion", label, shown, key=axis, fragments=fragments)
    if body.get("codes"):
        codes = sorted(f"{code['system']}|{code['code']}" for code in body["codes"])
        yield Unit("code", label, "+".join(codes), fragments=fragments)


def _relation(body: dict[str, Any], elements: Elements) -> Iterator[Unit]:
    head, tail = elements[body["head"]], elements[body["tail"]]
    yield Unit(
        "relation",
        body["type"],
        body["type"],
        key=f"{place(head)}>{place(tail)}",
        fragments=_pairs(head) + _pairs(tail),
        bearer=Bearer(places=(_pairs(head), _pairs(tail))),
    )


def _mentioned(body: dict[str, Any], elements: Elements) -> tuple[str, str]:
    """The places of the mentions, in reading order, and the label of the first."""
    mentions = sorted((elements[key] for key in body["mentions"]), key=lambda entity: entity["fragments"])
    return ";".join(map(place, mentions)), mentions[0]["label"]


def _about(elements: Elements, *bodies: dict[str, Any]) -> Bearer:
    """Where the mentions of each body stand, and every label they carry."""
    mentioned = [[elements[key] for key in body["mentions"]] for body in bodies]
    places: Places = tuple(tuple(sorted(pair for one in ends for pair in _pairs(one))) for ends in mentioned)
    return Bearer(places=places, labels=tuple(sorted({one["label"] for ends in mentioned for one in ends})))


def _event(body: dict[str, Any], elements: Elements) -> Iterator[Unit]:
    places, label = _mentioned(body, elements)
    serious = "+".join(sorted(body.get("seriousness", []))) or "not_serious"
    yield Unit("event", label, f"{body['subtype']}|{serious}", key=places, bearer=_about(elements, body))


def _exposure(body: dict[str, Any], elements: Elements) -> Iterator[Unit]:
    places, label = _mentioned(body, elements)
    yield Unit("exposure", label, body.get("role") or "unknown", key=places, bearer=_about(elements, body))


def _chain(body: dict[str, Any], elements: Elements) -> Iterator[Unit]:
    places, label = _mentioned(body, elements)
    yield Unit("chain", label, "same", key=places, bearer=_about(elements, body))


def _assessment(body: dict[str, Any], elements: Elements) -> Iterator[Unit]:
    pair = elements[body["exposure"]], elements[body["event"]]
    (exposure, _), (event, label) = (_mentioned(one, elements) for one in pair)
    result = body.get("result") or "unassessed"
    yield Unit("assessment", label, result, key=f"{exposure}>{event}", bearer=_about(elements, *pair))


def _code_assignment(body: dict[str, Any], _elements: Elements) -> Iterator[Unit]:
    rank = "principal" if body["principal"] else "secondary"
    yield Unit("code_assignment", body["system"], rank, key=f"{body['system']}|{body['code']}")


_BY_KIND = {
    "entity": _entity,
    "relation": _relation,
    "event": _event,
    "exposure": _exposure,
    "chain": _chain,
    "assessment": _assessment,
    "code_assignment": _code_assignment,
}
