"""CoNLL columns, written: tokens cut at every edge of a span, so that each span is whole tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.core.digest import canonical_json
from app.formats.losses import REJECTED
from app.formats.model import Body, ExchangeDocument, of_kind
from app.formats.protocol import Writing
from app.formats.tokens import cut, edges_of

FILE = "release.conll"
COLUMNS = "# global.columns = FORM START END TAG"
DOCUMENT = "# newdoc id = "
_WRITTEN = ("kind", "fragments", "label")
_BEGIN, _IN, _AGAIN = "B-", "I-", "D-"


class ConllWriter:
    """One file of columns, and `documents.jsonl` with what is known of each document.

    A line ends a sequence, unless a span goes on over its end.
    """

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say(FILE, COLUMNS + "\n")
        into.say("documents.jsonl", "")
        for document in documents:
            facts = document.facts()
            if document.modality not in self.modalities:
                into.losses.item(facts, document.elements, "is no text with spans")
                continue
            del facts["text"]
            into.losses.add("item", "text", "words and their places are written, not the white space between them")
            into.say(FILE, _block(document, into))
            into.say("documents.jsonl", canonical_json(facts) + "\n")


def _block(document: ExchangeDocument, into: Writing) -> str:
    text = document.text or ""
    spans = {key: body for key, body in of_kind(document.said(), "entity").items() if _tokens(text, body)}
    _report(document, spans, into)
    ordered = sorted(spans.values(), key=lambda body: (body["fragments"][0][0], -body["fragments"][-1][1], str(body)))
    edges = edges_of(ordered)
    layers = [_tags(text, layer, edges) for layer in _layers(ordered)] or [{}]
    lines = [DOCUMENT + document.id]
    before = 0
    for start, end in cut(text, edges):
        if "\n" in text[before:start] and not any(_goes_over(body, before, start) for body in ordered):
            lines.append("")
        said = "\t".join([tags.get(start, "O") for tags in layers])
        lines.append(f"{text[start:end]}\t{start}\t{end}\t{said}")
        before = end
    return "\n".join([*lines, "", ""])


def _report(document: ExchangeDocument, spans: dict[str, Body], into: Writing) -> None:
    said = document.said()
    for key, body in document.elements.items():
        if key not in said:
            into.losses.element(body, REJECTED)
        elif key not in spans:
            into.losses.element(body, "columns of tags say spans only")
        else:
            into.losses.rest("entity", body, _WRITTEN, "has no column")
            text = document.text or ""
            if any(text[start].isspace() or text[end - 1].isspace() for start, end in body["fragments"]):
                into.losses.add("entity", "fragments", "white space at an edge is no token")
            if _name(body) != body["label"]:
                into.losses.add("entity", "label", "spelt with _ for white space")


def _name(body: Body) -> str:
    return re.sub(r"\s", "_", body["label"])


def _layers(ordered: list[Body]) -> list[list[Body]]:
    """Spans by column: in each, none begins before the one before it has ended."""
    layers: list[list[Body]] = []
    for body in ordered:
        free = (one for one in layers if one[-1]["fragments"][-1][1] <= body["fragments"][0][0])
        layer = next(free, None)
        if layer is None:
            layers.append([body])
        else:
            layer.append(body)
    return layers


def _tags(text: str, layer: list[Body], edges: list[int]) -> dict[int, str]:
    """Where a token begins → its tag."""
    tags: dict[int, str] = {}
    for body in layer:
        for number, (start, end) in enumerate(body["fragments"]):
            first = _AGAIN if number else _BEGIN
            for position, (at, _) in enumerate(cut(text, edges, start, end)):
                tags[at] = (_IN if position else first) + _name(body)
    return tags


def _tokens(text: str, body: dict[str, Any]) -> bool:
    """Whether each piece shows something."""
    return all(text[start:end].strip() for start, end in body["fragments"])


def _goes_over(body: Body, before: int, start: int) -> bool:
    return bool(body["fragments"][0][0] < before and start < body["fragments"][-1][1])
