"""JSON lines through a function: order kept, bad lines reported, exit 1 at the end if there was one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TextIO, TypeVar

from app.core.errors import ChartmarkError, Invalid
from app.core.text import is_encodable

T = TypeVar("T")


def stream_json_lines(
    work: Callable[[dict[str, Any]], dict[str, Any]],
    lines: Iterable[str],
    out: TextIO = sys.stdout,
) -> int:
    """Apply `work` to each JSON object; returns the exit code (0, or 1 if a line was bad).

    A bad line comes back as ``{"id": …, "error": …}``; the error names the place, not the text. So does a
    line over which the work breaks down, with the class of the fault alone: its message could carry the text.
    """
    code = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            said = _Answer(number)
            said.make(work, said.record, line)
            code = max(code, said.code)
            out.write(said.line)
            out.flush()
    return code


def stream_lines(work: Callable[[str], dict[str, Any]], lines: Iterable[str], out: TextIO = sys.stdout) -> int:
    """The same for lines that are plain text: a bad one is named by its number."""
    code = 0
    for number, line in enumerate(lines, start=1):
        said = _Answer(number, number)
        said.make(work, said.text, line.rstrip("\r\n"))
        code = max(code, said.code)
        out.write(said.line)
        out.flush()
    return code


class _Answer:
    """What one line comes to: always one line of JSON."""

    def __init__(self, number: int, identifier: Any = None) -> None:
        self._number, self._id = number, identifier
        self.code, self.line = 0, ""

    def record(self, line: str) -> dict[str, Any]:
        found = _parse(self.text(line), self._number)
        self._id = found.get("id")
        return found

    def text(self, line: str) -> str:
        if not is_encodable(line):
            raise Invalid("bad-encoding", f"line {self._number} is not UTF-8")
        return line

    def make(self, work: Callable[[T], dict[str, Any]], read: Callable[[str], T], line: str) -> None:
        try:
            self.line = _line(work(read(line)))
        except ChartmarkError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001  (any fault: the lines behind it must not be lost)
            self._fail(f"failed: {type(error).__name__} in line {self._number}")

    def _fail(self, message: str) -> None:
        self.code, self.line = 1, _line({"id": self._id, "error": message})


def _line(answer: dict[str, Any]) -> str:
    """One line of JSON; a lone surrogate, which no encoding has, is written as its escape."""
    line = json.dumps(answer, ensure_ascii=False)
    return (line if is_encodable(line) else json.dumps(answer)) + "\n"


def standard_input() -> TextIO:
    """Lines from the standard input; bytes that are no UTF-8 make a bad line and do not end the reading."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    return sys.stdin


def _parse(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
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
