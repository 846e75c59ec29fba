"""ICD-10 (WHO) and national editions in ClaML: classes, rubrics, super-classes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource, refuse
from app.terminology.importers.reading.xml import elements, root_tag
from app.terminology.rows import INCLUSION, SYNONYM, ConceptRow, NoteRow, ParentRow, ReleaseRow, TermRow

_TERMS = {"inclusion": INCLUSION, "preferredLong": SYNONYM, "synonym": SYNONYM}
_NOTES = {
    "exclusion": "excludes1",
    "coding-hint": "note",
    "note": "note",
    "text": "note",
    "definition": "definition",
}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Icd10Who:
    """The international ICD-10. Its exclusions read like Excludes1: the condition is classified elsewhere."""

    key = "icd10"
    title = "ICD-10 (WHO)"
    licence = "WHO licence; never shipped"
    reads = "one ClaML .xml"

    def about(self, source: ReleaseSource) -> About:
        for title in elements(source, self._file(source), "Title"):
            return About(title.get("version", ""), title.get("date", ""))
        return About()

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        name = self._file(source)
        if root_tag(source, name) != "ClaML":
            refuse(name, "not ClaML: the document element is not ClaML")
        # The modifiers' subdivisions are given as classes of their own in WHO's files.
        for element in elements(source, name, "Class"):
            yield from _class(element, name)

    @staticmethod
    def _file(source: ReleaseSource) -> str:
        return source.one("*.xml")


def _class(element: Element, name: str) -> Iterator[ReleaseRow]:
    code, kind = element.get("code", ""), element.get("kind", "")
    where = f"{name}: {code}"
    if not code:
        refuse(where, "a Class without code")
    labels = [(r.get("kind", ""), _label(r), _language(r)) for r in element.findall("Rubric")]
    preferred = next((text for rubric, text, _ in labels if rubric == "preferred"), "")
    if not preferred:
        refuse(where, "a Class without preferred rubric")
    leaf = not element.findall("SubClass") and kind == "category"
    yield ConceptRow(code, preferred, where, kind=kind, billable=leaf)
    for parent in element.findall("SuperClass"):
        yield ParentRow(code, parent.get("code", ""), where)
    for rubric, text, language in labels:
        if rubric in _TERMS and text:
            yield TermRow(code, text, where, _TERMS[rubric], language)
        elif rubric in _NOTES and text:
            yield NoteRow(code, _NOTES[rubric], text, where)


def _label(rubric: Element) -> str:
    label = rubric.find("Label")
    return " ".join("".join(label.itertext()).split()) if label is not None else ""


def _language(rubric: Element) -> str:
    label = rubric.find("Label")
    return (label.get(_XML_LANG) or "en") if label is not None else "en"
