"""Gold annotations: a brat folder or JSON lines, with the label names of other corpora mapped to ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.preannotate.labels import RELATION_TYPES
from app.preannotate.valuesets import rows

_POLARITY: dict[str, dict[str, Any]] = {
    "NEG": {"polarity": "negated"},
    "NEGATED": {"polarity": "negated"},
    "MAYBE_NEG": {"uncertain": True},
    "MAYBE_POS": {"uncertain": True},
    "UNCERTAIN": {"uncertain": True},
}
_BARE_EVENT = "Adverse_event"  # the trigger of corpora whose events may come without roles
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


def read_gold(path: Path) -> Iterator[GoldDocument]:
    """Documents of a brat folder (.txt beside .ann) or a JSONL file. Raises Invalid naming the place."""
    if path.is_dir():
        pairs = sorted(path.glob("*.ann"))
        if not pairs:
            raise Invalid("no-gold", f"{path.name}: no .ann files")
        for file in pairs:
            yield _read_brat(file)
    elif path.is_file():
        yield from _read_lines(path)
    else:
        raise Invalid("no-gold", f"{path.name}: no such file or folder")


def our_label(label: str) -> str:
    """Our name for another corpus's label; "" where we have none."""
    known = rows("gold_labels")
    exact = next((row["ours"] for row in known if row["theirs"] == label), None)
    if exact is not None:
        return exact
    return next((row["ours"] for row in known if row["theirs"].lower() == label.lower()), "")


def _read_brat(file: Path) -> GoldDocument:
    text_file = file.with_suffix(".txt")
    if not text_file.is_file():
        raise Invalid("no-text", f"{file.name}: no {text_file.name} beside it")
    text = text_file.read_bytes().decode("utf-8")
    entities: list[GoldEntity] = []
    place: dict[str, int] = {}  # T and E identifiers → position
    raw_labels: set[str] = set()
    problems: list[str] = []
    links: list[tuple[str, str, str]] = []
    attributes: list[tuple[str, str, str]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split("\t")
        if line.startswith("T") and len(parts) > 1:
            raw_labels.add(parts[1].partition(" ")[0])
            try:
                entity = _brat_entity(parts[1], len(text), f"{file.name} line {number}")
            except Invalid as error:
                problems.append(error.message)
                continue
            place[parts[0]] = len(entities)
            entities.append(entity)
        elif line.startswith("E") and len(parts) > 1:
            links += _brat_event(parts, place)
        elif line.startswith("R") and len(parts) > 1:
            kind, *arguments = parts[1].split()
            links.append((kind, *(argument.partition(":")[2] for argument in arguments[:2])))  # type: ignore[arg-type]
        elif line[:1] in "AM" and len(parts) > 1:
            kind, target, *value = parts[1].split()
            attributes.append((kind, target, value[0] if value else ""))
    for kind, target, value in attributes:
        if target in place:
            entities[place[target]].assertion.update(_axes(kind, value))
    found = [(kind, place[head], place[tail]) for kind, head, tail in links if head in place and tail in place]
    relations = [link for link in (our_relation(entities, *one) for one in found) if link]
    if not relations and _BARE_EVENT in raw_labels:
        relations = _all_pairs(entities)
    return GoldDocument(file.stem, text, entities, relations, problems)


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


def _all_pairs(entities: list[GoldEntity]) -> list[tuple[str, int, int]]:
    """One sentence with an event without roles: every drug with every effect."""
    drugs = [n for n, entity in enumerate(entities) if entity.label == "MEDICATION"]
    effects = [n for n, entity in enumerate(entities) if entity.label == "ADVERSE_EVENT"]
    return [("causes", drug, effect) for drug in drugs for effect in effects]


def _brat_entity(said: str, length: int, where: str) -> GoldEntity:
    label, _, spans = said.partition(" ")
    try:
        fragments = [[int(n) for n in piece.split()] for piece in spans.split(";")]
        start, end = fragments[0][0], fragments[-1][1]
    except (ValueError, IndexError):
        raise Invalid("bad-brat", f"{where}: the offsets cannot be read") from None
    if not 0 <= start < end <= length:
        raise Invalid("bad-brat", f"{where}: the offsets lie outside the text")
    return GoldEntity(start, end, our_label(label), fragments)


def _brat_event(parts: list[str], place: dict[str, int]) -> list[tuple[str, str, str]]:
    """An event stands at its trigger; its roles are relations from the trigger."""
    trigger, *roles = parts[1].split()
    anchor = trigger.partition(":")[2]
    if anchor in place:
        place[parts[0]] = place[anchor]
    pairs = (role.partition(":")[::2] for role in roles)
    return [(kind, anchor, target) for kind, target in pairs]


def _axes(kind: str, value: str) -> dict[str, Any]:
    """Attributes named like our axes or flags, or like the common corpora's."""
    low = kind.lower()
    if low in ("negated", "negation"):
        return {"polarity": "negated"}
    if low == "polarity":
        return _POLARITY.get(value.upper(), {})
    if low in ("uncertain", "uncertainty", "speculated", "speculation"):
        return {"uncertain": True}
    if low in ("historical", "hypothetical", "family", "conditional"):
        return {low: True}
    return {low: value} if value else {}


def _read_lines(path: Path) -> Iterator[GoldDocument]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            raise Invalid("bad-json", f"{where}: not valid JSON") from None
        yield _from_record(record, number, where)


def _from_record(record: Any, number: int, where: str) -> GoldDocument:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise Invalid("bad-gold", f'{where}: needs an object with "text"')
    text, entities = record["text"], []
    for position, body in enumerate(record.get("entities", ())):
        try:
            start, end, label = int(body["start"]), int(body["end"]), str(body["label"])
        except (KeyError, TypeError, ValueError):
            raise Invalid("bad-gold", f"{where}: entities[{position}] needs start, end and label") from None
        if not 0 <= start < end <= len(text):
            raise Invalid("bad-gold", f"{where}: entities[{position}] lies outside the text")
        fragments = body.get("fragments") or [[start, end]]
        entities.append(GoldEntity(start, end, our_label(label), fragments, dict(body.get("assertion") or {})))
    relations = [
        (str(r.get("type")), int(r.get("head", -1)), int(r.get("tail", -1))) for r in record.get("relations", ())
    ]
    if any(not (0 <= head < len(entities) and 0 <= tail < len(entities)) for _, head, tail in relations):
        raise Invalid("bad-gold", f"{where}: a relation points outside the entities")
    return GoldDocument(str(record.get("id", number)), text, entities, relations)
