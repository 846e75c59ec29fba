"""A note read once: tokens, sections, and the sentence of every token."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from app.tagging.reading.sections import Section, Sections, find_sections
from app.tagging.reading.sentences import sentence_starts
from app.tagging.reading.tokens import Tokens


class Note:
    """`starts[t]` and `ends[t]` bound the sentence that holds token t, in tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: Tokens = Tokens(text)
        self.sections: Sections = find_sections(self.tokens)
        offsets = self.tokens.starts
        breaks = {bisect_left(offsets, start) for start in sentence_starts(text)}
        self.sentences = sorted(at for at in {0, *breaks, *self.sections.titles} if at < len(self.tokens))
        self.starts: list[int] = []
        self.ends: list[int] = []
        for position, first in enumerate(self.sentences):
            following = self.sentences[position + 1 : position + 2]
            last = following[0] if following else len(self.tokens)
            self.starts += [first] * (last - first)
            self.ends += [last] * (last - first)

        self._first_lines: dict[int, tuple[int, bool]] = {}

    def first_line(self, section: Section) -> tuple[int, bool]:
        """Where the line of a section's title ends, and whether nothing stands behind the title there."""
        found = self._first_lines.get(section.start)
        if found is None:
            start = section.title[1]
            newline = self.text.find("\n", start)
            line = newline if newline >= 0 else len(self.text)
            is_empty = newline >= 0 and not self.text[start:line].strip(" :\t\r-")
            found = self._first_lines[section.start] = (line, is_empty)
        return found

    @cached_property
    def is_of_newborn(self) -> bool:
        return not {"neonate", "newborn"}.isdisjoint(self.tokens.words)
