"""Anafora XML, read: entities with their properties; relations by the first two properties that name entities."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.core.errors import Invalid
from app.core.markup import xml_events
from app.core.numbers import whole
from app.core.reading import whole_text_marked
from app.core.text import fragments_problem
from app.formats.files import InputFiles, beginning
from app.formats.model import ExchangeDocument
from app.formats.record import RECORD, FoundSpans, restored

_LABELS = ("Type", "Category")


class AnaforaReader:
    """A document each file of annotations, at any depth; its text is the file beside it with the folder's name."""

    title = "Anafora XML"

    def knows(self, files: InputFiles) -> bool:
        if not files.is_folder:
            head = beginning(files)
            return "<data>" in head and "<annotations" in head
        there = set(files.names())
        return any(name.endswith(".xml") and _text_name(there, name) for name in there)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for a folder without such files, or a file that is none."""
        there = set(files.names()) if files.is_folder else set()
        marked = [(name, _text_name(there, name)) for name in sorted(there) if name.endswith(".xml")]
        pairs = [one for one in marked if one[1]] if files.is_folder else [(files.name, None)]
        if not pairs:
            raise Invalid("no-annotations", f"{files.name}: no .xml beside a text")
        for name, beside in pairs:
            yield _document(files, name, beside)


def _text_name(there: set[str], name: str) -> str | None:
    """The text of `folder/doc.set.annotator.state.xml`: `folder/doc`, or the same with .txt."""
    folder, _, file = name.rpartition("/")
    parts = file.split(".")
    for length in range(len(parts) - 1, 0, -1):
        stem = ".".join(parts[:length])
        for beside in (stem, f"{stem}.txt"):
            full = f"{folder}/{beside}" if folder else beside
            if full in there and full != name:
                return full
    return None


def _document(files: InputFiles, name: str, beside: str | None) -> ExchangeDocument:
    text = None
    if beside is not None:
        with files.open(beside) as raw:
            text = whole_text_marked(raw, beside)
    found, record = FoundSpans(), None
    root: Element | None = None
    with files.open(name) as raw:
        for event, element in xml_events(raw, name):
            root = element if root is None else root
            if event != "end":
                continue
            if element.tag == "info":
                record = element.findtext(RECORD)
            elif element.tag == "entity":
                _entity(found, element, text, own=record is not None)
                element.clear()
            elif element.tag == "relation":
                _relation(found, element, own=record is not None)
                element.clear()
    if root is None or root.tag != "data":
        raise Invalid("bad-anafora", f"{name}: is no Anafora file")
    own = (beside or name).rpartition("/")[2].removesuffix(".txt" if beside else ".xml")
    return restored(record, found, ExchangeDocument(own, text, {}, file=name))


def _key(own: str, *, ours: bool) -> str:
    """Anafora's ids are number@kind@document@annotator; of our own files the number counts."""
    return own.partition("@")[0] if ours else own


def _entity(found: FoundSpans, element: Element, text: str | None, *, own: bool) -> None:
    key = (element.findtext("id") or "").strip() or f"T{len(found.spans)}"
    where = f"entity {len(found.spans) + 1}"
    try:
        said = (element.findtext("span") or "").split(";")
        pieces = sorted([whole(part.strip()) for part in piece.split(",")] for piece in said)
    except ValueError:
        pieces = []
    length = len(text) if text is not None else max((part for piece in pieces for part in piece), default=0)
    if fragments_problem(pieces, length):
        found.problem("bad_offsets", where, "the spans cannot be read, or lie outside the text")
        return
    label = (element.findtext("type") or "").strip()
    found.span(_key(key, ours=own), pieces[0], label, where)
    body = found.spans.get(_key(key, ours=own))
    if body is not None:
        body["fragments"] = pieces
        properties = element.find("properties")
        values = {one.tag: (one.text or "").strip() for one in (properties if properties is not None else ())}
        if kept := {tag: value for tag, value in values.items() if value}:
            body["assertion"] = kept


def _relation(found: FoundSpans, element: Element, *, own: bool) -> None:
    key = (element.findtext("id") or "").strip() or f"R{len(found.relations)}"
    properties = element.find("properties")
    ends = [(one.text or "").strip() for one in (properties if properties is not None else ())]
    named = [end for end in ends if "@e@" in end]
    kinds = [element.findtext(f"properties/{name}") for name in _LABELS] + [element.findtext("type")]
    kind = next((said.strip() for said in kinds if said and said.strip()), "related")
    if len(named) < 2:
        found.problem("bad_relation", f"relation {len(found.relations) + 1}", "it names no two entities")
        return
    found.relation(_key(key, ours=own), kind, _key(named[0], ours=own), _key(named[1], ours=own))
