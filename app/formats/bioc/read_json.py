"""BioC JSON, read: turned into BioC's elements document by document, and read as those are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from app.core.errors import Invalid
from app.core.reading import parsed, whole_text
from app.formats.bioc.read import bioc_document
from app.formats.files import InputFiles, beginning
from app.formats.model import ExchangeDocument

_BEGIN = re.compile(r'\s*\{.*"documents"\s*:\s*\[', re.DOTALL)
# Part of a collection → the parts within it, and the texts.
_PARTS = {
    "document": (("passages", "passage"), ("annotations", "annotation"), ("relations", "relation")),
    "passage": (("sentences", "sentence"), ("annotations", "annotation"), ("relations", "relation")),
    "sentence": (("annotations", "annotation"), ("relations", "relation")),
    "annotation": (("locations", "location"),),
    "relation": (("nodes", "node"),),
    "location": (),
    "node": (),
}
_TEXTS = {"document": ("id",), "passage": ("offset", "text"), "sentence": ("offset", "text"), "annotation": ("text",)}


class BioCJsonReader:
    """One collection; what is no text, number or object where BioC has one refuses the document."""

    title = "BioC JSON"

    def knows(self, files: InputFiles) -> bool:
        return bool(_BEGIN.match(beginning(files)))

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        with files.open(files.name) as raw:
            whole = parsed(whole_text(raw, files.name), files.name)
        documents = whole.get("documents") if isinstance(whole, dict) else None
        if not isinstance(documents, list):
            raise Invalid("bad-bioc", f"{files.name}: needs a collection with documents")
        for number, one in enumerate(documents, start=1):
            yield bioc_document(_element("document", one, f"{files.name}: document {number}"), files.name)


def _element(tag: str, said: Any, where: str) -> Element:
    if not isinstance(said, dict):
        raise Invalid("bad-bioc", f"{where}: a {tag} must be an object")
    made = Element(tag, {name: _plain(said[name], where) for name in _attributes(said, tag)})
    infons = said.get("infons") or {}
    if not isinstance(infons, dict):
        raise Invalid("bad-bioc", f"{where}: infons must be an object")
    for key, value in infons.items():
        SubElement(made, "infon", {"key": key}).text = _plain(value, where)
    for name in _TEXTS.get(tag, ()):
        if said.get(name) is not None:
            SubElement(made, name).text = _plain(said[name], where)
    for name, inner in _PARTS[tag]:
        parts = said.get(name) or []
        if not isinstance(parts, list):
            raise Invalid("bad-bioc", f"{where}: {name} must be a list")
        children = [_element(inner, one, where) for one in parts]  # extend would hide what a generator raises
        made.extend(children)
    return made


def _attributes(said: dict[str, Any], tag: str) -> list[str]:
    names = {"annotation": ("id",), "relation": ("id",), "location": ("offset", "length"), "node": ("refid", "role")}
    return [name for name in names.get(tag, ()) if said.get(name) is not None]


def _plain(value: Any, where: str) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    if value is None:
        return ""
    raise Invalid("bad-bioc", f"{where}: a value must be a string or a number")
