"""A text as it is read: every line end a newline, no invisible signs, no ligatures; and the way back to its offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable

_LINE_ENDS = "\u000b\u000c\u0085\u2028\u2029"
_JOINERS = "\u200c\u200d\u2060\ufeff"  # stand within words and say nothing
_SOFT_HYPHEN, _ZERO_SPACE = "\u00ad", "\u200b"
# What makes a text need a view: one scan, and most texts have none of it.
_ODD = re.compile(
    f"[{_LINE_ENDS}{_JOINERS}{_SOFT_HYPHEN}{_ZERO_SPACE}\ufb00-\ufb06\u0300-\u036f]|(?<=[a-z])-[ \t]*\r?\n"
)
_SPLIT = re.compile(rf"[^\W\d_]+(?:(?:{_SOFT_HYPHEN}|-[ \t]*\r?\n[ \t]*)[^\W\d_]+)+")
_BREAK = re.compile(rf"{_SOFT_HYPHEN}|-[ \t]*\r?\n[ \t]*")
# A comma or a paragraph that is said shows that signs are; "period" and "colon" alone are words of medicine.
_HINTS = ("-\n", "- \n", "-\r\n", "\u000b", "\u000c", " comma ", "full stop", "paragraph", "new line")
_DICTATED = re.compile(r"\b(?:comma|full stop|new paragraph|next paragraph|new line)\b")
_COMMAND = re.compile(
    r"\s+(comma|full\s+stop|period|semicolon|new\s+paragraph|next\s+paragraph|new\s+line|next\s+line)\b"
    r"|(?<=plan|sion|ment|tory|osis|mary|gies|ions|tion)\s+(colon)\b"
)
_SIGN_OF = {"comma": ",", "period": ".", "full stop": ".", "semicolon": ";", "colon": ":"}
_SIGN_OF |= dict.fromkeys(("new paragraph", "next paragraph", "new line", "next line"), "\n")
_SHORTEST = 4  # letters of a half that may be a word of its own

IsKnownWord = Callable[[str], bool]


class ReadingView:
    """`text` is what the engine reads; `original` and `viewed` turn offsets over."""

    def __init__(self, text: str, starts: list[int], ends: list[int]) -> None:
        self.text = text
        self._starts, self._ends = starts, ends

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the text as it came that [start, end) of the view stands for."""
        if start >= len(self._starts):
            return self._ends[-1], self._ends[-1]
        first = self._starts[start]
        return first, max(first, self._ends[end - 1]) if end > start else first

    def viewed(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the view that [start, end) of the text as it came became; never empty."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_right(self._starts, end - 1)
        return first, max(first + 1, last)


def view_of(text: str, is_word: IsKnownWord) -> ReadingView | None:
    """The view, or None where the text is read as it is. `is_word` tells words of the vocabulary."""
    if text.isascii() and not any(sign in text for sign in _HINTS):
        return None
    spoken = _spoken(text)
    if not spoken and not _ODD.search(text):
        return None
    dropped, spaces = _joints(text, is_word)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    silent = 0  # the end of a spoken sign: what stands before it is read already
    for at, end in _clusters(text):
        if at in spoken:
            silent, sign = spoken[at]
            pieces.append(sign)
            starts += [at] * len(sign)
            ends += [silent] * len(sign)
        if at < silent:
            continue
        shown = "" if at in dropped else " " if at in spaces else _shown(text[at:end])
        pieces.append(shown)
        starts += [at] * len(shown)
        ends += [end] * len(shown)
    return ReadingView("".join(pieces), starts, ends) if starts else None


def _spoken(text: str) -> dict[int, tuple[int, str]]:
    """Where a dictation says its punctuation ("chest pain comma palpitations period"): start → end and sign."""
    if not _DICTATED.search(text):
        return {}
    found = {}
    for match in _COMMAND.finditer(text):
        found[match.start()] = match.end(), _SIGN_OF[" ".join((match[1] or match[2]).split())]
    return found if len(found) > 1 else {}


def _clusters(text: str) -> list[tuple[int, int]]:
    """Each character with the marks that are set upon it."""
    found: list[tuple[int, int]] = []
    for at, character in enumerate(text):
        if found and "\u0300" <= character <= "\u036f":
            found[-1] = found[-1][0], at + 1
        else:
            found.append((at, at + 1))
    return found


def _shown(cluster: str) -> str:
    if cluster in _LINE_ENDS:
        return "\n"
    if cluster == _ZERO_SPACE:
        return " "
    if cluster in _JOINERS or cluster == _SOFT_HYPHEN:
        return ""
    if "\ufb00" <= cluster <= "\ufb06":
        return unicodedata.normalize("NFKC", cluster)
    return unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else cluster


def _joints(text: str, is_word: IsKnownWord) -> tuple[set[int], set[int]]:
    """Characters to leave out, and those to read as a space, where a word was split.

    A soft hyphen between two words of their own ("heart", "failure") is a space; a hyphen at a line's end is
    left out only where the two halves make a word ("pneu-", "mothorax").
    """
    dropped: set[int] = set()
    spaces: set[int] = set()
    for match in _SPLIT.finditer(text):
        for joint in _BREAK.finditer(match[0]):
            start, end = match.start() + joint.start(), match.start() + joint.end()
            before, after = _BREAK.split(match[0][: joint.start()])[-1], _BREAK.split(match[0][joint.end() :])[0]
            if is_word(_BREAK.sub("", match[0])) or is_word(before + after):
                dropped |= {*range(start, end)}
            elif joint[0] == _SOFT_HYPHEN and all(len(half) >= _SHORTEST and is_word(half) for half in (before, after)):
                spaces.add(start)
    return dropped, spaces
