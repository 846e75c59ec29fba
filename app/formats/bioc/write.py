"""BioC, written: one collection, one passage a document; the same records as XML and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.digest import canonical_json
from app.core.text import covered
from app.formats.attributes import attributes_of
from app.formats.model import Body, ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import RECORD, ShownSpans, record_of, shown
from app.formats.xml import DECLARATION, in_attribute, in_text, json_in_text, possible_text

BioCObject = dict[str, Any]


class BioCXmlWriter:
    """`collection.xml`, valid by BioC.dtd; offsets are code points."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        file = "collection.xml"
        into.say(file, DECLARATION + '<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection>\n')
        into.say(file, "<source>Chartmark</source><date></date><key>chartmark.key</key>\n")
        for document in documents:
            text = possible_text(document.text or "", into.losses)
            into.say(file, _document_xml(bioc_record(document, text)))
        into.say(file, "</collection>\n")


class BioCJsonWriter:
    """`collection.json`, as PubMed's BioC JSON."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        file = "collection.json"
        into.say(file, '{"source":"Chartmark","date":"","key":"chartmark.key","infons":{},"documents":[')
        before = "\n"
        for document in documents:
            into.say(file, before + canonical_json(bioc_record(document, document.text or "")))
            before = ",\n"
        into.say(file, "\n]}\n")


def bioc_record(document: ExchangeDocument, text: str) -> BioCObject:
    """A document as BioC's JSON has it."""
    what = shown(document)
    passage: BioCObject = {
        "offset": 0,
        "infons": {},
        "text": text,
        "sentences": [],
        "annotations": [_annotation(number, text, body) for number, (_, body) in enumerate(what.spans, start=1)],
        "relations": [_relation(key, body, what) for key, body in what.relations],
    }
    record = record_of(document, what, text if document.text is not None else None)
    return {
        "id": document.id,
        "infons": {RECORD: record},
        "passages": [passage],
        "annotations": [],
        "relations": [],
    }


def _annotation(number: int, text: str, body: Body) -> BioCObject:
    return {
        "id": str(number),
        "infons": {"type": body["label"]} | attributes_of(body),
        "text": covered(text, body["fragments"]),
        "locations": [{"offset": start, "length": end - start} for start, end in body["fragments"]],
    }


def _relation(key: str, body: Body, what: ShownSpans) -> BioCObject:
    certainty = body.get("certainty")
    return {
        "id": str(what.numbers[key]),
        "infons": {"type": body["type"]} | ({"certainty": certainty} if certainty else {}),
        "nodes": [{"refid": str(what.numbers[body[end]]), "role": end} for end in ("head", "tail")],
    }


def _document_xml(said: BioCObject) -> str:
    (passage,) = said["passages"]
    lines = [f"<document><id>{in_text(said['id'])}</id>"]
    lines.append(f'<infon key="{RECORD}">{json_in_text(said["infons"][RECORD])}</infon>')
    lines.append(f"<passage><offset>0</offset><text>{in_text(passage['text'])}</text>")
    for one in passage["annotations"]:
        places = "".join(f'<location offset="{at["offset"]}" length="{at["length"]}"/>' for at in one["locations"])
        lines.append(
            f'<annotation id="{one["id"]}">{_infons(one)}{places}<text>{in_text(one["text"])}</text></annotation>'
        )
    for one in passage["relations"]:
        nodes = "".join(f'<node refid="{node["refid"]}" role="{node["role"]}"/>' for node in one["nodes"])
        lines.append(f'<relation id="{one["id"]}">{_infons(one)}{nodes}</relation>')
    return "\n".join([*lines, "</passage></document>\n"])


def _infons(one: BioCObject) -> str:
    said = sorted(one["infons"].items())
    return "".join(f'<infon key="{in_attribute(key)}">{in_text(value)}</infon>' for key, value in said)
