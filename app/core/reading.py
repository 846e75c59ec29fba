"""Files that people hand over: decoded and parsed, or refused with file and line; a value is never quoted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.core.errors import Invalid

MAX_BYTES = 512_000_000


def read_text(path: Path) -> str:
    """A file as UTF-8 text, line ends kept, a byte order mark dropped. Raises Invalid."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise Invalid("unreadable", f"{path.name}: the file cannot be read") from None
    if len(data) > MAX_BYTES:
        raise Invalid("file-too-large", f"{path.name}: more than {MAX_BYTES:,} bytes")
    return decoded(data, path.name)


def decoded(data: bytes, name: str) -> str:
    """Bytes as UTF-8 text. Raises Invalid naming the line."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid("not-utf8", f"byte {error.start} of {name} is not UTF-8 (line {line})") from None


def parsed(text: str, name: str, *, first_line: int = 1) -> Any:
    """JSON as Python reads it. Raises Invalid naming the line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{name} line {first_line + error.lineno - 1}, column {error.colno}"
        raise Invalid("bad-json", f"{place} is not valid JSON") from None
    except (ValueError, RecursionError):  # a number of 5,000 digits; 100,000 brackets
        place = f"{name} line {first_line}"
        raise Invalid("bad-json", f"{place} is not valid JSON: a number too long, or nested too deep") from None
