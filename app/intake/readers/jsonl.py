"""JSON lines: one record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from app.core.errors import Problem
from app.intake.readers import Input, Row, decode, lines_of


class JsonLines:
    """`{"id": …, "text": …, "patient_id": …}` a line; a list of such objects in a .json file too."""

    key = "jsonl"
    title = "JSON lines"
    endings = (".jsonl", ".ndjson")

    def read(self, path: Input, mapping: dict[str, str]) -> Iterator[Row | Problem]:
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


def _row(text: str, where: str) -> Row | Problem:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # ValueError also for a number of 5,000 digits
        return Problem("bad-json", where, "not valid JSON")
    if not isinstance(value, dict):
        return Problem("bad-json", where, "not a JSON object")
    return Row(where, value)
