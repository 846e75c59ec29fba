"""A system of one's own: CSV or TSV with code and term, and what else there is."""

from __future__ import annotations

from collections.abc import Iterator

from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.table import ReleaseTable
from app.terminology.rows import ConceptRow, NoteRow, ParentRow, ReleaseRow, ReplacementRow, TermRow

COLUMNS = {
    "code": ("code", "id", "concept id", "concept code"),
    "term": ("term", "display", "preferred", "preferred term", "name", "description", "label", "title"),
    "synonyms": ("synonyms", "synonym", "alternative", "alt labels"),
    "parent": ("parent", "parent code", "parents", "broader"),
    "kind": ("kind", "semantic type", "type", "category"),
    "active": ("active", "status"),
    "billable": ("billable", "selectable"),
    "replaced_by": ("replaced by", "replacement"),
    "language": ("language", "lang"),
    "definition": ("definition",),
    "valid_from": ("valid from", "start date"),
    "valid_to": ("valid to", "end date"),
}
_NO = {"0", "no", "false", "n", "inactive", "retired", "deprecated"}


class Own:
    """Codes of a project or site: one row a code, further terms in `synonyms`, apart by |."""

    key = "own"
    title = "A system of one's own"
    licence = "whatever the file's owner says"
    reads = "one .csv or .tsv with the columns code and term (also synonyms, parent, kind, active, replaced by …)"

    def about(self, source: ReleaseSource) -> About:
        return About()

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        name = source.one("*.csv", "*.tsv", "*.txt", "*.csv.gz", "*.tsv.gz")
        for where, row in ReleaseTable(source, name, COLUMNS, {"code", "term"}).rows():
            yield from _row(where, row)


def _row(where: str, row: dict[str, str]) -> Iterator[ReleaseRow]:
    code = row["code"]
    if not code or not row["term"]:
        refuse(where, "a row without code or term")
    yield ConceptRow(
        code,
        row["term"],
        where,
        kind=row.get("kind", ""),
        billable=row.get("billable", "").lower() not in _NO,
        active=row.get("active", "").lower() not in _NO,
        valid_from=row.get("valid_from", ""),
        valid_to=row.get("valid_to", ""),
    )
    for synonym in filter(None, (s.strip() for s in row.get("synonyms", "").split("|"))):
        yield TermRow(code, synonym, where, language=row.get("language") or "")
    for parent in filter(None, (p.strip() for p in row.get("parent", "").split("|"))):
        yield ParentRow(code, parent, where)
    if row.get("definition"):
        yield NoteRow(code, "definition", row["definition"], where)
    if row.get("replaced_by"):
        yield ReplacementRow(code, row["replaced_by"], where)
