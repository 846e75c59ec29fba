"""JSON lines as gold: {"id","text","entities"[,"relations"]}, as `preannotate text` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
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
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            raise Invalid("bad-json", f"{where}: not valid JSON") from None
        yield _from_record(record, number, where, label_of)


def _from_record(record: Any, number: int, where: str, label_of: LabelMap) -> GoldDocument:
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
        entities.append(GoldEntity(start, end, label_of(label), fragments, dict(body.get("assertion") or {})))
    relations = [
        (str(r.get("type")), int(r.get("head", -1)), int(r.get("tail", -1))) for r in record.get("relations", ())
    ]
    if any(not (0 <= head < len(entities) and 0 <= tail < len(entities)) for _, head, tail in relations):
        raise Invalid("bad-gold", f"{where}: a relation points outside the entities")
    return GoldDocument(str(record.get("id", number)), text, entities, relations)
