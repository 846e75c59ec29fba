"""WHODrug-shaped files: drug record number, two sequence numbers, name, ingredients, ATC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.numbers import is_digits
from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.table import ReleaseTable
from app.terminology.rows import ConceptRow, MappingRow, ParentRow, ReleaseRow, TermRow

COLUMNS = {
    "record": ("drug record number", "drecno", "drug_record_number", "drugrecno"),
    "seq1": ("sequence number 1", "seq1", "sequence_number_1", "seqnum1"),
    "seq2": ("sequence number 2", "seq2", "sequence_number_2", "seqnum2"),
    "name": ("drug name", "drug_name", "drugname", "name", "trade name"),
    "generic": ("generic", "generic name", "preferred name", "preferredname"),
    "ingredients": ("ingredients", "substances", "ingredient"),
    "atc": ("atc code", "atc", "atc_code"),
    "old": ("old form", "retired", "oldform"),
}


class WhoDrug:
    """Medicinal products as `RRRRRR.SS.QQQ`; 01.001 is the preferred name of a record."""

    key = "whodrug"
    title = "WHODrug"
    licence = "Uppsala Monitoring Centre subscription; never shipped"
    reads = "one .csv or .txt with drug record number, sequence numbers 1 and 2 and drug name in a header"

    def about(self, source: ReleaseSource) -> About:
        named = " ".join([source.path.name, *source.names])
        found = re.search(r"(20\d\d)[ _-]?(mar|sep|march|september|q[1-4]|\d\d)?", named, re.I)
        return About(found.group(0) if found else "")

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        name = source.one("*.csv", "*.txt", "*.tsv")
        for where, row in ReleaseTable(source, name, COLUMNS, {"record", "seq1", "seq2", "name"}).rows():
            if not all(is_digits(row[p]) for p in ("record", "seq1", "seq2")):
                refuse(where, "record and sequence numbers must be digits")
            record, seq1, seq2 = row["record"].zfill(6), row["seq1"].zfill(2), row["seq2"].zfill(3)
            code = f"{record}.{seq1}.{seq2}"
            preferred = (seq1, seq2) == ("01", "001")
            kind = "preferred name" if preferred else "salt or form" if seq2 == "001" else "trade name"
            yield ConceptRow(code, row["name"], where, kind=kind, active=row.get("old", "").upper() not in ("Y", "1"))
            if not preferred:
                above = f"{record}.{seq1}.001" if seq2 != "001" else f"{record}.01.001"
                yield ParentRow(code, above, where)
            for text in dict.fromkeys((row.get("generic", ""), row.get("ingredients", ""))):
                if text and text.lower() != row["name"].lower():
                    yield TermRow(code, text.replace(";", " / "), where)
            for atc in filter(None, (a.strip() for a in re.split(r"[;,| ]", row.get("atc", "")))):
                yield MappingRow(code, "atc", atc, where, advice="ATC assigned in WHODrug")
