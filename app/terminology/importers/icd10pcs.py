"""ICD-10-PCS: the order file of inpatient procedures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.terminology.importers.icd10cm import icd_release, order_lines
from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.rows import ConceptRow, ParentRow, ReleaseRow


class Icd10Pcs:
    """Procedures: seven characters, headers of three for the tables."""

    key = "icd10pcs"
    title = "ICD-10-PCS"
    licence = "public domain (CMS)"
    reads = "icd10pcs_order_*.txt"

    def about(self, source: ReleaseSource) -> About:
        return icd_release(" ".join(source.names))

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        source.encoding = "latin-1"
        name = source.one("icd10pcs*order*.txt", "icd10pcs*order*.gz")
        tables: set[str] = set()
        for where, code, billable, title in order_lines(source, name):
            if not re.fullmatch(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{2}([0-9A-HJ-NP-Z]{4})?", code):
                refuse(where, f"{code!r} is not an ICD-10-PCS code (the letters I and O are not used)")
            yield ConceptRow(code, title, where, kind="procedure" if len(code) == 7 else "table", billable=billable)
            if len(code) == 3:
                tables.add(code)
            elif code[:3] in tables:
                yield ParentRow(code, code[:3], where)
