"""UIMA CAS XMI, read: every annotation of a CAS but tokens, sentences and what UIMA itself puts there.

A span's label is its feature `label`, `value` or the like, else the name of its type; its other features are said
as its assertion. What has a Governor and a Dependent is a relation between them.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.errors import Invalid
from app.core.numbers import whole
from app.formats.files import InputFiles, first_line
from app.formats.model import Body, ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.record import RECORD, FoundSpans, restored
from app.formats.xmi.cas import FeatureStructure, ReadCas, read_cas
from app.formats.xmi.types import ANNOTATION, HELD, LABELS, RELATION, SPAN, TypeSystem, read_type_system

_OWN_FIRST = 3  # our numbers of spans begin at 4: see the writer
# Of the text, not of what somebody marked in it.
_OF_THE_TEXT = (
    "uima.tcas.DocumentAnnotation", "Token", "Sentence", "Paragraph", "Lemma", "Stem", "POS", "Morpheme",
    "MorphologicalFeatures", "DocumentMetaData", "TagsetDescription", "CASMetadata", "Div", "Heading", "Compound",
    "TokenForm", "SurfaceForm", "LexicalPhrase", "NGram", "Document", "Split", "CoreferenceChain",
)  # fmt: skip
_PLACE = ("sofa", "begin", "end")
_PAIRS = (("Governor", "Dependent"), ("source", "target"))


class XmiReader:
    """A document a file, at any depth of a folder; its id is the file's name. The first sofa with a text counts."""

    title = "UIMA CAS XMI"

    def knows(self, files: InputFiles) -> bool:
        if files.is_folder:
            return any(name.endswith(".xmi") for name in files.names())
        return files.name.endswith(".xmi") or "http://www.omg.org/XMI" in first_line(files)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for a folder without .xmi files, or a file that is none."""
        names = [name for name in files.names() if name.endswith(".xmi")] if files.is_folder else [files.name]
        if not names:
            raise Invalid("no-annotations", f"{files.name}: no .xmi files")
        types = _types_of(files)
        for name in names:
            with files.open(name) as raw:
                yield cas_document(read_cas(raw, name), types, name, name.rsplit("/", 1)[-1].removesuffix(".xmi"))


def _types_of(files: InputFiles) -> TypeSystem | None:
    """The type system beside the files, where there is one; without one, types are taken by their features."""
    if not files.is_folder:
        return None
    held = [name for name in files.names() if name.lower().endswith("typesystem.xml")]
    return read_type_system(files, held[0]) if held else None


def cas_document(cas: ReadCas, types: TypeSystem | None, file: str, name: str) -> ExchangeDocument:
    """What a CAS says about its first text."""
    sofa = next((key for key, text in cas.sofas.items() if text is not None), None)
    text = cas.sofas[sofa] if sofa is not None else None
    base = ExchangeDocument(name, text, {}, file=file)
    record = next((one.features.get(RECORD) for one in cas.structures.values() if one.type == HELD), None)
    reading = _CasSpans(cas, types, text or "", own=record is not None)
    if sofa is not None:
        reading.take(sofa)
    else:
        reading.found.problem("no-text", "sofa", "no view of it has a text")
    return restored(record, reading.found, base)


class _CasSpans:
    """Annotations as spans and relations, by their xmi:id."""

    def __init__(self, cas: ReadCas, types: TypeSystem | None, text: str, *, own: bool) -> None:
        self.cas, self.types, self.own = cas, types, own
        self.table = OffsetTable(text, OffsetUnit.UTF16)
        self.found = FoundSpans()

    def take(self, sofa: str) -> None:
        for one in self.cas.of_sofa(sofa):
            if not self._is_annotation(one) or one.type.endswith(_OF_THE_TEXT) or "begin" not in one.features:
                continue
            pair = next((pair for pair in _PAIRS if set(pair) <= one.features.keys()), None)
            if pair:
                ends = {"head": self._key(one.features[pair[0]]), "tail": self._key(one.features[pair[1]])}
                self.found.relations[self._key(one.id)] = {"kind": "relation", "type": _label(one)} | ends
            else:
                self._span(one)

    def _key(self, own: str) -> str:
        """The id of a structure; of our own files the number its writer gave it."""
        return str(int(own) - _OWN_FIRST) if self.own and own.isascii() and own.isdigit() and len(own) < 10 else own

    def _is_annotation(self, one: FeatureStructure) -> bool:
        if self.types is None or one.type not in self.types.above:
            return True
        return self.types.is_a(one.type, ANNOTATION)

    def _span(self, one: FeatureStructure) -> None:
        try:
            place = self.table.span_back(whole(one.features["begin"]), whole(one.features.get("end", "")))
        except ValueError:
            place = None
        if place is None:
            code, why = "bad_offsets", "the offsets are empty, outside the text or within a character"
            self.found.problem(code, f"annotation {one.id[:20]}", why)
            return
        body: Body = {"kind": "entity", "fragments": [place], "label": _label(one)}
        said = {name: value for name, value in one.features.items() if name not in (*_PLACE, *LABELS)}
        if said and one.type not in (SPAN, RELATION):
            body["assertion"] = said
        self.found.spans[self._key(one.id)] = body


def _label(one: FeatureStructure) -> str:
    named = next((one.features[name] for name in LABELS if one.features.get(name)), None)
    return named or one.type.rsplit(".", 1)[-1]
