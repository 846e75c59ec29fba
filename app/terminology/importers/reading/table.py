"""CSV and TSV release files with a header: columns by any of their names, quoting, width checked."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from app.terminology.importers.reading.source import ReleaseSource, refuse


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


class ReleaseTable:
    """The rows of one file as dictionaries with the column names the importer uses.

    `columns` maps each of these to the spellings a header may have; the ones in `required` must be there.
    """

    def __init__(
        self, source: ReleaseSource, name: str, columns: dict[str, tuple[str, ...]], required: set[str]
    ) -> None:
        self.source, self.name, self.columns, self.required = source, name, columns, required

    def rows(self) -> Iterator[tuple[str, dict[str, str]]]:
        """(`file:line`, row); a row of another width than the header is refused."""
        base = self.name.rsplit("/", 1)[-1]
        lines = self._lines()
        first = next(lines, "")
        reader = csv.reader(self._chain(first, lines), delimiter=_delimiter(first), strict=True)
        try:
            header = next(reader, [])
            places = self._places(header, f"{base}:1")
            for fields in reader:
                where = f"{base}:{self._number}"
                if len(fields) != len(header):
                    refuse(where, f"{len(fields)} columns instead of {len(header)}")
                yield where, {column: fields[at].strip() for column, at in places.items()}
        except csv.Error as error:
            refuse(f"{base}:{self._number}", f"broken quoting ({error})")

    def _lines(self) -> Iterator[str]:
        self._number = 0
        for number, line in self.source.lines(self.name):
            self._number = number
            yield line + "\n"

    @staticmethod
    def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
        yield first
        yield from rest

    def _places(self, header: list[str], where: str) -> dict[str, int]:
        bare = [_bare(name) for name in header]
        places = {}
        for column, spellings in self.columns.items():
            at = next((bare.index(_bare(s)) for s in spellings if _bare(s) in bare), None)
            if at is not None:
                places[column] = at
            elif column in self.required:
                refuse(where, f"no column {' or '.join(spellings)}")
        return places


def _delimiter(line: str) -> str:
    return max("\t,;|$", key=lambda d: (line.count(d), d == ","))
