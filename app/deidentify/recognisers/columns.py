"""The cells under a header of a table: numbers under "MRN" or "Accession", ages under "Age" (C, H, R)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.note import Note
from app.deidentify.span import Span

_NAMES = words("id_columns")
_MARKS = ("\t", "|", ";", ",")
_FIGURE = re.compile(r"\d")
#: a header's line and its cells are no longer than this
MAX_LINE, MAX_CELL = 300, 24
_BLANKS = re.compile(r"[ ]{2,}")
_ID = re.compile(r"\s*\"?(?P<v>[A-Za-z]{0,5}[-/]?\d[\w/.-]{2,24})\"?\s*$")
_AGE = re.compile(r"\s*\"?(?P<v>9\d|1[0-2]\d)(?:\s?y\w*)?\"?\s*$", re.IGNORECASE)
_AGE_NAMES = frozenset(("age", "age (y)", "age (yrs)", "age (years)", "age/yrs", "age in years"))


class IdentifierColumns:
    key = "columns"
    types = ("ID", "AGE")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        if not _HEADER_WORDS & note.index.keys():
            return
        lines, place = note.text.split("\n"), 0
        asked: dict[int, tuple[str, re.Pattern[str]]] = {}
        mark = ""
        for line in lines:
            header = self._header(line)
            if header:
                mark, asked = header
            elif asked:
                cells = list(_cells(line, mark))
                if len(cells) <= max(asked):
                    asked = {}
                for column, (kind, pattern) in asked.items():
                    start, cell = cells[column]
                    if match := pattern.match(cell):
                        yield Span(
                            place + start + match.start("v"), place + start + match.end("v"), kind, 0.85, self.key
                        )
            place += len(line) + 1

    @staticmethod
    def _header(line: str) -> tuple[str, dict[int, tuple[str, re.Pattern[str]]]] | None:
        """The mark between columns and what is asked under which; None where a line is no header."""
        mark = next((m for m in _MARKS if m in line), "  " if "  " in line else "")
        if not mark or len(line) > MAX_LINE or _FIGURE.search(line):
            return None
        lower = line.lower()
        asked: dict[int, tuple[str, re.Pattern[str]]] = {}
        cells = [cell for _, cell in _cells(lower, mark)]
        if any(len(cell.strip()) > MAX_CELL for cell in cells):
            return None
        for column, cell in enumerate(cells):
            name = " ".join(cell.replace("_", " ").strip(" \"'#:.").split())
            if name in _NAMES:
                asked[column] = ("ID", _ID)
            elif name in _AGE_NAMES:
                asked[column] = ("AGE", _AGE)
        return (mark, asked) if asked else None


def _cells(line: str, mark: str) -> Iterator[tuple[int, str]]:
    """(offset, text) of each cell."""
    place = 0
    if mark == "  ":
        for gap in _BLANKS.finditer(line):
            yield place, line[place : gap.start()]
            place = gap.end()
        yield place, line[place:]
        return
    for cell in line.split(mark):
        yield place, cell
        place += len(cell) + len(mark)


_HEADER_WORDS = frozenset(word for name in (*_NAMES, *_AGE_NAMES) for word in re.findall(r"[a-z]+", name)) - {
    "no",
    "in",
    "y",
}
