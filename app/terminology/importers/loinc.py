"""LOINC: the table file `Loinc.csv` of a release."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.table import ReleaseTable
from app.terminology.rows import FULL_NAME, ConceptRow, NoteRow, ReleaseRow, TermRow

COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("LOINC_NUM",),
    "component": ("COMPONENT",),
    "property": ("PROPERTY",),
    "time": ("TIME_ASPCT",),
    "system": ("SYSTEM",),
    "scale": ("SCALE_TYP",),
    "method": ("METHOD_TYP",),
    "class": ("CLASS",),
    "status": ("STATUS",),
    "short": ("SHORTNAME",),
    "long": ("LONG_COMMON_NAME",),
    "consumer": ("CONSUMER_NAME",),
    "related": ("RELATEDNAMES2",),
    "definition": ("DefinitionDescription",),
}


class Loinc:
    """Laboratory and clinical observations."""

    key = "loinc"
    title = "LOINC"
    licence = "LOINC licence (free, to be accepted by who imports it); never shipped"
    reads = "Loinc.csv (alone, or the release zip)"

    def about(self, source: ReleaseSource) -> About:
        found = re.search(r"(\d+\.\d+)", source.path.name)
        return About(found.group(1) if found else "")

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        required = {"code", "component", "status", "long"}
        for where, row in ReleaseTable(source, source.one("loinc.csv"), COLUMNS, required).rows():
            code = row["code"]
            if not re.fullmatch(r"\d{1,7}-\d", code):
                refuse(where, f"{code!r} is not a LOINC number")
            active = row["status"].upper() in ("ACTIVE", "TRIAL")
            yield ConceptRow(code, row["long"] or row["component"], where, kind=row.get("class", ""), active=active)
            parts = [row.get(p, "") for p in ("component", "property", "time", "system", "scale", "method")]
            yield TermRow(code, ":".join(p for p in parts if p), where, FULL_NAME)
            others = [row.get("short", ""), row.get("consumer", ""), *row.get("related", "").split(";")]
            for text in dict.fromkeys(t.strip() for t in others):
                if text and text != row["long"]:
                    yield TermRow(code, text, where)
            if row.get("definition"):
                yield NoteRow(code, "definition", row["definition"], where)
