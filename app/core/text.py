"""Text as received: offsets are half-open Unicode code points; nothing is normalised."""

from __future__ import annotations

import re
import unicodedata

from app.core.errors import Problem

# PostgreSQL stores no NUL, and no encoding a lone surrogate.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Letters and marks that are drawn as nothing: grapheme joiner, Hangul and Khmer fillers, blank Braille, selectors.
_FILLER = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
MAX_TEXT_CHARACTERS = 2_000_000


def text_problems(text: str, where: str = "text") -> list[Problem]:
    """Why a text cannot be stored: empty, too long, NUL or a lone surrogate. Never quotes it."""
    problems = []
    if not text.strip():
        problems.append(Problem("empty-text", where, "the text is empty"))
    if len(text) > MAX_TEXT_CHARACTERS:
        problems.append(Problem("text-too-long", where, f"more than {MAX_TEXT_CHARACTERS} characters"))
    nul = text.find("\x00")
    if nul >= 0:
        problems.append(Problem("nul-character", where, f"a NUL character at position {nul}"))
    surrogate = _SURROGATE.search(text)
    if surrogate is not None:
        problems.append(Problem("lone-surrogate", where, f"a lone surrogate at position {surrogate.start()}"))
    return problems


def is_storable(text: str) -> bool:
    """Whether a name or id can be stored and encoded: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def is_encodable(text: str) -> bool:
    """Whether a text can be written in an encoding: no lone surrogate."""
    return _SURROGATE.search(text) is None


def is_printable_line(text: str) -> bool:
    """Whether a title fits on a line: no control character, no line break, no lone surrogate."""
    return not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)


def storable(text: str) -> str:
    """A text for display with what cannot be stored replaced, one character for one."""
    return _UNSTORABLE.sub("\ufffd", text)


def fragments_problem(fragments: object, length: int) -> str | None:
    """What is wrong with ``[[start, end], …]`` over a text of `length` code points, or None."""
    if not isinstance(fragments, list) or not fragments:
        return "fragments must be a non-empty list"
    previous = 0
    for pair in fragments:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)):
            return "a fragment is [start, end]"
        start, end = pair
        if not 0 <= start < end <= length:
            return f"fragment {start}–{end} lies outside the text"
        if start < previous:
            return "fragments must be in order and must not overlap"
        previous = end
    return None


def is_white(character: str) -> bool:
    """White space: what `str.isspace` calls so (U+00A0, U+2028 and U+3000 too), control characters, and the
    zero-width space in both spellings (U+200B, U+FEFF)."""
    return character.isspace() or unicodedata.category(character) == "Cc" or character in "\u200b\ufeff"


def shows_nothing(text: str) -> bool:
    """Whether a reader sees nothing: white space, format characters (soft hyphen, joiners, marks of direction),
    variation selectors and fillers, in any mixture."""
    return all(is_white(c) or unicodedata.category(c) == "Cf" or _FILLER.match(c) for c in text)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets without white space at either edge; as they are when nothing else is between them.

    Joiners and variation selectors stay: they belong to the sign before them.
    """
    first, last = start, end
    while first < last and is_white(text[first]):
        first += 1
    while first < last and is_white(text[last - 1]):
        last -= 1
    return (first, last) if first < last else (start, end)


def covered(text: str, fragments: list[list[int]]) -> str:
    """The text under the fragments, pieces joined by one space."""
    return " ".join(text[start:end] for start, end in fragments)


def to_utf16(text: str, offset: int) -> int:
    """The UTF-16 code unit at which code point `offset` begins."""
    return offset + sum(1 for c in text[:offset] if c > "\uffff")
