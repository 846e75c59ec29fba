"""ICD-10-CM: the tabular XML (hierarchy, notes, 7th characters) and the order file, either or both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.core.numbers import is_digits
from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.xml import elements, root_tag
from app.terminology.rows import INCLUSION, ConceptRow, NoteRow, ParentRow, ReleaseRow, TermRow
from app.terminology.systems import code_key

_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_NOTES = {
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "note",
    "includes": "includes",
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"


class Icd10Cm:
    """US clinical modification of ICD-10. Files of CMS and NCHS, as published each October and April."""

    key = "icd10cm"
    title = "ICD-10-CM"
    licence = "public domain (CMS, NCHS)"
    reads = "icd10cm-tabular*.xml and/or icd10cm-order*.txt"

    def about(self, source: ReleaseSource) -> About:
        return icd_release(" ".join(source.names))

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        tabular = source.find("*tabular*.xml", "icd10c*.xml")
        order = source.find("*order*.txt", "*order*.txt.gz", "*order*.gz")
        listed = source.find("*code*list*.txt")
        if tabular:
            if root_tag(source, tabular[0]) != "ICD10CM.tabular":
                refuse(tabular[0], "not a tabular list: the document element is not ICD10CM.tabular")
            official = dict(_titles(source, order[0])) if order else None
            known = set(official or ()) or (_listed(source, listed[0]) if listed else None)
            yield from Tabular(source, tabular[0], known, official or {}).rows()
        elif order:
            yield from _order_rows(source, order[0])
        else:
            refuse(source.path.name, f"found none of {self.reads}")


def icd_release(names: str) -> About:
    """Release and validity from file names: `…-order-Jan-2021`, or `…_order_2026` (fiscal year)."""
    low = names.lower()
    dated = re.search(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-(?:\d{1,2}-)?(20\d\d)", low)
    if dated:
        month, year = _MONTHS.index(dated.group(1)) // 4 + 1, int(dated.group(2))
        return About(f"{year}-{month:02d}", f"{year}-{month:02d}-01", f"{year + (month >= 10)}-09-30")
    plain = re.search(r"(20\d\d)", low)
    if plain:
        year = int(plain.group(1))
        return About(f"{year - 1}-10", f"{year - 1}-10-01", f"{year}-09-30")
    return About()


# --- order file: fixed width, see domain.md I.1 ---


def order_lines(source: ReleaseSource, name: str) -> Iterator[tuple[str, str, bool, str]]:
    """(where, code without dot, billable, long description)."""
    previous = 0
    for number, line in source.lines(name):
        where = f"{name}:{number}"
        code, flag = line[6:14].strip(), line[14:15]
        if len(line) < 78 or not is_digits(line[:5]) or flag not in "01" or not code:
            refuse(where, "not an order file row (order, code, 0/1, short and long description in fixed columns)")
        if int(line[:5]) != previous + 1 and previous:
            refuse(where, f"order number {line[:5]} does not follow {previous:05d}: rows are missing")
        previous = int(line[:5])
        yield where, code, flag == "1", line[77:].strip()


def _titles(source: ReleaseSource, name: str) -> Iterator[tuple[str, str]]:
    source.encoding = "latin-1"
    for _, code, _, title in order_lines(source, name):
        yield code, title


def _order_rows(source: ReleaseSource, name: str) -> Iterator[ReleaseRow]:
    source.encoding = "latin-1"
    seen: set[str] = set()
    for where, code, billable, title in order_lines(source, name):
        if not re.fullmatch(r"[0-9A-Z]{3,7}", code):
            refuse(where, f"{code!r} is not an ICD-10 code")
        yield ConceptRow(code, title, where, kind="category" if len(code) == 3 else "code", billable=billable)
        parent = next((code[:n] for n in range(len(code) - 1, 2, -1) if code[:n] in seen), None)
        if parent:
            yield ParentRow(code, parent, where)
        seen.add(code)


def _listed(source: ReleaseSource, name: str) -> set[str]:
    return {line.split()[0].replace(".", "") for _, line in source.lines(name)}


# --- tabular list ---


class Tabular:
    """The tree of the tabular XML, with the codes that a 7th character makes."""

    def __init__(self, source: ReleaseSource, name: str, known: set[str] | None, titles: dict[str, str]) -> None:
        self.source, self.name, self.known, self.titles = source, name, known, titles
        self.where = name

    def rows(self) -> Iterator[ReleaseRow]:
        for chapter in elements(self.source, self.name, "chapter"):
            code = f"Chapter {(chapter.findtext('name') or '').strip()}"
            self.where = f"{self.name}: {code}"
            yield ConceptRow(code, _text(chapter.find("desc")), self.where, kind="chapter", billable=False)
            yield from self._notes(code, chapter)
            for section in chapter.findall("section"):
                yield from self._section(section, code)

    def _section(self, section: Element, chapter: str) -> Iterator[ReleaseRow]:
        code = section.get("id", "")
        code = code if "-" in code else f"{code}-{code}"
        self.where = f"{self.name}: {code}"
        yield ConceptRow(code, _text(section.find("desc")), self.where, kind="section", billable=False)
        yield ParentRow(code, chapter, self.where)
        yield from self._notes(code, section)
        for diag in section.findall("diag"):
            yield from self._diag(diag, code, {})

    def _diag(self, diag: Element, parent: str, seventh: dict[str, str]) -> Iterator[ReleaseRow]:
        code = _text(diag.find("name"))
        key = code_key(code)
        self.where = f"{self.name}: {code}"
        if not _CODE.fullmatch(key):
            refuse(self.where, f"{code!r} is not an ICD-10 code")
        title = self.titles.get(key) or _text(diag.find("desc"))
        seventh = _extensions(diag) or seventh
        children = diag.findall("diag")
        extended = [] if children or len(key) > 6 else self._extended(key, seventh)
        kind = "category" if len(key) == 3 else "code"
        yield ConceptRow(code, title, self.where, kind=kind, billable=not children and not extended)
        yield ParentRow(code, parent, self.where)
        yield from self._notes(code, diag)
        for child in children:
            yield from self._diag(child, code, seventh)
        for made, char in extended:
            yield ConceptRow(made, self.titles.get(made) or f"{title}, {seventh[char]}", self.where, kind="code")
            yield ParentRow(made, code, self.where)

    def _extended(self, key: str, seventh: dict[str, str]) -> list[tuple[str, str]]:
        made = [(key.ljust(6, "X") + char, char) for char in seventh]
        return made if self.known is None else [(code, char) for code, char in made if code in self.known]

    def _notes(self, code: str, element: Element) -> Iterator[ReleaseRow]:
        for container in element:
            for note in container.findall("note"):
                text = _text(note)
                if not text:
                    continue
                if container.tag in _NOTES:
                    yield NoteRow(code, _NOTES[container.tag], text, self.where)
                if container.tag == "inclusionTerm" or (container.tag == "includes" and _is_term(text)):
                    yield TermRow(code, text, self.where, INCLUSION)
        for char, text in _extensions(element).items():
            yield NoteRow(code, "seven_chr", f"{char}={text}", self.where)


def _extensions(element: Element) -> dict[str, str]:
    """7th characters defined at this element; a continuation line without `char` is left out."""
    found = {}
    for extension in element.findall("sevenChrDef/extension"):
        if extension.get("char"):
            found[extension.get("char", "")] = _text(extension)
    return found


def _is_term(text: str) -> bool:
    """Whether an Includes note is a wording of the condition, not an instruction about a range."""
    return len(text) < 80 and not re.search(r"[A-Z]\d\d|conditions|classifiable|listed in|following", text)


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
