"""What an importer yields, whatever the format: concepts, terms, parents, notes, maps, members."""

from __future__ import annotations

from typing import NamedTuple

# Kinds of term, best first: the number is stored with each term and used in ranking.
PREFERRED, FULL_NAME, SYNONYM, INCLUSION, INDEX, LOWER = range(6)
TERM_KINDS = ("preferred", "full_name", "synonym", "inclusion", "index", "lower")


class ConceptRow(NamedTuple):
    """A code. `where` names the file and line it came from, for messages."""

    code: str
    preferred: str
    where: str
    kind: str = ""
    billable: bool = True
    active: bool = True
    valid_from: str = ""
    valid_to: str = ""


class TermRow(NamedTuple):
    """A further wording of a code."""

    code: str
    text: str
    where: str
    kind: int = SYNONYM
    language: str = "en"


class ParentRow(NamedTuple):
    """`code` is a kind of `parent`."""

    code: str
    parent: str
    where: str


class NoteRow(NamedTuple):
    """An instruction at a code: excludes1, code_first, seven_chr (`A=initial encounter`), definition …"""

    code: str
    kind: str
    text: str
    where: str


class MappingRow(NamedTuple):
    """A proposal to another system, with the rule under which it holds."""

    code: str
    target_system: str
    target: str
    where: str
    group: int = 1
    priority: int = 1
    rule: str = "TRUE"
    advice: str = ""


class MemberRow(NamedTuple):
    """A code belongs to a named set (value set, SMQ)."""

    code: str
    value_set: str
    where: str
    detail: str = ""


class ReplacementRow(NamedTuple):
    """An inactive code and what stands for it now."""

    code: str
    replaced_by: str
    where: str
    reason: str = ""


ReleaseRow = ConceptRow | TermRow | ParentRow | NoteRow | MappingRow | MemberRow | ReplacementRow
