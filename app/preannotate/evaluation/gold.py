"""Gold annotations: a brat folder or JSON lines, with the label names of other corpora mapped to ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.preannotate.valuesets import rows


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
    for row in rows("gold_labels"):
        if row["theirs"].lower() == label.lower():
            return row["ours"]
    return ""


def _read_brat(file: Path) -> GoldDocument:
    text_file = file.with_suffix(".txt")
    if not text_file.is_file():
        raise Invalid("no-text", f"{file.name}: no {text_file.name} beside it")
    text = text_file.read_bytes().decode("utf-8")
    entities: list[GoldEntity] = []
    place: dict[str, int] = {}  # T and E identifiers → position
    links: list[tuple[str, str, str]] = []
    attributes: list[tuple[str, str, str]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split("\t")
        if line.startswith("T") and len(parts) > 1:
            place[parts[0]] = len(entities)
            entities.append(_brat_entity(parts[1], len(text), f"{file.name} line {number}"))
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
    relations = [
        (kind, place[head], place[tail]) for kind, head, tail in links if head in place and tail in place
    ]
    return GoldDocument(file.stem, text, entities, relations)


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
        entities.append(
            GoldEntity(start, end, our_label(label), fragments, dict(body.get("assertion") or {}))
        )
    relations = [
        (str(r.get("type")), int(r.get("head", -1)), int(r.get("tail", -1)))
        for r in record.get("relations", ())
    ]
    if any(not (0 <= head < len(entities) and 0 <= tail < len(entities)) for _, head, tail in relations):
        raise Invalid("bad-gold", f"{where}: a relation points outside the entities")
    return GoldDocument(str(record.get("id", number)), text, entities, relations)
