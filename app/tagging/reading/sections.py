"""Sections of a note: known titles in real layouts, unknown capital titles as a section of no kind."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import Tokens, words_of
from app.tagging.valuesets import rows

_LONGEST_TITLE = 8  # words
_CLOSES_TITLE = frozenset({":", "-"})
_SEPARATORS = frozenset(".,;:)]}*#>-•|\n")


@dataclass(frozen=True)
class Section:
    """`start`–`end` covers title and body; the category "other" is a title we do not know."""

    category: str
    start: int
    end: int
    title: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        return {"category": self.category, "start": self.start, "end": self.end, "title": list(self.title)}


class Sections:
    """The sections of one text in order, and which of them holds an offset.

    `titles` are the first tokens of all titles and subheadings: sentences begin there;
    `title_tokens` are all tokens of the titles of sections, `subheading_tokens` those of subheadings.
    """

    def __init__(self, found: list[Section], titles: list[tuple[int, int, str]]) -> None:
        self.found = found
        self.titles = [first for first, _, _ in titles]
        kept = [title for title in titles if title[2] != "subheading"]
        self.title_tokens = {at for first, last, _ in kept for at in range(first, last)}
        self.subheading_tokens = {at for first, last, _ in titles for at in range(first, last)} - self.title_tokens
        self._starts = [section.start for section in found]

    def at(self, offset: int) -> Section | None:
        position = bisect_right(self._starts, offset) - 1
        return self.found[position] if position >= 0 else None

    def category_at(self, offset: int) -> str:
        section = self.at(offset)
        return section.category if section else ""


@cache
def _titles() -> tuple[PhraseTable, list[str]]:
    known = rows("sections")
    table = PhraseTable.of(words_of(row["title"])[::-1] for row in known)
    return table, [row["category"] for row in known]


def find_sections(tokens: Tokens) -> Sections:
    """Titles before a colon or dash, and titles alone on their line."""
    titles: dict[int, tuple[int, int, str]] = {}
    for at in tokens.standing(_CLOSES_TITLE):
        if tokens.words[at] == ":" or (at and tokens.text[tokens.starts[at] - 1] == " "):
            _title_before(tokens, at, titles)
    _lone_titles(tokens, titles)
    return _cut(tokens, [titles[first] for first in sorted(titles)])


def _title_before(tokens: Tokens, at: int, titles: dict[int, tuple[int, int, str]]) -> None:
    """Record the longest known title that ends just before the separator at token `at`."""
    table, categories = _titles()
    back = tokens.words[max(0, at - _LONGEST_TITLE) : at][::-1]
    hit = table.at(back, 0, len(back))
    if hit and _may_begin(tokens, at - hit[0], at):
        titles[at - hit[0]] = (at - hit[0], at, categories[hit[1]])
        return
    if tokens.words[at] == ":":
        length = 0
        while length < len(back) and tokens.raw[at - length - 1].isupper() and len(back[length]) > 1:
            length += 1
        long_enough = length and tokens.ends[at - 1] - tokens.starts[at - length] > 5
        if long_enough and _may_begin(tokens, at - length, at):
            titles[at - length] = (at - length, at, "other")


def _may_begin(tokens: Tokens, first: int, last: int) -> bool:
    """A title begins a line, follows a separator or a wide gap, or is written in capitals."""
    start = tokens.starts[first]
    before = tokens.text[max(0, start - 8) : start]
    bare = before.rstrip(" \t")
    if not bare:
        return start <= len(before)
    if bare[-1] in _SEPARATORS or bare[-1].isdigit():
        return bare[-1] == "\n" or tokens.raw[first][:1].isupper()
    return len(before) - len(bare) > 1 and tokens.raw[first][:1].isupper()


def _lone_titles(tokens: Tokens, titles: dict[int, tuple[int, int, str]]) -> None:
    """Titles that are a whole line, with or without marks around ("## Plan", "ALLERGIES")."""
    table, categories = _titles()
    offset = 0
    for line in tokens.text.split("\n"):
        bare = line.strip(" \t\r#*=_-:")
        if bare and len(bare) < 48 and (bare[0].isupper()) and not bare.endswith((".", ",")):
            start = offset + line.index(bare)
            first = bisect_left(tokens.starts, start)
            last = bisect_left(tokens.starts, start + len(bare))
            number = table.find(tokens.words[first:last][::-1]) if last - first <= _LONGEST_TITLE else None
            if number is not None and first not in titles and categories[number] != "subheading":
                titles[first] = (first, last, categories[number])
        offset += len(line) + 1


def _cut(tokens: Tokens, titles: list[tuple[int, int, str]]) -> Sections:
    """Sections from one title to the next; subheadings only divide sentences."""
    found: list[Section] = []
    kept = [title for title in titles if title[2] != "subheading"]
    for position, (first, last, category) in enumerate(kept):
        start = tokens.starts[first]
        end = tokens.starts[kept[position + 1][0]] if position + 1 < len(kept) else len(tokens.text)
        found.append(Section(category, start, end, (start, tokens.ends[last - 1])))
    return Sections(found, titles)
