"""JSON lines as gold: {"id","text","entities"[,"relations"]}, as `preannotate text` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.core.reading import parsed, read_text
from app.tagging.evaluation.gold import GoldDocument, GoldEntity, LabelMap, first_line


class JsonLines:
    """One document a line; each entity needs start, end and label."""

    key = "jsonl"
    title = "JSON lines"

    def reads(self, path: Path) -> bool:
        return path.suffix in (".jsonl", ".json") or first_line(path).lstrip().startswith("{")

    def read(self, path: Path, label_of: LabelMap) -> Iterator[GoldDocument]:
        return _read_lines(path, label_of)


def _read_lines(path: Path, label_of: LabelMap) -> Iterator[GoldDocument]:
    # Not splitlines: a text may hold characters Python takes for line ends.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        yield _from_record(parsed(line, path.name, first_line=number), number, where, label_of)


def _from_record(record: Any, number: int, where: str, label_of: LabelMap) -> GoldDocument:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise Invalid("bad-gold", f'{where}: needs an object with "text"')
    text = record["text"]
    entities = [
        _entity(body, len(text), f"{where}: entities[{position}]", label_of)
        for position, body in enumerate(_list(record, "entities", where))
    ]
    relations = []
    for position, body in enumerate(_list(record, "relations", where)):
        head, tail = (body.get("head"), body.get("tail")) if isinstance(body, dict) else (None, None)
        ends = [end for end in (head, tail) if type(end) is int and 0 <= end < len(entities)]
        if len(ends) != 2:
            raise Invalid("bad-gold", f"{where}: relations[{position}] points outside the entities")
        relations.append((str(body.get("type")), ends[0], ends[1]))
    return GoldDocument(str(record.get("id", number)), text, entities, relations)


def _list(record: dict[str, Any], name: str, where: str) -> list[Any]:
    value = record.get(name) or []
    if not isinstance(value, list):
        raise Invalid("bad-gold", f"{where}: {name} must be a list")
    return value


def _entity(body: Any, length: int, where: str, label_of: LabelMap) -> GoldEntity:
    if not isinstance(body, dict) or not {"start", "end", "label"} <= body.keys():
        raise Invalid("bad-gold", f"{where} needs start, end and label")
    fragments = body.get("fragments") or [[body["start"], body["end"]]]
    assertion = body.get("assertion") or {}
    if not isinstance(fragments, list) or not all(map(_is_pair, [[body["start"], body["end"]], *fragments])):
        raise Invalid("bad-gold", f"{where}: offsets are pairs of whole numbers")
    if any(not 0 <= start < end <= length for start, end in [[body["start"], body["end"]], *fragments]):
        raise Invalid("bad-gold", f"{where} lies outside the text")
    if not isinstance(assertion, dict):
        raise Invalid("bad-gold", f"{where}: assertion must be an object")
    return GoldEntity(body["start"], body["end"], label_of(str(body["label"])), fragments, dict(assertion))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(number) is int for number in value)
