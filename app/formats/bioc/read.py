"""BioC XML, read: passages at their offsets, annotations with locations, relations between nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.core.errors import Invalid, Problem
from app.core.markup import xml_events
from app.core.numbers import whole
from app.formats.files import InputFiles, first_line
from app.formats.model import Elements, ExchangeDocument
from app.formats.record import RECORD, FoundSpans, restored

_BEGIN = re.compile(r"\s*(<\?xml|<!DOCTYPE|<collection)")
_WIDEST_GAP = 1_000_000
_LABELS = ("type", "semtype")


class BioCReader:
    """One collection; documents one by one. Text between passages that the file leaves out is a line break."""

    title = "BioC XML"

    def knows(self, files: InputFiles) -> bool:
        return bool(_BEGIN.match(first_line(files)))

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        root: Element | None = None
        with files.open(files.name) as raw:
            for event, element in xml_events(raw, files.name):
                root = element if root is None else root
                if event == "end" and element.tag == "document":
                    yield bioc_document(element, files.name)
                    root.clear()  # what was read is not kept


def bioc_document(element: Element, name: str) -> ExchangeDocument:
    """A document from its element. Raises Invalid for an offset that cannot be right."""
    return _BioCDocument(element, name).exchanged()


class _BioCDocument:
    """One document as it is built: annotations are placed by passage, for offsets may leave gaps."""

    def __init__(self, element: Element, name: str) -> None:
        self.name = name
        self.id = element.findtext("id", "").strip()
        self.text = ""
        self.elements: Elements = {}
        self.problems: list[Problem] = []
        self.keys: dict[str, str] = {}  # id of an annotation, which may repeat → the last element's
        self.relation_ids: dict[str, str] = {}
        self.record = next((i.text for i in element.findall("infon") if i.get("key") == RECORD), None)
        for passage in element.iter("passage"):
            pieces = [passage] if passage.find("text") is not None else list(passage.iter("sentence"))
            for piece in pieces:
                self._piece(piece)
            for annotation in passage.findall("annotation") if pieces != [passage] else ():
                self._annotation(annotation, 0)
        for number, relation in enumerate(element.iter("relation")):
            self._relation(f"R{number}", relation)

    def exchanged(self) -> ExchangeDocument:
        base = ExchangeDocument(self.id, self.text, self.elements, file=self.name, problems=self.problems)
        return base if self.record is None else restored(self.record, self._by_own_ids(), base)

    def _by_own_ids(self) -> FoundSpans:
        """Spans and relations by the numbers that our writer gave them."""
        found = FoundSpans()
        own = {key: name for name, key in self.keys.items()}
        for key, body in self.elements.items():
            if body["kind"] == "entity":
                found.spans[own.get(key, key)] = body
            else:
                ends = {end: own.get(body[end], body[end]) for end in ("head", "tail")}
                found.relations[self.relation_ids[key] or key] = body | ends
        return found

    def _piece(self, piece: Element) -> None:
        """Append one text where its annotations say it begins.

        One well-known corpus counts XML escapes in the offsets of passages but not in those of annotations, so the
        declared offset is believed only when more mentions show there than right behind the text before.
        """
        said, text, before = self._offset(piece), piece.findtext("text", ""), self.text
        annotations = list(piece.iter("annotation"))
        close = len(before) + 1 if before else 0
        origin = max((said, close), key=lambda at: sum(_shows(text, one, -at) for one in annotations))
        base = max(len(before), origin)
        self.text = before + "\n" * (base - len(before)) + text
        for annotation in annotations:
            self._annotation(annotation, base - origin)

    def _offset(self, piece: Element) -> int:
        """Where a passage says it begins; a gap wider than any file leaves is damage, not a gap."""
        try:
            said = whole(piece.findtext("offset", "0").strip())
        except ValueError:
            said = -1
        if not 0 <= said <= len(self.text) + _WIDEST_GAP:
            raise Invalid("bad-bioc", f"{self.name}: document {self.id}: an offset of a passage cannot be right")
        return said

    def _annotation(self, annotation: Element, shift: int) -> None:
        if not _shows(self.text, annotation, shift):
            place = f"document {self.id} annotation {annotation.get('id', '')}"
            self.problems.append(Problem("bad_offsets", place, "no location that shows the mention"))
            return
        said = {(i.get("key") or "").lower(): (i.text or "").strip() for i in annotation.iter("infon")}
        label = said.get("type") or said.get("semtype") or ""
        key = self.keys[annotation.get("id", "")] = f"T{len(self.elements)}"
        self.elements[key] = {
            "kind": "entity",
            "fragments": _fragments(annotation, shift),
            "label": label,
            "assertion": {name: value for name, value in said.items() if name not in _LABELS},
        }

    def _relation(self, key: str, relation: Element) -> None:
        """A relation of two annotations; relations of concepts, which name no node, are left out."""
        named = [node.get("refid", "") for node in relation.iter("node")]
        ends = [self.keys[name] for name in named if name in self.keys]
        kinds = [i.text or "" for i in relation.iter("infon") if i.get("key") in ("type", "relation")]
        if len(ends) == 2 and kinds:
            self.elements[key] = {"kind": "relation", "type": kinds[0], "head": ends[0], "tail": ends[1]}
            self.relation_ids[key] = relation.get("id", "")


def _fragments(annotation: Element, shift: int) -> list[list[int]]:
    """Its locations as spans in text order; empty where one cannot be read."""
    try:
        pairs = [(whole(at.get("offset", "")), whole(at.get("length", ""))) for at in annotation.iter("location")]
    except ValueError:
        return []
    return sorted([start + shift, start + shift + length] for start, length in pairs)


def _shows(text: str, annotation: Element, shift: int) -> bool:
    """Whether the locations, shifted, show the words of the mention, white space and case aside."""
    fragments = _fragments(annotation, shift)
    covered = " ".join(text[max(a, 0) : max(b, 0)] for a, b in fragments).casefold().split()
    return bool(covered) and covered == annotation.findtext("text", "").casefold().split()
