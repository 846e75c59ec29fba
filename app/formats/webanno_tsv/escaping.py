"""How WebAnno TSV 3 escapes: sentences as Java does, values so that none of its own signs is taken for one."""

from __future__ import annotations

import re

_IN_TEXT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b"}
_IN_VALUE = _IN_TEXT | {"[": "\\[", "]": "\\]", "|": "\\|", "_": "\\_", "->": "\\->", ";": "\\;", "*": "\\*"}
_TEXT = re.compile(r"[\\\n\r\t\f\b]".replace(r"\b", "\\x08"))
_VALUE = re.compile(r"->|[\\\n\r\t\f\x08\[\]|_;*]")
_ESCAPED = re.compile(r"\\(->|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "b": "\b"}
_BAR = re.compile(r"(?:[^|\\]|\\.)+|(?<=\|)(?=\|)", re.DOTALL)


def text_escaped(text: str) -> str:
    return _TEXT.sub(lambda found: _IN_TEXT[found[0]], text)


def value_escaped(value: str) -> str:
    return _VALUE.sub(lambda found: _IN_VALUE[found[0]], value)


def unescaped(text: str) -> str:
    return _ESCAPED.sub(_unescape, text)


def stacked(cell: str) -> list[str]:
    """The values of a cell, still escaped."""
    return _BAR.findall(cell)


def _unescape(found: re.Match[str]) -> str:
    said = found[1]
    if len(said) == 5:
        character = chr(int(said[1:], 16))
        return "\ufffd" if "\ud800" <= character <= "\udfff" else character
    return _PLAIN.get(said, said)
