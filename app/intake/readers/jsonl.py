"""JSON lines, one record a line; and JSON files."""

from __future__ import annotations

import json
from collections.abc import Iterator

from app.core.errors import Problem
from app.intake.readers import Found, Input, RawRow, decode, lines_of
from app.intake.readers.json_file import KeyTwice, once, read_json


class JsonLines:
    """`{"id": …, "text": …, "patient_id": …}` a line; of a .json file, an array of such objects, an object
    that holds one array of them, or one note."""

    key = "jsonl"
    title = "JSON or JSON lines"
    endings = (".jsonl", ".ndjson", ".json")

    def read(self, path: Input, mapping: dict[str, str]) -> Iterator[Found]:
        yield from read_json(path, mapping, _lines) if path.suffix.lower() == ".json" else _lines(path)


def _lines(path: Input) -> Iterator[Found]:
    number = 0
    for number, line in lines_of(path):
        where = f"line {number}"
        text = line if isinstance(line, Problem) else decode(line, where)
        if isinstance(text, Problem):
            yield text
        elif text.strip():
            yield _row(text, where)
    if not number:
        yield Problem("empty-file", "", "the file has no lines")


def _row(text: str, where: str) -> RawRow | Problem:
    try:
        value = json.loads(text, object_pairs_hook=once)
    except KeyTwice:
        return Problem("key-twice", where, "an object has one key twice")
    except (ValueError, RecursionError):  # ValueError also for a number of 5,000 digits
        return Problem("bad-json", where, "not valid JSON")
    if not isinstance(value, dict):
        return Problem("bad-json", where, "not a JSON object")
    return RawRow(where, value)
