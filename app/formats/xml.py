"""XML as text, written piece by piece: escaped so that a parser gives back every character, or the loss is counted."""

from __future__ import annotations

import re

from app.formats.losses import LossReport

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# What XML 1.0 has no way to write, not even as a reference: production 2 of the recommendation.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_IN_TEXT = re.compile("[&<>\r]")
# A parser makes a blank of white space in an attribute, unless it comes as a reference.
_IN_ATTRIBUTE = re.compile('[&<>"\r\n\t]')
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_WHY = "control characters that XML 1.0 cannot hold are U+FFFD"


def possible(text: str) -> str:
    """The text with U+FFFD for each character that XML cannot hold: as many characters as before."""
    return _IMPOSSIBLE.sub("\ufffd", text)


def possible_text(text: str, losses: LossReport) -> str:
    """`possible` of the text of an item; the loss report says so where something changed."""
    made = possible(text)
    if made != text:
        losses.add("item", "text", _WHY)
    return made


def in_text(value: str) -> str:
    """Content of an element."""
    return _IN_TEXT.sub(_escape, possible(value))


def in_attribute(value: str) -> str:
    """Value of an attribute, without its quotes."""
    return _IN_ATTRIBUTE.sub(_escape, possible(value))


def json_in_text(value: str) -> str:
    """JSON as content of an element: what XML cannot hold is escaped as JSON does, so nothing is lost."""
    return in_text(_json_safe(value))


def json_in_attribute(value: str) -> str:
    return in_attribute(_json_safe(value))


def _json_safe(value: str) -> str:
    return value.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def _escape(found: re.Match[str]) -> str:
    return _NAMED[found[0]]
