"""MedDRA in ASCII: `$`-delimited files of SOC, HLGT, HLT, PT, LLT and the SMQs."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.numbers import is_digits
from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.rows import LOWER, ConceptRow, MemberRow, ParentRow, ReleaseRow, ReplacementRow, TermRow

# Level → (file, kind); the code is the first column and the name the second.
_LEVELS = {"soc.asc": "SOC", "hlgt.asc": "HLGT", "hlt.asc": "HLT", "pt.asc": "PT"}
_LINKS = ("soc_hlgt.asc", "hlgt_hlt.asc", "hlt_pt.asc")  # parent$child$
_MINIMUM = {"llt.asc": 10, "pt.asc": 4, "smq_content.asc": 4}


class MedDra:
    """Adverse events: lowest level terms under preferred terms, grouped up to system organ classes."""

    key = "meddra"
    title = "MedDRA"
    licence = "MSSO subscription; never shipped"
    reads = "the MedAscii folder (soc, hlgt, hlt, pt, llt, soc_hlgt, hlgt_hlt, hlt_pt; smq_list, smq_content)"

    def about(self, source: ReleaseSource) -> About:
        for name in source.find("meddra_release.asc"):
            for _, fields in source.records(name, "$"):
                return About(fields[0] if fields else "")
        return About()

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        pts = set()
        for file, kind in _LEVELS.items():
            for where, row in self._read(source, file):
                if kind == "PT":
                    pts.add(row[0])
                yield ConceptRow(row[0], row[1], where, kind=kind, billable=kind == "PT")
        yield from self._lowest(source, pts)
        for file in _LINKS:
            for where, row in self._read(source, file):
                yield ParentRow(row[1], row[0], where)
        yield from self._queries(source)

    def _lowest(self, source: ReleaseSource, pts: set[str]) -> Iterator[ReleaseRow]:
        """LLTs. The one that repeats its PT has the PT's code and adds nothing."""
        for where, row in self._read(source, "llt.asc"):
            if row[0] in pts:
                continue
            yield ConceptRow(row[0], row[1], where, kind="LLT", active=row[9] != "N")
            yield ParentRow(row[0], row[2], where)
            if row[9] != "N":
                yield TermRow(row[2], row[1], where, LOWER)
            else:
                yield ReplacementRow(row[0], row[2], where, "not current: its preferred term")

    def _queries(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        """Standardised MedDRA Queries as value sets; narrow and broad scope is kept with each member."""
        if not source.find("smq_list.asc"):
            return
        names = {row[0]: row[1] for _, row in self._read(source, "smq_list.asc")}
        for where, row in self._read(source, "smq_content.asc"):
            if row[0] not in names:
                refuse(where, f"SMQ {row[0]} is not in smq_list.asc")
            if row[2] == "0":
                continue  # a sub-query, listed under its own code as well
            scope = {"1": "broad", "2": "narrow"}.get(row[3], row[3])
            yield MemberRow(
                row[1],
                names[row[0]],
                where,
                f"scope {scope}, status {row[6] if len(row) > 6 else ''}".strip(),
            )

    def _read(self, source: ReleaseSource, file: str) -> Iterator[tuple[str, list[str]]]:
        name = source.one(file)
        columns = None
        for where, fields in source.records(name, "$"):
            columns = columns or len(fields)
            if len(fields) != columns or len(fields) < _MINIMUM.get(file, 3):
                refuse(where, f"{len(fields)} columns, too few or other than in the first row ({columns})")
            if not is_digits(fields[0]):
                refuse(where, f"{fields[0]!r} is not a MedDRA code")
            yield where, fields
