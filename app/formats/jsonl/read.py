"""JSON lines, read: what `preannotate text` writes, {"id","text","entities"[,"relations"]}, and released items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid
from app.core.reading import parsed, text_lines
from app.formats.elements import elements_problem
from app.formats.files import InputFiles, first_line
from app.formats.model import Body, Elements, ExchangeDocument


class JsonLinesReader:
    """One document a line; each entity needs start, end and label. Of a released item its elements are read."""

    title = "JSON lines"

    def knows(self, files: InputFiles) -> bool:
        by_name = not files.is_folder and files.name.endswith((".jsonl", ".json"))
        return by_name or first_line(files).lstrip().startswith("{")

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        # Only LF ends a line: a text may hold characters Python takes for line ends.
        with files.open(files.name) as raw:
            for number, line in text_lines(raw, files.name):
                if line.strip():
                    record = parsed(line, files.name, first_line=number)
                    yield _document(record, number, files.name)


def _document(record: Any, number: int, name: str) -> ExchangeDocument:
    where = f"{name} line {number}"
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise Invalid("bad-gold", f'{where}: needs an object with "text"')
    text = record["text"]
    read = _released if "elements" in record else _suggested
    facts = {part: record[part] for part in ("meta", "provenance") if isinstance(record.get(part), dict)}
    modality = str(record.get("modality", "notes"))
    return ExchangeDocument(
        str(record.get("id", number)), text, read(record, len(text), where), modality, file=name, **facts
    )


def _released(record: dict[str, Any], length: int, where: str) -> Elements:
    """Elements as they were submitted; spans must lie within the text."""
    why = elements_problem(record["elements"], length)
    if why:
        raise Invalid("bad-gold", f"{where}: {why}")
    elements: Elements = record["elements"]
    return elements


def _suggested(record: dict[str, Any], length: int, where: str) -> Elements:
    entities = _list(record, "entities", where)
    elements: Elements = {
        f"T{position}": _entity(body, length, f"{where}: entities[{position}]")
        for position, body in enumerate(entities)
    }
    for position, body in enumerate(_list(record, "relations", where)):
        head, tail = (body.get("head"), body.get("tail")) if isinstance(body, dict) else (None, None)
        ends = [end for end in (head, tail) if type(end) is int and 0 <= end < len(entities)]
        if len(ends) != 2:
            raise Invalid("bad-gold", f"{where}: relations[{position}] points outside the entities")
        elements[f"R{position}"] = {
            "kind": "relation", "type": str(body.get("type")), "head": f"T{ends[0]}", "tail": f"T{ends[1]}",
        }  # fmt: skip
    return elements


def _list(record: dict[str, Any], name: str, where: str) -> list[Any]:
    value = record.get(name) or []
    if not isinstance(value, list):
        raise Invalid("bad-gold", f"{where}: {name} must be a list")
    return value


def _entity(body: Any, length: int, where: str) -> Body:
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
    return {
        "kind": "entity", "fragments": fragments, "label": str(body["label"]), "assertion": dict(assertion),
        "start": body["start"], "end": body["end"],
    }  # fmt: skip


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(number) is int for number in value)
