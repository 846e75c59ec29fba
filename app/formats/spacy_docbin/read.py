"""spaCy DocBin, read without making spaCy's documents: of a file from outside no array reaches its C code unchecked.

A DocBin is zlib over MessagePack: token attributes as one array for all documents, the words as hashes of strings
that stand beside them, span groups and user data a document each (spacy/tokens/_serialize.py).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid
from app.core.reading import MAX_BYTES, read_at_most
from app.core.text import is_encodable
from app.formats.files import InputFiles
from app.formats.model import ExchangeDocument
from app.formats.record import RECORD, FoundSpans, restored

_ORTH, _IOB, _TYPE = 65, 77, 78  # spacy.attrs
Token = dict[int, int]  # attribute → value
_SPAN = struct.Struct(">QQQllll")  # id, knowledge base id, label, tokens from and to, characters from and to
_GOES_ON, _BEGINS = 1, 3  # of ENT_IOB


class DocBinReader:
    """One .spacy file, or every one of a folder; ids are the file's name and a number, unless the record says other."""

    title = "spaCy DocBin"

    def knows(self, files: InputFiles) -> bool:
        names = files.names()
        return any(name.endswith(".spacy") for name in names)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid naming the file."""
        names = [name for name in files.names() if name.endswith(".spacy")] if files.is_folder else [files.name]
        for name in names:
            with files.open(name) as raw:
                data = read_at_most(raw, MAX_BYTES)
            if data is None:
                raise Invalid("file-too-large", f"{name}: more than {MAX_BYTES:,} bytes")
            try:
                yield from _documents(data, name)
            except (ValueError, KeyError, TypeError, struct.error, RecursionError, OverflowError, IndexError):
                raise Invalid("bad-docbin", f"{name}: is no DocBin that can be read") from None


def _unfolded(data: bytes, name: str) -> dict[str, Any]:
    """The message within, refused when it would unfold to more than any file may hold."""
    unfolding = zlib.decompressobj()
    try:
        whole = unfolding.decompress(data, MAX_BYTES)
        if unfolding.unconsumed_tail or not unfolding.eof:
            raise Invalid("bad-docbin", f"{name}: is cut off, or unfolds to more than {MAX_BYTES:,} bytes")
    except zlib.error:
        raise Invalid("bad-docbin", f"{name}: is no DocBin") from None
    message = _unpacked(whole)
    if not isinstance(message, dict):
        raise Invalid("bad-docbin", f"{name}: is no DocBin")
    return message


def _documents(data: bytes, name: str) -> Iterator[ExchangeDocument]:
    from spacy.strings import get_string_id

    said = _unfolded(data, name)
    strings = {get_string_id(one): one for one in said["strings"] if isinstance(one, str)}
    attributes = [int(one) for one in said["attrs"]]
    values = memoryview(said["tokens"]).cast("Q")
    spaces = memoryview(said["spaces"])
    width, at = len(attributes), 0
    for number, length in enumerate(memoryview(said["lengths"]).cast("i")):
        rows = [values[(at + n) * width : (at + n + 1) * width].tolist() for n in range(max(0, length))]
        if len(rows) > len(values) or any(len(row) != width for row in rows):
            raise ValueError("fewer tokens than the lengths say")
        tokens = [dict(zip(attributes, row, strict=True)) for row in rows]
        words = list(zip(tokens, spaces[at : at + length].tolist(), strict=True))
        groups, user = (_part(said, part, number) for part in ("span_groups", "user_data"))
        yield _document(words, strings, groups, user, f"{name}-{number + 1}", name)
        at += length


def _unpacked(data: bytes) -> Any:
    """MessagePack as plain values; hooks that make arrays of what comes in are left out. Raises ValueError."""
    from srsly.msgpack import unpackb
    from srsly.msgpack.exceptions import UnpackException

    try:
        return unpackb(data, raw=False, use_list=False, object_pairs_hook=dict)
    except (UnpackException, UnicodeError, TypeError, OverflowError, MemoryError):
        raise ValueError("no message") from None


def _part(said: dict[str, Any], part: str, number: int) -> Any:
    """What a document has of its own, a message within the message."""
    held = said.get(part)
    one = held[number] if isinstance(held, tuple) and number < len(held) else b""
    return _unpacked(one) if isinstance(one, bytes) and one else {}


def _document(
    words: list[tuple[Token, int]], strings: dict[int, str], groups: Any, user: Any, own: str, file: str
) -> ExchangeDocument:
    """`words`: a token's attributes, and whether a blank follows it."""
    text = ""
    starts: list[int] = []
    ends: list[int] = []
    for token, blank in words:
        starts.append(len(text))
        text += strings[token[_ORTH]]
        ends.append(len(text))
        text += " " * bool(blank)
    if not is_encodable(text):
        raise ValueError("a text that cannot be stored")
    found = FoundSpans()
    _groups(found, groups, strings, len(text))
    record = user.get(RECORD) if isinstance(user, dict) else None
    if not found.spans:
        _entities(found, [token for token, _ in words], strings, starts, ends)
    return restored(record, found, ExchangeDocument(own, text or None, {}, file=file))


def _groups(found: FoundSpans, groups: Any, strings: dict[int, str], length: int) -> None:
    """Spans of every group, by their ids."""
    packed = groups if isinstance(groups, dict) else dict.fromkeys(groups if isinstance(groups, tuple) else ())
    for one in packed:
        for span in _unpacked(one)["spans"]:
            own, _, label, _, _, start, end = _SPAN.unpack(span)
            place = [start, end] if 0 <= start < end <= length else None
            key = strings.get(own) or f"S{len(found.spans)}"
            found.span(key, place, strings.get(label, ""), f"span {len(found.spans) + 1}")


def _entities(
    found: FoundSpans, tokens: list[dict[int, int]], strings: dict[int, str], starts: list[int], ends: list[int]
) -> None:
    """Named entities out of their tags."""
    open_span: list[int] | None = None
    for token, start, end in zip(tokens, starts, ends, strict=True):
        how, label = token.get(_IOB, 0), strings.get(token.get(_TYPE, 0), "")
        if how == _GOES_ON and open_span is not None:
            open_span[1] = end
        elif how in (_GOES_ON, _BEGINS) and label:
            open_span = [start, end]
            found.span(f"T{len(found.spans)}", open_span, label, "an entity")
        else:
            open_span = None
