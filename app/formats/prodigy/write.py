"""Prodigy JSONL, written: tokens cut at every edge of a span; spans and relations by token, the record in `meta`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.digest import canonical_json
from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import RECORD, ShownSpans, extent, record_of, shown
from app.formats.tokens import cut, edges_of

FILE = "prodigy.jsonl"


class ProdigyWriter:
    """Spans from their first start to their last end. One that covers no word has no tokens of its own."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say(FILE, "")
        for document in documents:
            into.say(FILE, canonical_json(_task(document)) + "\n")


def _task(document: ExchangeDocument) -> dict[str, Any]:
    text = document.text or ""
    what = shown(document)
    words = list(cut(text, edges_of(body for _, body in what.spans)))
    starts = {start: number for number, (start, _) in enumerate(words)}
    ends = {end: number for number, (_, end) in enumerate(words)}
    spans = {key: _span(text, extent(body), body["label"], starts, ends) for key, body in what.spans}
    for key, span in spans.items():
        span["id"] = what.numbers[key]
    return {
        "text": text,
        "tokens": [
            {"text": text[start:end], "start": start, "end": end, "id": n, "ws": text[end : end + 1] == " "}
            for n, (start, end) in enumerate(words)
        ],
        "spans": list(spans.values()),
        "relations": _relations(what, spans),
        "answer": "accept",
        "meta": {RECORD: record_of(document, what, document.text)},
    }


def _span(
    text: str, place: tuple[int, int], label: str, starts: dict[int, int], ends: dict[int, int]
) -> dict[str, Any]:
    """Its tokens are those within it, white space at its edges aside."""
    start, end = place
    said: dict[str, Any] = {"start": start, "end": end, "label": label}
    inner = text[start:end]
    first = start + len(inner) - len(inner.lstrip())
    last = end - (len(inner) - len(inner.rstrip()))
    if first in starts and last in ends:
        said |= {"token_start": starts[first], "token_end": ends[last]}
    return said


def _relations(what: ShownSpans, spans: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Prodigy's head and child are the last tokens of the spans; the spans themselves stand beside them."""
    made = []
    for key, body in what.relations:
        head, child = spans[body["head"]], spans[body["tail"]]
        said = {"id": what.numbers[key], "label": body["type"], "head_span": head, "child_span": child}
        made.append(said | {"head": head.get("token_end", 0), "child": child.get("token_end", 0)})
    return made
