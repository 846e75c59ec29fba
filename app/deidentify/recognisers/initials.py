"""Initials (A) that sign or are spoken with: "Turned by AO/JT", "d/w MK", "-DRS", "TRANS: abw", and honorifics of names."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.wordset import wordset, wordtuple
from app.deidentify.note import Note
from app.deidentify.span import Span

TABLE = Path(__file__).parents[3] / "ontologies" / "valuesets" / "abbreviations.tsv"
_VERBS = words("verbs_before_a_name") | wordset("turned checked given repositioned countersigned witnessed noted taken")
_BY = re.compile(r"by\s(?P<v>[A-Z]{2}(?:/[A-Z]{2,3})?|[A-Z]{3}/[A-Z]{2,3})(?![\w-])")
_WITH = re.compile(r"(?i:d/w|dw|discussed with|handover to|h/o to)\s(?P<v>[A-Z]{2,3})(?![\w'’-])")
_LAST = re.compile(r"(?:^|\n|[.!?;)]\s?)\s?[-–—~/]{1,2}\s?(?P<v>[A-Z]{2,4})\s*$")
_BEFORE_ROLE = re.compile(r"(?P<v>[A-Z]{2,3})(?:/|,\s)(?:RN|MD|NP|SpR|ST\d|FY\d|SHO|HCA|CNA|LPN)\b")
_LABEL = re.compile(r"\w+(?:\sby)?\s?:\s?(?P<v>[A-Za-z]{2,3}(?:/[A-Za-z]{2,3})?)(?=[\s.,;)]|$)")
_LABELS = wordtuple(
    "trans transcribed transcriptionist tech technician typed typist dict dictated init initials sig signed entered"
)
_ROLES = wordtuple("rn md np spr st3 st4 st5 fy1 fy2 sho hca cna lpn")
# Who is meant by a part and not by a name, and what confirms and shows.
_NO_PERSON = wordset(
    "pt ot rn md gp ed er icu hdu ccu itu nicu ems sw slt slp np pa do lpn cna hca spr sho fy st ct mri us usg xr cxr ecg ekg eeg echo pcp ob obgyn gi ent id"
    " im iv po sc pr ng nok mdt cmo cns cmht picu ent anp acp poct lab or ir rt rd dr mr mrs ms ward uk usa nhs va hr it fbc ue lft esr crp ugi tee tte pet"
)


@lru_cache(maxsize=1)
def _short_forms() -> frozenset[str]:
    """Lower-case abbreviations of the bundled table: none of them is anybody's initials."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(reader)
        # Rows of queries hold phrases and words of lay people; what notes are tagged by are short forms.
        return frozenset(row[0].lower() for row in reader if row and row[1] != "QUERY") | _NO_PERSON


class Initials:
    key = "initials"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        if not note.mostly_upper or len(note.words) < _FEW:
            for match in self._among_small_letters(note):
                if _are_initials(match["v"]):
                    yield Span(match.start("v"), match.end("v"), "NAME", 0.7, self.key)
            last = _LAST.search(text, max(0, len(text) - 24))
            if last and last["v"].lower() not in _NO_PERSON:
                yield Span(last.start("v"), last.end("v"), "NAME", 0.7, self.key)
        for position in note.positions(_LABELS):
            label = _LABEL.match(text, note.starts[position])
            opens = not text[max(0, note.starts[position] - 2) : note.starts[position]].strip(" \n.;\t")
            if (
                label
                and opens
                and _are_initials(label["v"])
                and not lexicon().get(label["v"].lower(), 0) & Known.ORDINARY
            ):
                yield Span(label.start("v"), label.end("v"), "NAME", 0.7, self.key)

    @staticmethod
    def _among_small_letters(note: Note) -> Iterator[re.Match[str]]:
        for position in note.positions(("by",)):
            match = _BY.match(note.text, note.starts[position])
            if match and position and note.lowers[position - 1] in _VERBS:
                yield match
        for position in note.positions(("d", "dw", "discussed", "handover", "h")):
            match = _WITH.match(note.text, note.starts[position])
            if match:
                yield match
        for position in note.positions(_ROLES):
            if position:
                start = note.starts[position - 1]
                match = _BEFORE_ROLE.match(note.text, start)
                line = start == 0 or note.text[start - 1] == "\n"
                if match and (line or "/" in match.group()):
                    yield match


_FEW = 4


def _are_initials(text: str) -> bool:
    """Whether a part of it is no short form that notes use."""
    parts = text.lower().split("/")
    return any(part not in _NO_PERSON if len(parts) > 1 else part not in _short_forms() for part in parts)


# Kin words that are part of how somebody is called, and the newborn's name for its mother's.
_HONORIFIC = re.compile(
    r"(?:\b(?:Uncle|Aunt|Aunty|Auntie|Mama|Papa|Nana|Nanna|Nan|Tita|Tito|Ate|Kuya|Lola|Lolo|Baba|Amma|Granny)\s|\b(?:Baby|Infant|B/[Oo])\s(?:of\s)?)$"
)


def with_honorifics(note: Note, spans: list[Span]) -> Iterator[Span]:
    """ "Uncle Ravi", "Baby of Joy": what is part of the name by which somebody goes."""
    for span in spans:
        if span.type != "NAME":
            continue
        before = _HONORIFIC.search(note.text, max(0, span.start - 12), span.start)
        if before and bisect_left(note.starts, before.start()) < len(note.words):
            yield Span(before.start(), span.end, "NAME", span.score, span.recogniser, span.certain)
