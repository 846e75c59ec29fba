"""JSON lines through a function: order kept, bad lines reported, exit 1 at the end if there was one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from app.core.errors import ChartmarkError, Invalid


def stream_json_lines(
    work: Callable[[dict[str, Any]], dict[str, Any]],
    lines: Iterable[str],
    out: TextIO = sys.stdout,
) -> int:
    """Apply `work` to each JSON object; returns the exit code (0, or 1 if a line was bad).

    A bad line comes back as ``{"id": …, "error": …}``; the error names the place, not the text.
    """
    code = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        identifier: Any = None
        try:
            record = _parse(line, number)
            identifier = record.get("id")
            answer = work(record)
        except ChartmarkError as error:
            answer, code = {"id": identifier, "error": str(error)}, 1
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()
    return code


def _parse(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise Invalid("bad-json", f"line {number} is not valid JSON") from None
    if not isinstance(record, dict):
        raise Invalid("bad-json", f"line {number} is not a JSON object")
    return record


def require_text(record: dict[str, Any]) -> str:
    """The record's text. Raises Invalid when it is missing or not a string."""
    text = record.get("text")
    if not isinstance(text, str):
        raise Invalid("text-missing", 'the field "text" must be a string')
    return text
