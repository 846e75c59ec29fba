"""doccano JSONL, read: `label` or `entities`, as triples or as objects; classes of whole texts are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.formats.files import InputFiles
from app.formats.json_lines import begins_with, first_object, json_lines, objects_of, place_of, text_of
from app.formats.model import ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.record import RECORD, FoundSpans, id_of, restored

_TRIPLES = ("label", "labels", "entities", "column_label")
_TEXTS = ("text", "data", "column_data")


class DoccanoReader:
    """One document a line; its id is doccano's, else the number of the line."""

    title = "doccano JSONL"

    def knows(self, files: InputFiles) -> bool:
        if begins_with(files, "from_id", "start_offset") or begins_with(files, "entities", "Comments"):
            return True
        first = first_object(files)
        return any(_is_triples(first.get(name)) for name in _TRIPLES) and any(name in first for name in _TEXTS)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        for number, record in json_lines(files):
            where = f"{files.name} line {number}"
            text = text_of(next((record[name] for name in _TEXTS if name in record), None), where)
            found = _found(record, text)
            meta = record["meta"] if isinstance(record.get("meta"), dict) else {}
            base = ExchangeDocument(id_of(record.get("id")) or str(number), text, {}, meta=meta, file=files.name)
            yield restored(record.get(RECORD), found, base)


def _found(record: dict[str, Any], text: str) -> FoundSpans:
    table = OffsetTable(text, OffsetUnit.UTF16)
    found = FoundSpans()
    for one in objects_of(record.get("entities")):
        key = id_of(one.get("id")) or f"T{len(found.spans)}"
        place = place_of(table, one.get("start_offset"), one.get("end_offset"))
        found.span(key, place, one.get("label"), f"entity {len(found.spans) + 1}")
    for name in _TRIPLES:
        for position, one in enumerate(record.get(name) or [] if isinstance(record.get(name), list) else []):
            if isinstance(one, list) and len(one) == 3:
                found.span(f"{name}{position}", place_of(table, one[0], one[1]), one[2], f"{name} {position + 1}")
            elif not isinstance(one, dict):
                found.problem("not_a_span", f"{name} {position + 1}", "a class of the whole text is no span")
    for one in objects_of(record.get("relations")):
        key = id_of(one.get("id")) or f"R{len(found.relations)}"
        found.relation(key, one.get("type"), one.get("from_id"), one.get("to_id"))
    return found


def _is_triples(value: Any) -> bool:
    if not isinstance(value, list) or not value or not isinstance(value[0], list):
        return False
    return len(value[0]) == 3 and [type(part) for part in value[0][:2]] == [int, int]
