"""A note read once: tokens, sections, and the sentence of every token."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from functools import cached_property

from app.tagging.reading.sections import Section, Sections, find_sections
from app.tagging.reading.sentences import sentence_starts
from app.tagging.reading.tables import TableRow, find_rows
from app.tagging.reading.tokens import Tokens

# Short titles that need no colon to begin something new in a running line: "denies chest pain PMH HTN".
_SECTION_WORDS = frozenset(
    {
        "PMH", "PMHx", "PMHX", "PHx", "PSH", "PSHx", "FHx", "SHx", "SocHx", "DHx", "NKDA", "NKA", "HPC", "HPI",
        "PC", "Imp", "IMP", "Impression", "IMPRESSION", "Obs", "OBS", "Ix", "Mx", "Rx", "Tx", "Dx", "DDx", "ddx", "PHX",
    }
)  # fmt: skip
_EMERGENCY = frozenset({"emergency", "ed", "er", "triage", "casualty", "a&e"})
_IN_EMERGENCY = frozenset({"triage", "triaged", "biba", "ambulance", "paramedic", "casualty"})
_NOT_BEFORE = frozenset({"no", "nil", "the", "his", "her", "of", "any", "a", "with", "w", "per", "on", "see", "for"})


def _section_words(tokens: Tokens) -> list[int]:
    """Where such a word stands, unless the word before it makes it part of a phrase."""
    raw = tokens.raw
    if _SECTION_WORDS.isdisjoint(raw):
        return []
    found = [at for at, word in enumerate(raw) if word in _SECTION_WORDS]
    return [at for at in found if at and tokens.words[at - 1] not in _NOT_BEFORE and raw[at - 1] not in "/-("]


class TokenisedNote:
    """`starts[t]` and `ends[t]` bound the sentence that holds token t, in tokens; `kind` is the type of the note."""

    def __init__(self, text: str, kind: str = "") -> None:
        self.text = text
        self.kind = kind
        self.tokens: Tokens = Tokens(text)
        self.sections: Sections = find_sections(self.tokens)
        offsets = self.tokens.starts
        breaks = {bisect_left(offsets, start) for start in sentence_starts(text)}
        begun = {0, *breaks, *self.sections.titles, *_section_words(self.tokens)}
        self.sentences = sorted(at for at in begun if at < len(self.tokens))
        self.starts, self.ends = self.bounded(self.sentences)
        self._first_lines: dict[int, tuple[int, bool]] = {}

    def bounded(self, beginnings: list[int]) -> tuple[list[int], list[int]]:
        """Start and end, in tokens, of the stretch around each token, when stretches begin there."""
        starts: list[int] = []
        ends: list[int] = []
        for first, last in itertools.pairwise([*beginnings, len(self.tokens)]):
            starts += [first] * (last - first)
            ends += [last] * (last - first)
        return starts, ends

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
    def rows(self) -> list[TableRow]:
        """The rows of tables whose header names a drug."""
        return find_rows(self.tokens)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """What kind of note it is, by its type and by its own words: "note:emergency"."""
        words = self.tokens.places
        said = not _EMERGENCY.isdisjoint(self.kind.lower().replace("_", " ").split())
        return frozenset({"note:emergency"} if said or not _IN_EMERGENCY.isdisjoint(words) else ())

    @cached_property
    def is_of_newborn(self) -> bool:
        return not {"neonate", "newborn"}.isdisjoint(self.tokens.places)
