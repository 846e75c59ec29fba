"""spaCy DocBin, written: files of 50 documents each, so that no more are held; `spacy train` takes their folder.

`doc.spans["chartmark"]` has every span, `doc.ents` those that do not overlap, the longest first, and
`doc.user_data["chartmark"]` the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import RECORD, extent, record_of, shown
from app.formats.tokens import cut, edges_of

if TYPE_CHECKING:
    from spacy.tokens import Doc

PER_FILE = 50
_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE")


class DocBinWriter:
    """Spans from their first start to their last end. Every text is there to the last blank."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        held: list[ExchangeDocument] = []
        number = 0
        for document in documents:
            held.append(document)
            if len(held) == PER_FILE:
                number += 1
                into.sink.write(f"notes-{number:05d}.spacy", _docbin(held))
                held = []
        if held or not number:
            into.sink.write(f"notes-{number + 1:05d}.spacy", _docbin(held))


def _docbin(documents: list[ExchangeDocument]) -> bytes:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocabulary = Vocab()  # a new one each file: it keeps every word it has seen
    made = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    for document in documents:
        made.add(_doc(document, vocabulary))
    return bytes(made.to_bytes())


def _doc(document: ExchangeDocument, vocabulary: Any) -> Doc:
    from spacy.tokens import Doc, Span
    from spacy.util import filter_spans

    text = document.text or ""
    what = shown(document, relations=False)
    places = [extent(body) for _, body in what.spans]
    words, spaces, starts, ends = words_of(text, edges_of(body for _, body in what.spans), places)
    doc = Doc(vocabulary, words=words, spaces=spaces)
    spans = [
        Span(doc, starts[start], ends[end] + 1, label=body["label"], span_id=str(what.numbers[key]))
        for (key, body), (start, end) in zip(what.spans, places, strict=True)
    ]
    doc.spans[RECORD] = spans
    doc.set_ents(filter_spans(spans))
    doc.user_data[RECORD] = record_of(document, what, document.text)
    return doc


def words_of(
    text: str, edges: list[int], places: list[tuple[int, int]]
) -> tuple[list[str], list[bool], dict[int, int], dict[int, int]]:
    """Words that make up the text with the blanks behind them; where each begins and ends → its number.

    White space is a word of its own, but for one blank behind a word, unless a span begins or ends within it.
    """
    first, last = {start for start, _ in places}, {end for _, end in places}
    words: list[str] = []
    spaces: list[bool] = []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}

    def add(start: int, end: int) -> None:
        starts[start], ends[end] = len(words), len(words)
        words.append(text[start:end])
        spaces.append(False)

    def blank(start: int, end: int) -> None:
        if words and text[start] == " " and start not in first and start + 1 not in last:
            spaces[-1] = True
            start += 1
        for edge in (*(edge for edge in edges if start < edge < end), end):
            if start < edge:
                add(start, edge)
                start = edge

    at = 0
    for start, end in cut(text, edges):
        if at < start:
            blank(at, start)
        add(start, end)
        at = end
    if at < len(text):
        blank(at, len(text))
    return words, spaces, starts, ends
