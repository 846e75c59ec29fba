"""Names (A) that close, sign or stand behind a label, words among them: "Kind regards", "Stone, FRCS", "Author: Chambers"."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import is_initial
from app.deidentify.recognisers.people import (
    MAYBE,
    NAMED,
    ROLES,
    is_called,
    opens,
    with_last_name,
    with_others,
)
from app.deidentify.span import Span

_SIGNERS = re.compile(
    r"[,/]?[ ]{0,2}\(?(?:RNs?|SpRs?|ST\d|CT\d|FY\d|F\d|SHO|HCAs?|HCSW|SRNA|CRNA|LPN|CNA|EN|RMN|SN|MD|DO|PA(?:-C)?|NP|APRN|OT|PT|SLP|DPT|MBBS|MBChB"
    r"|FRCS|FRCP|MRCP|MRCS|PharmD|RPh|MSW|LCSW|physiotherapist|radiographer|pharmacist|dietitian|midwife|registrar|consultant|sonographer"
    r"|technician|phlebotomist|paramedic|psychologist|chaplain|student nurse|staff nurse)\b",
    re.IGNORECASE,
)
_CLOSE = re.compile(
    r"\n?[ \t]*(?:(?:kind |best |warm |many )?(?:regards|wishes|thanks)|thank you|thanks|sincerely|yours (?:sincerely|faithfully|truly)|signed)"
    r"[,.:]?\s{1,3}(?P<v>[A-Z][\w'’-]+(?: [A-Z][\w'’-]*\.?){0,2})[ \t]*(?=\n|$)",
    re.IGNORECASE,
)
_LAST_DASH = re.compile(r"(?:^|\n|[.!?] )[ ]?(?:[-–—~]|/) ?(?P<v>[A-Z][a-z][\w'’]{1,19}(?: [A-Z][\w'’]{1,19})?)\s*$")
_SIGNED = re.compile(
    r"\b(?:(?<=\n)cc(?= [A-Z])|signed|(?:entered|checked|written|verified|recorded|reported|dictated|transcribed|reviewed|noted|authored|electronically signed)(?: by)?"
    r"|author|sig|nurse|rn|surgeon(?: of record)?|assistant|attending|consultant|provider|therapist|pharmacist|witness|radiologist|scrubbed)"
    r"(?: by)?:? ?(?:student nurse |staff nurse )?",
    re.IGNORECASE,
)
_SMALL_CLOSE = re.compile(r"(?:thx|thanks|cheers|regards|ta),?\s{1,3}(?P<v>[a-z]{3,14})\s*$")
_CLOSING_WORDS = ("regards", "wishes", "thanks", "you", "sincerely", "faithfully", "truly", "signed")
_SIGNER_WORDS = wordset(
    "rn rns spr st4 st3 st5 st6 st7 st8 ct1 ct2 ct3 fy1 fy2 f1 f2 sho hca hcas hcsw srna crna lpn cna en rmn sn md do pa np aprn ot pt slp dpt mbbs mbchb"
    " frcs frcp mrcp mrcs pharmd rph msw lcsw physiotherapist radiographer pharmacist dietitian midwife registrar consultant sonographer technician"
    " phlebotomist paramedic psychologist chaplain student staff st1 st2 m"
)
_LABEL_WORDS = wordset("by nurse cc record")


def _closes(text: str, end: int) -> bool:
    """Whether a signature ends there: a line, the text, a time or date."""
    return bool(re.match(r"[).,]?\s*(?:$|\n|\d|[A-Z])", text[end : end + 8]))


def _is_labelled(note: Note, position: int) -> bool:
    start = note.starts[position]
    left = note.text[max(0, start - 46) : start]
    match = max(_SIGNED.finditer(left), key=lambda found: found.end(), default=None)
    if match is None or match.end() != len(left):
        return False
    return ":" in match.group() or match.group().rstrip().lower().endswith(("by", "nurse"))


def _may_sign(note: Note, position: int) -> bool:
    """A cheap look before the dear one: a label or "by" in front, a degree behind, or the last line."""
    lowers, gaps = note.lowers, note.gaps
    before = position - 1
    if before >= 0 and len(lowers[before]) == 1:
        before -= 1
    if before >= 0 and (lowers[before] in _LABEL_WORDS or ":" in gaps[before]):
        return True
    if position + 2 >= len(lowers):
        return True
    return lowers[position + 1] in _SIGNER_WORDS or lowers[position + 2] in _SIGNER_WORDS


def _signs_off(note: Note, position: int, degree: re.Match[str]) -> bool:
    """A name before a degree: capitals as degrees are written, or behind a comma, and nothing but a time behind."""
    comma = "," in degree.group()
    letters = degree.group().strip(" ,/(")
    if not comma and not letters[:2].isupper():
        return False
    return (is_called(note, position) or comma) and _closes(note.text, degree.end())


def _is_last_line(note: Note, position: int, last: int) -> bool:
    """A first and last name alone on the last line behind an empty one."""
    start = note.starts[position]
    alone = note.text[:start].endswith("\n\n") and not note.text[note.end(last) :].strip()
    return alone and last > position and bool(note.flags[position] & Known.FIRST)


def _is_role_line(note: Note, first: int) -> bool:
    return note.lowers[first] in ROLES or note.lowers[first] in (
        "dr",
        "consultant",
        "team",
        "the",
        "enc",
        "cc",
        "best",
        "kind",
        "with",
        "warm",
        "many",
        "thanks",
        "regards",
        "yours",
    )


class SigningNames:
    """Who closes, signs or is named by a label: "Kind regards,\\nHope", "Stone, FRCS", "Author: Chambers"."""

    key = "names-signed"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for match in self._closings(note):
            first = bisect_left(note.starts, match.start("v"))
            fits = first < len(note.words) and note.lowers[first] not in RUNNING and not _is_role_line(note, first)
            if fits and (not note.flags[first] & Known.ORDINARY or is_called(note, first)):
                yield Span(match.start("v"), match.end("v"), "NAME", 0.75, self.key)
        small = _SMALL_CLOSE.search(note.text, max(0, len(note.text) - 40))
        if small and not lexicon().get(small["v"], 0) & Known.ORDINARY:
            yield Span(small.start("v"), small.end("v"), "NAME", 0.65, self.key)
        for position in note.capitalised:
            flags = note.flags[position]
            if not flags & MAYBE or flags & Known.REGION or not _may_sign(note, position):
                continue
            if not note.words[position].istitle() and (note.mostly_upper or not flags & NAMED):
                continue
            first = position
            if position and is_initial(note, position - 1) and note.gap(position - 1) in (". ", " ", "."):
                first = position - 1
            last = with_last_name(note, position)
            opening, degree = opens(note, first), _SIGNERS.match(note.text, note.end(last))
            if degree and opening and _signs_off(note, position, degree):
                yield Span(note.starts[first], note.end(last), "NAME", 0.75, self.key)
            elif (is_called(note, position) or first < position) and (
                _is_labelled(note, first) or _is_last_line(note, position, last)
            ):
                yield Span(note.starts[first], note.end(last), "NAME", 0.75, self.key)
                yield from list(with_others(note, self.key, position))[1:]

    @staticmethod
    def _closings(note: Note) -> Iterator[re.Match[str]]:
        """ "Kind regards,\\nHope", and a last line that is but a dash and a name."""
        for position in note.positions(_CLOSING_WORDS):
            line = note.text.rfind("\n", max(0, note.starts[position] - 24), note.starts[position])
            match = _CLOSE.match(note.text, max(0, line))
            if match:
                yield match
        match = _LAST_DASH.search(note.text, max(0, len(note.text) - 60))
        if match:
            yield match
