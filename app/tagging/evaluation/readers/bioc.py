"""BioC XML as gold: passages at their offsets, annotations with locations, relations between nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from app.core.errors import Invalid
from app.core.markup import xml_events
from app.core.numbers import whole
from app.tagging.evaluation.gold import GoldDocument, GoldEntity, LabelMap, first_line, our_relation

_BEGIN = re.compile(r"\s*(<\?xml|<!DOCTYPE|<collection)")
_NEGATED = frozenset({"neg", "negation", "negated"})
_UNCERTAIN = frozenset({"uncertain", "uncertainty", "speculated", "hedge"})
_WIDEST_GAP = 1_000_000
_TRUE = frozenset({"true", "1", "yes"})


class BioC:
    """One collection; documents one by one. Text between passages that the file leaves out is a line break."""

    key = "bioc"
    title = "BioC XML"

    def reads(self, path: Path) -> bool:
        return path.is_file() and bool(_BEGIN.match(first_line(path)))

    def read(self, path: Path, label_of: LabelMap) -> Iterator[GoldDocument]:
        with path.open("rb") as raw:
            for event, element in xml_events(raw, path.name):
                if event == "end" and element.tag == "document":
                    yield _Document(element, path.name, label_of).gold
                    element.clear()


class _Document:
    """One document as it is built: annotations are placed by passage, for offsets may leave gaps."""

    def __init__(self, element: Element, name: str, label_of: LabelMap) -> None:
        self.name = name
        self.label_of = label_of
        self.places: dict[str, int] = {}
        self.gold = GoldDocument(element.findtext("id", "").strip(), "", [], [])
        for passage in element.iter("passage"):
            pieces = [passage] if passage.find("text") is not None else list(passage.iter("sentence"))
            for piece in pieces:
                self._piece(piece)
            for annotation in passage.findall("annotation") if pieces != [passage] else ():
                self._annotation(annotation, 0)
        for relation in element.iter("relation"):
            self._relation(relation)

    def _piece(self, piece: Element) -> None:
        """Append one text where its annotations say it begins.

        One well-known corpus counts XML escapes in the offsets of passages but not in those of annotations, so the
        declared offset is believed only when more mentions show there than right behind the text before.
        """
        said, text, before = self._offset(piece), piece.findtext("text", ""), self.gold.text
        annotations = list(piece.iter("annotation"))
        close = len(before) + 1 if before else 0
        origin = max((said, close), key=lambda at: sum(_shows(text, one, -at) for one in annotations))
        base = max(len(before), origin)
        self.gold.text = before + "\n" * (base - len(before)) + text
        for annotation in annotations:
            self._annotation(annotation, base - origin)

    def _offset(self, piece: Element) -> int:
        """Where a passage says it begins; a gap wider than any file leaves is damage, not a gap."""
        try:
            said = whole(piece.findtext("offset", "0").strip())
        except ValueError:
            said = -1
        if not 0 <= said <= len(self.gold.text) + _WIDEST_GAP:
            raise Invalid("bad-bioc", f"{self.name}: document {self.gold.id}: an offset of a passage cannot be right")
        return said

    def _annotation(self, annotation: Element, shift: int) -> None:
        if not _shows(self.gold.text, annotation, shift):
            place = f"{self.name} document {self.gold.id} annotation {annotation.get('id', '')}"
            self.gold.problems.append(f"{place}: no location that shows the mention")
            return
        fragments = _fragments(annotation, shift)
        said = {(i.get("key") or "").lower(): (i.text or "").strip() for i in annotation.iter("infon")}
        label = self.label_of(said.get("type") or said.get("semtype") or "")
        self.places[annotation.get("id", "")] = len(self.gold.entities)
        self.gold.entities.append(GoldEntity(fragments[0][0], fragments[-1][1], label, fragments, _axes(said)))

    def _relation(self, relation: Element) -> None:
        """A relation of two annotations; relations of concepts, which name no node, are left out."""
        named = [node.get("refid", "") for node in relation.iter("node")]
        ends = [self.places[name] for name in named if name in self.places]
        kinds = [i.text or "" for i in relation.iter("infon") if i.get("key") in ("type", "relation")]
        if len(ends) == 2 and kinds:
            ours = our_relation(self.gold.entities, kinds[0], ends[0], ends[1])
            self.gold.relations += [ours] if ours else []


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


def _axes(said: dict[str, str]) -> dict[str, Any]:
    """Infons that say a mention is denied or doubted."""
    found: dict[str, Any] = {}
    for key, value in said.items():
        if value.lower() in _TRUE:
            found |= {"polarity": "negated"} if key in _NEGATED else {}
            found |= {"uncertain": True} if key in _UNCERTAIN else {}
    return found
