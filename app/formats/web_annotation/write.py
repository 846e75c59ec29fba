"""W3C Web Annotation, written: `<id>.txt` and `<id>.jsonld`, an annotation page whose items point into the text.

https://www.w3.org/TR/annotation-model/: a span is a TextPositionSelector, refined by what it shows; one with gaps has
a target each piece. Relations link two annotations. The record is an annotation that describes the whole text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.digest import canonical_json
from app.formats.attributes import attributes_of
from app.formats.model import Body, ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import RECORD, ShownSpans, record_of, shown

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 20


class WebAnnotationWriter:
    """Ids are relative to the file, as JSON-LD resolves them."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        for document in documents:
            into.say(f"{document.id}.txt", document.text or "")
            into.say(f"{document.id}.jsonld", canonical_json(_page(document)) + "\n")


def _page(document: ExchangeDocument) -> dict[str, Any]:
    text, source = document.text or "", f"{document.id}.txt"
    what = shown(document)
    items = [_span(what.numbers[key], body, text, source) for key, body in what.spans]
    items += [_relation(key, body, what) for key, body in what.relations]
    described = {
        "id": f"#{RECORD}",
        "type": "Annotation",
        "motivation": "describing",
        "body": {
            "type": "TextualBody",
            "format": "application/json",
            "value": record_of(document, what, document.text),
        },
        "target": source,
    }
    return {"@context": CONTEXT, "id": "", "type": "AnnotationPage", "startIndex": 0, "items": [*items, described]}


def _span(number: int, body: Body, text: str, source: str) -> dict[str, Any]:
    bodies = [_textual("tagging", body["label"])]
    bodies += [_textual("describing", f"{name}={value}") for name, value in attributes_of(body).items()]
    targets = [_target(start, end, text, source) for start, end in body["fragments"]]
    return {
        "id": f"#{number}",
        "type": "Annotation",
        "motivation": "tagging",
        "body": bodies,
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _target(start: int, end: int, text: str, source: str) -> dict[str, Any]:
    quote = {
        "type": "TextQuoteSelector",
        "exact": text[start:end],
        "prefix": text[max(0, start - _AROUND) : start],
        "suffix": text[end : end + _AROUND],
    }
    return {"source": source, "selector": [{"type": "TextPositionSelector", "start": start, "end": end}, quote]}


def _relation(key: str, body: Body, what: ShownSpans) -> dict[str, Any]:
    """Body is what the target is related to: the head stands in the target, the tail in the body."""
    tail = {"type": "SpecificResource", "source": f"#{what.numbers[body['tail']]}", "purpose": "linking"}
    return {
        "id": f"#{what.numbers[key]}",
        "type": "Annotation",
        "motivation": "linking",
        "body": [_textual("tagging", body["type"]), tail],
        "target": f"#{what.numbers[body['head']]}",
    }


def _textual(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": value}
