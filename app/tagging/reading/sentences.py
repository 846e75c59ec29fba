"""Where sentences begin, in prose, in wrapped lines and in the short lines of clinical layouts."""

from __future__ import annotations

import re

from app.tagging.valuesets import word_set

# One character each, so that the scan stays linear whatever the text.
_CANDIDATE = re.compile(r"[.!?](?=[\s\"'”’)\]A-Z]|$)|\n|\s(?=\s{3}[A-Z0-9(])")
_SPACE = re.compile(r"[\s\"'”’)\]]*")
_TITLE = re.compile(
    r"(?:^|[\s(,])(?:Dr|Drs|Mr|Mrs|Ms|Prof|St|Tabs?|TABS?|Caps?|CAPS?|Inj|INJ|Syp|SYP|Syr|SYR|Oint|OINT|Susp|Neb|vs|Fig|Figs|No|Nos|approx|ca|cf|e\.g|i\.e|[A-Z]|[A-Z]\.[A-Z])\.$"
)
_DOTTED = re.compile(r"(?:^|[\s(,/\d])(?:[A-Za-z]\.)*[A-Za-z]\.$")
_NUMBERED = re.compile(r"(?:^|\n)[ \t]*\d{1,2}\.$")
_LAST_WORD = re.compile(r"[\w.]*(?=\.$)")
_BULLET = re.compile(r"[ \t]*(?:[-*•+#>]|\(?\d{1,2}[.):]|\(?[A-Za-z][.)])[ \t]*(?=\S)|[ \t]*[A-Z][\w /&-]{1,40}:")
_RUNS_ON = re.compile(
    r"(?:,|\b(?:and|or|nor|of|for|with|without|no|not|the|a|an|any|to|in|on|at|by|from|is|was|are|were|"
    r"his|her|their|denies|denied|negative|evidence|than|as|that|which|but|due|secondary|versus|vs|mild|"
    r"moderate|severe|acute|chronic|left|right|bilateral|history))[ \t]*$",
    re.IGNORECASE,
)
_NARROW, _WIDE = 40, 135  # characters; a text whose longest line is outside is not hard-wrapped


def sentence_starts(text: str) -> list[int]:
    """Character offsets at which a sentence begins; the first is 0."""
    starts, resume, line = [0], 0, 0
    width = _wrap_width(text)
    for match in _CANDIDATE.finditer(text):
        at = match.start()
        newline = text[at] == "\n"
        if at >= resume:
            resume = _SPACE.match(text, at + 1).end()  # type: ignore[union-attr]
            if resume < len(text) and _ends(text, at, (line, resume), width):
                starts.append(resume)
        if newline:
            line = at + 1
    return starts


def _ends(text: str, at: int, around: tuple[int, int], width: int) -> bool:
    character, (line, following) = text[at], around
    if character == "\n":
        return _line_ends(text, line, at, width)
    if character.isspace():
        return text[max(0, at - 1)] != ":"
    newline = text.find("\n", at, following)
    if newline >= 0 and _line_ends(text, line, newline, width):
        return True
    if character == "?":
        return not _is_query(text, at, following)
    return character != "." or _stop_ends(text, at, following)


def _is_query(text: str, at: int, following: int) -> bool:
    """Is the question mark a mark of doubt on what follows: "? pneumonia", "?PE", "Imp: ? PE"?"""
    if text[following].islower() or following == at + 1:
        return True
    return text[max(0, at - 1) : at] in ("", " ", "\t", "\n", "(", ":")


def _stop_ends(text: str, at: int, following: int) -> bool:
    """Is the full stop at `at` the end of a sentence, given the next visible character?"""
    upcoming = text[following]
    if following == at + 1:  # "fever.No cough", but not "p.o.Daily" or "U.S."
        return text[max(0, at - 2) : at].isalpha() and text[at - 1].islower() and _next_is_word(text, following)
    before = text[max(0, at - 12) : at + 1]
    if _NUMBERED.search(before):
        return False
    if upcoming.islower():
        return not (_DOTTED.search(before) or _is_shortened(before))
    return not _TITLE.search(before)


def _is_shortened(before: str) -> bool:
    word = _LAST_WORD.search(before)
    return bool(word and word[0].lower() in word_set("shortened"))


def _next_is_word(text: str, at: int) -> bool:
    return text[at + 1 : at + 2].islower() or text[at : at + 2].isupper() or text[at + 1 : at + 2] == " "


def _line_ends(text: str, line: int, at: int, width: int) -> bool:
    """Does the line break at `at` end a sentence, or is it only where the line was full?"""
    rest = text[at + 1 : at + 120]
    first, _, _ = rest.partition("\n")
    if not first.strip():
        return True
    previous = text[max(line, at - 200) : at].rstrip()
    if not previous or previous.endswith((":", ".", ";", "!", "?")) or _BULLET.match(first):
        return True
    if _RUNS_ON.search(previous[-20:]):
        return first.lstrip()[:1].isupper() and not first.lstrip()[1:2].islower() and previous[-1] != ","
    word = len(first.split(None, 1)[0])
    return not (width and at - line + 1 + word > width - 4)


def _wrap_width(text: str) -> int:
    """Length of the longest line where the text looks hard-wrapped, else 0."""
    width = max(map(len, text.split("\n")))
    return width if _NARROW <= width <= _WIDE else 0
