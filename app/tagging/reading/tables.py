"""Tables of a note, read by their header cells: which column holds the drug, its reaction, what it is for."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.tagging.reading.tokens import Tokens

_CELL = re.compile(r"[|\t]")
_ROLES = {
    "drug": (
        *("home medication", "home medications", "current medication", "current medications", "regular medication"),
        *("medication", "medications", "medicine", "medicines", "drug", "drugs", "drug name", "name of drug", "agent"),
        *("medication name", "generic name", "brand", "item", "substance", "causative agent", "suspect drug", "name"),
    ),
    "allergen": ("allergen", "allergens", "allergy", "allergies", "allergic to", "sensitivity", "intolerance"),
    "reaction": (
        *("reaction", "reactions", "adverse reaction", "adverse effect", "effect", "manifestation", "side effect"),
        *("side effects", "reaction type", "what happened", "nature of reaction", "adverse event", "adr", "symptoms"),
    ),
    "indication": (
        *("indication", "indications", "for", "reason", "why", "what for", "used for", "condition", "purpose"),
        *("indicated for", "reason for use", "problem", "reason for taking"),
    ),
}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}
_OTHER = frozenset(
    {"dose", "route", "freq", "frequency", "date", "severity", "strength", "status", "duration", "started", "stopped",
     "comments", "comment", "form", "qty", "sig", "directions", "changes", "year", "source", "notes", "instructions",
     "start", "end", "last taken", "action", "#", "no", "plan", "given", "last dose", "stop", "am", "pm", "onset"}
)  # fmt: skip


class TableRow(NamedTuple):
    """Role → the tokens [first, last) of its cell."""

    cells: dict[str, tuple[int, int]]
    is_allergy: bool
    whole: tuple[int, int]

    def holds(self, token: int) -> bool:
        """Does the token stand anywhere in the row?"""
        return self.whole[0] <= token < self.whole[1]


def find_rows(tokens: Tokens) -> list[TableRow]:
    """The rows below headers that name a drug and something said of it; none in a text without such a header."""
    text = tokens.text
    if "|" not in text and "\t" not in text:
        return []
    found: list[TableRow] = []
    roles: list[str] = []
    start = 0
    for line in text.split("\n"):
        cells = _cells(line, start)
        start += len(line) + 1
        if len(cells) < 2:
            roles = []
            continue
        named = _roles(text, cells)
        if named:
            roles = named
        elif roles:
            row = {role: tokens.covering(*cell) for role, cell in zip(roles, cells, strict=False) if role}
            whole = tokens.covering(cells[0][0], cells[-1][1])
            found.append(_row({role: pair for role, pair in row.items() if pair[0] < pair[1]}, whole))
    return found


def _row(cells: dict[str, tuple[int, int]], whole: tuple[int, int]) -> TableRow:
    is_allergy = "allergen" in cells or ("reaction" in cells and "indication" not in cells)
    if "allergen" in cells:
        cells = {**cells, "drug": cells["allergen"]}
    return TableRow(cells, is_allergy, whole)


def _cells(line: str, start: int) -> list[tuple[int, int]]:
    """Offsets of the cells; an outer frame of bars is none."""
    body = line.strip(" \r")
    begin = start + line.index(body) if body else start
    if body.startswith("|"):
        body, begin = body[1:], begin + 1
    body = body.removesuffix("|")
    cells, at = [], begin
    for cell in _CELL.split(body):
        cells.append((at, at + len(cell)))
        at += len(cell) + 1
    return cells


def _roles(text: str, cells: list[tuple[int, int]]) -> list[str]:
    """A role or "" for each cell of a header line; empty where it is none."""
    names = [text[start:end].strip(" *_:.#").lower() for start, end in cells]
    roles = [_ROLE_OF.get(name, "") for name in names]
    told = [role for role in roles if role]
    known = len(told) + sum(name in _OTHER for name in names)
    has_drug = "drug" in told or "allergen" in told
    return roles if has_drug and known >= 2 and known >= len([name for name in names if name]) - 1 else []
