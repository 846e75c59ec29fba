"""Tables: a column whose head says name, birth, record number, room … holds that in every row."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.note import Note
from app.deidentify.span import Span

KEY = "tables"
# What heads of columns mean; a head must be nothing but these words.
#: a place inside the hospital: a project says whether it stays
_WARD = "WARD"
_HEADS = (
    ("NAME", re.compile(r"(?:pt|patient|resident|client|full|last|first|sur|fore|given|family|mother'?s?|father'?s?|staff|provider)?\s?(?:names?|initials)"
                        r"|pt|patient|resident|client|name \(last, first\)|attending|surgeon|provider|physician|doctor|dr|rn|nurse|tech(?:nician)?|team"
                        r"|consultant|author|signed(?: by)?|by|pcp|gp|therapist|caregiver|contact|next of kin|nok|relative|collected by|entered by"
                        r"|ordered by|reviewer|initials|resident md|fellow|intern|registrar|midwife|operator")),
    ("DATE", re.compile(r"d\.?o\.?b\.?|date of birth|birth ?date|born|date|visit date|admit(?:ted)?(?: date)?|admission|adm|d/?c date|discharge(?:d)?(?: date)?"
                        r"|collected|received|seen|next appt|appointment|last visit|doa|dos")),
    ("MRN", re.compile(r"(?:mrn|uhid|urn|crn|medical record|mr#)|(?:mr|mrn|medical record|record|chart|hosp(?:ital)?|unit|uhid|pt|patient)"
                       r"\s?(?:no\.?|num(?:ber)?|#|id)")),
    ("ID", re.compile(r"(?:id|fin|csn|acct?|account|accession|ssn|nhs)|(?:id|fin|acct?|account|accession|acc|case|specimen|visit|encounter|order|ref"
                      r"|nhs|policy|member|insurance)\s?(?:no\.?|num(?:ber)?|#|id)")),
    (_WARD, re.compile(r"room|rm|bed|ward|bay|room/bed|bed no\.?|ward no\.?")),
    ("LOCATION", re.compile(r"loc(?:ation)?|address|street|city|town|zip(?: ?code)?|post ?code|county|hometown|residence")),
    ("PHONE", re.compile(r"phone|tel(?:ephone)?|mobile|cell|contact (?:no\.?|number)|phone (?:no\.?|number)|ext\.?|pager|fax")),
    ("ORGANIZATION", re.compile(r"hospital|facility|clinic|employer|school|pharmacy|insurer|referring (?:hospital|facility)|sending facility")),
)  # fmt: skip
_PERSON_WORD = re.compile(r"[^\W\d_][\w.'’ʻ-]*(?:[ ,./&-]{1,2}[^\W\d_][\w.'’ʻ-]*){0,5}")
_NO_VALUE = re.compile(r"(?:n/?a|none|nil|unknown|pending|tbd|self|yes|no|normal|[-–—.:=\s|]*)", re.IGNORECASE)
_RULE = re.compile(r"[\s|:+=-]+")
MIN_COLUMNS, MAX_HEAD = 3, 24


def table_cells(note: Note) -> Iterator[Span]:
    """The cells below telling heads, for tables by bar, tab, comma or semicolon."""
    if "\n" not in note.text:
        return
    heads: list[str | None] = []
    separator, offset = "", 0
    for line in note.text.split("\n"):
        mark = _separator(line)
        if not mark or (separator and mark != separator):
            heads, separator = [], ""
        if mark and not separator:
            heads = [_meaning(cell) for cell in line.split(mark)]
            heads = [("LOCATION" if note.wards else None) if head == _WARD else head for head in heads]
            separator = mark if sum(h is not None for h in heads) > 0 and _is_header(line, mark) else ""
        elif separator and not _RULE.fullmatch(line):
            yield from _row(line, offset, separator, heads)
        offset += len(line) + 1


def _separator(line: str) -> str:
    for mark in ("|", "\t", ";", ","):
        if line.count(mark) + 1 >= MIN_COLUMNS:
            return mark
    return ""


def _is_header(line: str, mark: str) -> bool:
    """Short cells without digits."""
    cells = [c.strip() for c in line.split(mark)]
    return (
        all(len(c) <= MAX_HEAD and not any(d.isdigit() for d in c) for c in cells)
        and sum(bool(c) for c in cells) >= MIN_COLUMNS
    )


def _meaning(cell: str) -> str | None:
    head = cell.strip().strip("*:").strip().lower()
    return next((kind for kind, pattern in _HEADS if pattern.fullmatch(head)), None) if head else None


def _row(line: str, offset: int, mark: str, heads: list[str | None]) -> Iterator[Span]:
    cells = line.split(mark)
    # A name written "Last, First" has split a comma table's row: then columns do not line up.
    if mark == "," and len(cells) != len(heads):
        return
    at = offset
    for number, cell in enumerate(cells):
        kind = heads[number] if number < len(heads) else None
        value = cell.strip().strip("*").strip()
        if kind and value and not _NO_VALUE.fullmatch(value) and _fits(kind, value):
            start = at + cell.index(value)
            yield Span(start, start + len(value), kind, 0.7, KEY)
        at += len(cell) + len(mark)


def _fits(kind: str, value: str) -> bool:
    digits = any(c.isdigit() for c in value)
    if kind == "NAME":
        return (
            not digits and len(value) < 60 and bool(_PERSON_WORD.fullmatch(value)) and any(c.isupper() for c in value)
        )
    if kind in ("MRN", "ID", "PHONE", "DATE"):
        return digits and len(value) < 40
    return len(value) < 80
