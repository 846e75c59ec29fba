"""Files that people hand over: decoded and parsed, or refused with file and line; a value is never quoted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO, Any

from app.core.errors import Invalid

MAX_BYTES = 512_000_000
_BLOCK = 1 << 20


def read_text(path: Path) -> str:
    """A file as UTF-8 text, line ends kept, a byte order mark dropped. Raises Invalid."""
    try:
        with path.open("rb") as file:
            return whole_text(file, path.name)
    except OSError:
        raise Invalid("unreadable", f"{path.name}: the file cannot be read") from None


def whole_text(raw: IO[bytes], name: str) -> str:
    """An open file as `read_text` reads one. Raises Invalid."""
    data = read_at_most(raw, MAX_BYTES)
    if data is None:
        raise Invalid("file-too-large", f"{name}: more than {MAX_BYTES:,} bytes")
    return decoded(data, name)


def whole_text_marked(raw: IO[bytes], name: str) -> str:
    """As `whole_text`, but a byte order mark stays, a character that many tools count. Raises Invalid."""
    data = read_at_most(raw, MAX_BYTES)
    if data is None:
        raise Invalid("file-too-large", f"{name}: more than {MAX_BYTES:,} bytes")
    return ("\ufeff" if data.startswith(b"\xef\xbb\xbf") else "") + decoded(data, name)


def read_at_most(raw: IO[bytes], most: int) -> bytes | None:
    """The rest of an open file; None when it is longer than `most` bytes."""
    data = bytearray()
    # Block by block: one read of "so much at most" sets so much memory aside, however small the file.
    while block := raw.read(_BLOCK):
        data += block
        if len(data) > most:
            return None
    return bytes(data)


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


def text_lines(raw: IO[bytes], name: str) -> Iterator[tuple[int, str]]:
    """Lines of UTF-8 with their numbers, without the line feed, one after the other; a byte order mark is dropped.

    Raises Invalid naming the line that is not UTF-8, or longer than any file may be.
    """
    place = 0
    for number in count(1):
        data = raw.readline(MAX_BYTES + 1)
        if not data:
            return
        if len(data) > MAX_BYTES:
            raise Invalid("file-too-large", f"{name} line {number}: more than {MAX_BYTES:,} bytes")
        try:
            line = data.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            at = place + error.start
            raise Invalid("not-utf8", f"byte {at} of {name} is not UTF-8 (line {number})") from None
        place += len(data)
        yield number, line.removesuffix("\n")
