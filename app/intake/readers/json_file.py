"""A .json file: an array of notes, an object that holds one, or one note."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from app.core.errors import Problem
from app.core.reading import read_at_most
from app.intake.foreign.objects import recognise_value
from app.intake.readers import Found, Input, RawRow, decode
from app.intake.record import field_for

# Read whole, unlike JSON lines.
MAX_JSON_BYTES = 128_000_000


class KeyTwice(Exception):
    """An object says one thing twice: which of the two is meant, nobody knows."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which no key is there twice. Raises KeyTwice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyTwice
    return found


def read_json(path: Input, mapping: dict[str, str], lines: Callable[[Input], Iterator[Found]]) -> Iterator[Found]:
    """The notes of a .json file; `lines` reads one that holds JSON lines after all."""
    with path.open("rb") as file:
        data = read_at_most(file, MAX_JSON_BYTES)
    if data is None:
        yield Problem("file-too-large", "", f"more than {MAX_JSON_BYTES} bytes; write JSON lines (.jsonl)")
        return
    text = decode(data, "")
    if isinstance(text, Problem):
        yield text
        return
    try:
        value = json.loads(text, object_pairs_hook=once)
    except KeyTwice:
        yield Problem("key-twice", "", "an object has one key twice")
    except json.JSONDecodeError as error:
        if not text.strip():
            yield Problem("empty-file", "", "the file is empty")
        elif error.msg == "Extra data":
            yield from lines(path)
        else:
            yield Problem("bad-json", f"line {error.lineno}", "not valid JSON")
    except (ValueError, RecursionError):
        yield Problem("bad-json", "", "a number too long for JSON, or nesting too deep")
    else:
        yield from _notes(value, mapping)


def _notes(value: Any, mapping: dict[str, str]) -> Iterator[Found]:
    lists = [inner for inner in value.values() if _is_list(inner)] if isinstance(value, dict) else []
    notes = value
    if isinstance(value, dict):
        notes = lists[0] if len(lists) == 1 and not _has_text(value, mapping) else [value]
    if not _is_list(notes) or not any(_has_text(one, mapping) for one in notes):
        named = f"no key for text ({mapping['text']!r})" if "text" in mapping else "no key for text; name it with --map"
        yield Problem("column-missing", "", f"JSON, but not an array or object of notes: {named}")
        return
    foreign = recognise_value(notes)
    if foreign is not None:
        yield Problem(foreign.code, "", foreign.message)
        return
    for number, one in enumerate(notes, start=1):
        where = f"note {number}"
        yield RawRow(where, one) if isinstance(one, dict) else Problem("bad-json", where, "not a JSON object")


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _has_text(one: Any, mapping: dict[str, str]) -> bool:
    """Whether an object holds a note, or the metadata that stand for one."""
    if not isinstance(one, dict):
        return False
    wanted = mapping.get("text")
    return any(key == wanted or field_for(key) in ("text", "fields") for key in one)
