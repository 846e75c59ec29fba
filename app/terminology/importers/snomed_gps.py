"""SNOMED GPS: the freely licensed set of concepts, a flat file without hierarchy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, is_date, refuse
from app.terminology.importers.reading.table import ReleaseTable
from app.terminology.rows import FULL_NAME, ConceptRow, ReleaseRow, TermRow

COLUMNS = {
    "code": ("id", "conceptid", "concept id", "referencedcomponentid", "sctid"),
    "active": ("active",),
    "fsn": ("fsn", "fully specified name", "term"),
    "preferred": ("us preferred term", "uspreferredterm", "preferred term", "pt"),
    "other": ("gb preferred term", "gbpreferredterm"),
}


class SnomedGps:
    """Global Patient Set."""

    key = "snomed-gps"
    title = "SNOMED GPS"
    licence = "CC BY 4.0, SNOMED International; downloaded and imported by the user"
    reads = "the tab-separated GPS file"

    def about(self, source: ReleaseSource) -> About:
        found = re.search(r"(\d{8})", " ".join(source.names))
        day = found.group(1) if found else ""
        iso = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        return About(day, iso if is_date(iso) else "")

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        name = source.one("*gps*.txt", "*gps*.tsv", "*gps*.csv")
        for where, row in ReleaseTable(source, name, COLUMNS, {"code", "fsn"}).rows():
            if not re.fullmatch(r"\d{6,18}", row["code"]):
                refuse(where, f"{row['code']!r} is not a SNOMED CT identifier")
            tagged = re.fullmatch(r"(.*) \(([^()]+)\)", row["fsn"])
            preferred = row.get("preferred") or (tagged.group(1) if tagged else row["fsn"])
            kind = tagged.group(2) if tagged else ""
            yield ConceptRow(row["code"], preferred, where, kind=kind, active=row.get("active", "1") != "0")
            yield TermRow(row["code"], row["fsn"], where, FULL_NAME)
            if row.get("other") and row["other"] != preferred:
                yield TermRow(row["code"], row["other"], where)
