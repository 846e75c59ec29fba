"""Lines of JSON as other tools write them: one document an object, whatever is none named by its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid
from app.core.reading import parsed, text_lines
from app.core.text import is_encodable
from app.formats.files import InputFiles, beginning, first_line
from app.formats.offsets import OffsetTable


def json_lines(files: InputFiles) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects with the numbers of their lines. Raises Invalid for a line that is none."""
    with files.open(files.name) as raw:
        for number, line in text_lines(raw, files.name):
            if line.strip():
                record = parsed(line, files.name, first_line=number)
                if not isinstance(record, dict):
                    raise Invalid("bad-line", f"{files.name} line {number}: needs an object")
                yield number, record


def first_object(files: InputFiles) -> dict[str, Any]:
    """The first line as an object; empty where it is none, or longer than the beginning that is looked at."""
    try:
        record = json.loads(first_line(files))
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def begins_with(files: InputFiles, *words: str) -> bool:
    """Whether the beginning of a file, as far as it is looked at, names all these keys."""
    head = beginning(files)
    return all(f'"{word}"' in head for word in words)


def text_of(value: object, where: str) -> str:
    """The text of a document. Raises Invalid where there is none, or one that no encoding can hold."""
    if not isinstance(value, str) or not is_encodable(value):
        raise Invalid("no-text", f"{where}: needs a text")
    return value


def place_of(table: OffsetTable, start: object, end: object) -> list[int] | None:
    """Two offsets of a file as a span of ours; None where they are none."""
    if type(start) is not int or type(end) is not int:
        return None
    return table.span_back(start, end)


def objects_of(value: object) -> list[dict[str, Any]]:
    """The objects of a list; what else stands there, or is no list, is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def object_of(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
