"""Which column of a table is what: by a header, by the person's word, or because one plainly holds prose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.core.errors import Problem
from app.intake.foreign.lines import is_code
from app.intake.prose import reads_like_prose
from app.intake.record import field_for, shown_column

_HEADER = "header"
# Columns of offsets beside a text: somebody's marks, a row each, and no notes.
_OFFSETS = ({"start", "end"}, {"begin", "end"}, {"start_offset", "end_offset"}, {"start_char", "end_char"})
_LABELS = {"label", "labels", "annotation", "annotations", "annotator", "rater", "annotation_id"}
_CODES = {"code", "codes", "icd", "icd10", "icd_code", "icd10_code", "snomed", "concept_id", "conceptid", "cui"}


@dataclass(frozen=True)
class Columns:
    """Names of the columns, where the data begins, and whether one of them holds ids."""

    names: list[str]
    first_row: int
    has_ids: bool


def find_columns(rows: list[list[str]], mapping: dict[str, str]) -> Columns | Problem:
    """From the first rows of a table; a problem about its header has a place, one about the whole has none."""
    header = [cell.strip() for cell in rows[0]]
    if any(field_for(cell) for cell in header) or any(column in header for column in mapping.values()):
        return _headed(header, rows[1:], mapping)
    width = max(len(row) for row in rows)
    if mapping:
        return _checked([str(position + 1) for position in range(width)], 0, mapping)
    return _by_prose(rows, width)


def _headed(header: list[str], rows: list[list[str]], mapping: dict[str, str]) -> Columns | Problem:
    twice = [name for name, times in Counter(map(_bare, header)).items() if times > 1 and name]
    if twice:
        shown = ", ".join(repr(shown_column(name)) for name in twice)
        return Problem("column-twice", _HEADER, f"more than one column is named {shown}")
    found = _checked(header, 1, mapping)
    if isinstance(found, Problem) or "text" in mapping:
        return found
    names = {_bare(name) for name in header}
    if any(pair <= names for pair in _OFFSETS) or names & _LABELS:
        return Problem(
            "annotations",
            _HEADER,
            "columns of labels or offsets beside the text: annotations are no notes (to load the text alone,"
            " name its column with --map)",
        )
    text = next(position for position, name in enumerate(header) if field_for(name) == "text")
    cells = [row[text] for row in rows if len(row) > text]
    if names & _CODES and len(cells) > 2 and not any(map(reads_like_prose, cells)):
        return _code_table(_HEADER)
    return found


def _bare(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _checked(names: list[str], first_row: int, mapping: dict[str, str]) -> Columns | Problem:
    """Columns of these names, unless one that was asked for is not there or none holds the text."""
    absent = [column for column in mapping.values() if column not in names]
    if absent:
        shown = ", ".join(repr(shown_column(column)) for column in absent)
        return Problem("column-missing", "", f"no column {shown}, which --map names")
    if "text" not in mapping:
        texts = [name for name in names if field_for(name) == "text"]
        if not texts:
            return Problem("column-missing", "", "no column for text; name it with --map")
        if len(texts) > 1 and "text" not in map(_bare, texts):
            shown = ", ".join(repr(shown_column(name)) for name in texts)
            return Problem("column-unclear", _HEADER, f"{shown} may each hold the text; name one with --map")
    has_ids = "id" in mapping or any(field_for(name) == "id" for name in names)
    return Columns(names, first_row, has_ids)


def _by_prose(rows: list[list[str]], width: int) -> Columns | Problem:
    """Without a header: the one column of prose is the text, and a first column of ids their ids."""
    if _is_header(rows):
        return Problem("column-missing", "", "no column for text in the header; name it with --map")
    columns = [[row[i] for row in rows if i < len(row) and row[i].strip()] for i in range(width)]
    prose = [i for i, cells in enumerate(columns) if cells and _share(cells, reads_like_prose) >= 0.7]
    longest = sorted(prose, key=lambda i: -_length(columns[i]))
    if not prose or (len(prose) > 1 and _length(columns[longest[0]]) < 3 * _length(columns[longest[1]])):
        if any(cells and _share(cells, is_code) >= 0.8 for cells in columns):
            return _code_table("")
        return Problem(
            "column-missing", "", "no header, and not one column that plainly holds prose; name it: --map text=NUMBER"
        )
    names = [str(position + 1) for position in range(width)]
    names[longest[0]] = "text"
    if longest[0] != 0 and len(set(columns[0])) == len(rows):
        names[0] = "id"
    return Columns(names, 0, "id" in names)


def _is_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns in words we do not know: short names, each once, no number, no text."""
    names = [cell.strip() for cell in rows[0]]
    named = names[1:] if names and not names[0] else names  # a table with row numbers leaves the first unnamed
    return (
        len(rows) > 1
        and len(set(named)) == len(named)
        and all(re.fullmatch(r"[^\W\d_][\w .()/-]{0,40}", name) and not is_code(name) for name in named)
        and not any(map(reads_like_prose, names))
        and {name.lower() for name in named}.isdisjoint(cell.strip().lower() for row in rows[1:] for cell in row)
        and (bool(re.search(r"_|[a-z][A-Z]", "".join(named))) or _differs(rows))
    )


def _differs(rows: list[list[str]]) -> bool:
    """Whether some column is numbers or prose below a first cell that is neither."""
    for position in range(len(rows[0])):
        cells = [row[position] for row in rows[1:] if position < len(row) and row[position].strip()]
        if cells and all(re.fullmatch(r"[\d.,:/-]+", cell.strip()) or reads_like_prose(cell) for cell in cells):
            return True
    return False


def _share(cells: list[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells)


def _length(cells: list[str]) -> float:
    return sum(map(len, cells)) / max(len(cells), 1)


def _code_table(where: str) -> Problem:
    return Problem("code-table", where, "a table of codes: codes are no notes; nothing of it was read")
