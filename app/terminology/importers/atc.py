"""ATC: a CSV with code and name, levels and parents by the length of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.table import ReleaseTable
from app.terminology.rows import ConceptRow, NoteRow, ParentRow, ReleaseRow

COLUMNS = {
    "code": ("atc code", "atc_code", "code", "atccode"),
    "name": ("atc name", "atc_name", "name", "level name", "atc level name"),
    "ddd": ("ddd",),
    "unit": ("uom", "unit"),
    "route": ("adm_r", "adm.r", "route"),
}
_PARENT = {3: 1, 4: 3, 5: 4, 7: 5}
_LEVELS = {
    1: "anatomical group",
    3: "therapeutic group",
    4: "pharmacological group",
    5: "chemical group",
    7: "substance",
}


class Atc:
    """Anatomical Therapeutic Chemical classification, with defined daily doses where the file has them."""

    key = "atc"
    title = "ATC"
    licence = "WHO Collaborating Centre for Drug Statistics Methodology; never shipped"
    reads = "one .csv with the columns ATC code and ATC name"

    def about(self, source: ReleaseSource) -> About:
        year = re.search(r"(20\d\d)", " ".join([source.path.name, *source.names]))
        return About(year.group(1) if year else "")

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        name = source.one("*.csv", "*.tsv", "*.txt")
        seen: dict[str, str] = {}
        for where, row in ReleaseTable(source, name, COLUMNS, {"code", "name"}).rows():
            code = row["code"].upper()
            if not re.fullmatch(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", code):
                refuse(where, f"{row['code']!r} is not an ATC code")
            if code not in seen:
                seen[code] = row["name"]
                yield ConceptRow(code, row["name"], where, kind=_LEVELS[len(code)], billable=len(code) == 7)
                if len(code) > 1:
                    yield ParentRow(code, code[: _PARENT[len(code)]], where)
            elif seen[code] != row["name"]:
                refuse(where, f"code {code} is there twice with different names")
            # A substance has one row for each route it is dosed by.
            if row.get("ddd"):
                yield NoteRow(code, "ddd", f"{row['ddd']} {row.get('unit', '')} {row.get('route', '')}".strip(), where)
