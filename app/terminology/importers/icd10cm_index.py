"""The ICD-10-CM Alphabetic Index: main terms and subterms with the code each leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.core.numbers import is_digits
from app.terminology.importers.icd10cm import icd_release
from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.xml import elements, root_tag
from app.terminology.rows import INDEX, ConceptRow, NoteRow, ReleaseRow, TermRow


class Icd10CmIndex:
    """Each code of the index becomes a concept whose terms are the index paths that lead to it."""

    key = "icd10cm-index"
    title = "ICD-10-CM Alphabetic Index"
    licence = "public domain (CMS, NCHS)"
    reads = "icd10cm-index*.xml (also -eindex-, -neoplasm- and -drug-)"

    def about(self, source: ReleaseSource) -> About:
        return icd_release(" ".join(source.names))

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        names = source.find("icd10cm*index*.xml", "icd10cm*neoplasm*.xml", "icd10cm*drug*.xml")
        if not names:
            refuse(source.path.name, f"found none of {self.reads}")
        seen: set[str] = set()
        for name in names:
            if root_tag(source, name) != "ICD10CM.index":
                refuse(name, "not an index file: the document element is not ICD10CM.index")
            for main in elements(source, name, "mainTerm"):
                yield from _entries(main, (), name, seen)


def _entries(element: Element, path: tuple[str, ...], name: str, seen: set[str]) -> Iterator[ReleaseRow]:
    title = " ".join("".join(t.itertext()) for t in element.findall("title"))
    path = (*path, " ".join(title.split()))
    where = f"{name}: {' > '.join(path)}"
    for column, code in _codes(element):
        wording = ", ".join([*path, column] if column else path)
        if code not in seen:
            seen.add(code)
            yield ConceptRow(code, wording, where, kind="index entry")
        else:
            yield TermRow(code, wording, where, INDEX)
        for tag in ("see", "seeAlso"):
            for other in element.findall(tag):
                yield NoteRow(code, tag, "".join(other.itertext()).strip(), where)
    for term in element.findall("term"):
        yield from _entries(term, path, name, seen)


# Columns of the Neoplasm Table and of the Table of Drugs, by number.
_COLUMNS = {
    "neoplasm": (
        "",
        "",
        "malignant primary",
        "malignant secondary",
        "in situ",
        "benign",
        "uncertain",
        "unspecified",
    ),
    "drug": (
        "",
        "",
        "poisoning accidental",
        "poisoning self-harm",
        "poisoning assault",
        "poisoning undetermined",
        "adverse effect",
        "underdosing",
    ),
}


def _codes(element: Element) -> Iterator[tuple[str, str]]:
    """(column, code) of an entry: one code in the index, one a column in the tables."""
    code = _clean(element.findtext("code") or "")
    if code:
        yield "", code
    cells = element.findall("cell")
    kind = "drug" if any((c.text or "").startswith("T") for c in cells) else "neoplasm"
    for cell in cells:
        col, code = cell.get("col", "0"), _clean(cell.text or "")
        column = int(col) if is_digits(col) and len(col) < 3 else -1
        if code and 0 <= column < len(_COLUMNS[kind]):
            yield _COLUMNS[kind][column], code


def _clean(text: str) -> str:
    """`E11.-` leads to a header: the dash is not part of the code."""
    found = re.match(r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?", text.strip())
    return found.group(0) if found else ""
