"""Gold annotations: what a gold document is, and other corpora's names mapped to ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.core.errors import Problem
from app.tagging.labels import RELATION_TYPES
from app.tagging.valuesets import rows

#: another corpus's label → ours, "" where we have none
LabelMap = Callable[[str], str]

_BY_ENDS = {
    ("MEDICATION", "DOSE"): "has_dose",
    ("MEDICATION", "ROUTE"): "has_route",
    ("MEDICATION", "FREQUENCY"): "has_frequency",
    ("MEDICATION", "DURATION"): "has_duration",
    ("MEDICATION", "FORM"): "has_form",
    ("LAB_TEST", "LAB_VALUE"): "has_value",
    ("VITAL_SIGN", "LAB_VALUE"): "has_value",
    ("PROCEDURE", "LAB_VALUE"): "has_value",  # corpora that call a laboratory test a procedure
    ("PROBLEM", "ANATOMY"): "located_in",
    ("SYMPTOM", "ANATOMY"): "located_in",
    ("MEDICATION", "ADVERSE_EVENT"): "causes",
}

_NEGATED = frozenset({"neg", "negated", "negation"})
_UNCERTAIN = frozenset({"uncertain", "uncertainty", "speculated", "speculation", "hedge"})
_TRUE = frozenset({"true", "1", "yes"})
_POLARITY: dict[str, dict[str, Any]] = {
    "NEG": {"polarity": "negated"},
    "NEGATED": {"polarity": "negated"},
    "MAYBE_NEG": {"uncertain": True},
    "MAYBE_POS": {"uncertain": True},
    "UNCERTAIN": {"uncertain": True},
}
_BARE_EVENT = "Adverse_event"  # the trigger of corpora whose events may come without roles


@dataclass
class GoldEntity:
    """A span with its label in our names ("" where ours has none) and the axes the gold states."""

    start: int
    end: int
    label: str
    fragments: list[list[int]]
    assertion: dict[str, Any] = field(default_factory=dict)


@dataclass
class GoldDocument:
    """One text with its entities, and relations as (type, head, tail) over positions in `entities`."""

    id: str
    text: str
    entities: list[GoldEntity]
    relations: list[tuple[str, int, int]]
    #: annotations that could not be used, by place; the others are kept
    problems: list[str] = field(default_factory=list)


class MarkedDocument(Protocol):
    """What is taken as gold: a text and its elements by id, under whatever names a corpus has (`app.formats`)."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    @property
    def file(self) -> str: ...
    @property
    def problems(self) -> Sequence[Problem]: ...

    def said(self) -> dict[str, dict[str, Any]]: ...


def as_gold(document: MarkedDocument, label_of: LabelMap, *, own: bool) -> GoldDocument:
    """A document in our names. `own`: its relations and assertions are in them already, as we write them."""
    entities: list[GoldEntity] = []
    place: dict[str, int] = {}
    elements = document.said()
    for key, body in elements.items():
        if body["kind"] == "entity":
            place[key] = len(entities)
            entities.append(_gold_entity(body, label_of, own))
    for key, body in elements.items():
        if body["kind"] == "event" and (trigger := place.get(body["mentions"][0])) is not None:
            place[key] = trigger
            entities[trigger].assertion.update(our_axes(body.get("attributes", {})))
    links = [link for body in elements.values() for link in _links(body)]
    found = [(kind, place[head], place[tail]) for kind, head, tail in links if head in place and tail in place]
    relations = found if own else [link for link in (our_relation(entities, *one) for one in found) if link]
    if not relations and any(body.get("label") == _BARE_EVENT for body in elements.values()):
        relations = _all_pairs(entities)
    problems = [f"{document.file} {one.where}: {one.message}" for one in document.problems]
    return GoldDocument(document.id, document.text or "", entities, relations, problems)


def _gold_entity(body: dict[str, Any], label_of: LabelMap, own: bool) -> GoldEntity:
    fragments, said = body["fragments"], body.get("assertion") or {}
    start, end = body.get("start", fragments[0][0]), body.get("end", fragments[-1][1])
    return GoldEntity(start, end, label_of(body["label"]), fragments, dict(said) if own else our_axes(said))


def _links(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The relations an element states; an event stands at its trigger and is related to each of its roles."""
    if body["kind"] == "relation":
        return [(str(body["type"]), body["head"], body["tail"])]
    if body["kind"] == "event":
        return [(kind, body["mentions"][0], target) for kind, target in body.get("roles", ())]
    return []


def _all_pairs(entities: list[GoldEntity]) -> list[tuple[str, int, int]]:
    """One sentence with an event without roles: every drug with every effect."""
    drugs = [n for n, entity in enumerate(entities) if entity.label == "MEDICATION"]
    effects = [n for n, entity in enumerate(entities) if entity.label == "ADVERSE_EVENT"]
    return [("causes", drug, effect) for drug in drugs for effect in effects]


def our_axes(said: dict[str, Any]) -> dict[str, Any]:
    """Attributes named like our axes or flags, or like the common corpora's."""
    axes: dict[str, Any] = {}
    for name, value in said.items():
        axes |= _axis(name, value)
    return axes


def _axis(name: str, value: Any) -> dict[str, Any]:
    marked = value is True or str(value).lower() in _TRUE
    if name in _NEGATED:
        return {"polarity": "negated"} if marked else {}
    if name in _UNCERTAIN:
        return {"uncertain": True} if marked else {}
    if name == "polarity":
        return _POLARITY.get(str(value).upper(), {})
    if name in ("historical", "hypothetical", "family", "conditional"):
        return {name: True} if marked else {}
    return {} if value is True else {name: value}


def our_label(label: str) -> str:
    """Our name for another corpus's label; "" where we have none."""
    known = rows("gold_labels")
    exact = next((row["ours"] for row in known if row["theirs"] == label), None)
    if exact is not None:
        return exact
    return next((row["ours"] for row in known if row["theirs"].lower() == label.lower()), "")


def our_relation(entities: list[GoldEntity], kind: str, head: int, tail: int) -> tuple[str, int, int] | None:
    """A relation in our names and direction: by the labels of its ends, else by its own name; or None."""
    for one, other in ((head, tail), (tail, head)):
        ours = _BY_ENDS.get((entities[one].label, entities[other].label))
        if ours:
            return ours, one, other
    low = kind.lower()
    if low in RELATION_TYPES:
        return low, head, tail
    return ("causes", head, tail) if low in ("cause", "causes", "ade-drug") else None
