"""WebAnno TSV 3.3, written: one file a document; a sentence is a line of the text, up to the first word of the next.

Tokens are cut at every edge of a span, so that each span is a run of them. Everything else is in the loss report, and
`documents.jsonl` has what is known of each document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.core.digest import canonical_json
from app.formats.attributes import attributes_of
from app.formats.losses import REJECTED
from app.formats.model import Body, ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.protocol import Writing
from app.formats.record import extent, shown
from app.formats.tokens import cut, edges_of
from app.formats.webanno_tsv.escaping import text_escaped, value_escaped

SPAN, RELATION = "webanno.custom.ChartmarkSpan", "webanno.custom.ChartmarkRelation"
_WRITTEN = {
    "entity": ("kind", "fragments", "label", "assertion", "codes.system", "codes.release", "codes.code"),
    "relation": ("kind", "type", "head", "tail", "certainty"),
}
_NONE = "_"


class WebAnnoTsvWriter:
    """What a layer of spans with features and one of relations can say."""

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say("documents.jsonl", "")
        features = ("label", *into.vocabulary.axes, "codes")
        for document in documents:
            facts = document.facts()
            if document.modality not in self.modalities:
                into.losses.item(facts, document.elements, "is no text with spans")
                continue
            text = facts.pop("text") or ""
            into.say(f"{document.id}.tsv", "".join(_TsvColumns(document, text, features, into).lines()))
            into.say("documents.jsonl", canonical_json(facts) + "\n")


class _TsvColumns:
    """One document: which spans each token is in, and which relations end at it."""

    def __init__(self, document: ExchangeDocument, text: str, features: tuple[str, ...], into: Writing) -> None:
        self.text, self.features = text, features
        what = shown(document)
        self.words = list(cut(text, edges_of(body for _, body in what.spans)))
        self.starts = {start: n for n, (start, _) in enumerate(self.words)}
        self.ends = {end: n for n, (_, end) in enumerate(self.words)}
        self.runs = {key: run for key, body in what.spans if (run := self._run(body))}
        self.numbers = what.numbers
        self.bodies = {key: body for key, body in what.spans if key in self.runs}
        self.relations = [one for one in what.relations if {one[1]["head"], one[1]["tail"]} <= self.runs.keys()]
        self.sentences = list(self._sentences())
        self.covering: dict[int, list[str]] = {}
        for key, (first, last) in self.runs.items():
            for n in range(first, last + 1):
                self.covering.setdefault(n, []).append(key)
        self._report(document, into)

    def lines(self) -> Iterator[str]:
        yield "#FORMAT=WebAnno TSV 3.3\n"
        yield f"#T_SP={SPAN}|{'|'.join(self.features)}\n"
        yield f"#T_RL={RELATION}|label|certainty|BT_{SPAN}\n\n"
        table = OffsetTable(self.text, OffsetUnit.UTF16)
        places = self._places()
        for first, last, end in self.sentences:
            yield f"\n#Text={text_escaped(self.text[self.words[first][0] : end])}\n"
            for n in range(first, last + 1):
                start, stop = self.words[n]
                cells = [places[n], f"{table.there(start)}-{table.there(stop)}", self.text[start:stop]]
                yield "\t".join([*cells, *self._span_cells(n), *self._relation_cells(n, places)]) + "\t\n"

    def _run(self, body: Body) -> tuple[int, int] | None:
        """First and last token within the span; None for one that covers no word."""
        start, end = extent(body)
        inner = self.text[start:end]
        first = self.starts.get(start + len(inner) - len(inner.lstrip()))
        last = self.ends.get(end - (len(inner) - len(inner.rstrip())))
        return None if first is None or last is None or first > last else (first, last)

    def _sentences(self) -> Iterator[tuple[int, int, int]]:
        """(first token, last token, where the next sentence begins)."""
        first = 0
        for n in range(1, len(self.words)):
            if "\n" in self.text[self.words[n - 1][1] : self.words[n][0]]:
                yield first, n - 1, self.words[n][0]
                first = n
        if self.words:
            yield first, len(self.words) - 1, len(self.text)

    def _places(self) -> list[str]:
        """Token → sentence-token, both from 1."""
        return [
            f"{number}-{n - first + 1}"
            for number, (first, last, _) in enumerate(self.sentences, start=1)
            for n in range(first, last + 1)
        ]

    def _span_cells(self, n: int) -> list[str]:
        keys = self.covering.get(n, [])
        if not keys:
            return [_NONE] * len(self.features)
        said = [attributes_of(self.bodies[key]) | {"label": self.bodies[key]["label"]} for key in keys]
        return [
            "|".join(
                f"{value_escaped(one[feature]) if one.get(feature) else '*'}[{self.numbers[key]}]"
                for key, one in zip(keys, said, strict=True)
            )
            for feature in self.features
        ]

    def _relation_cells(self, n: int, places: list[str]) -> list[str]:
        """At the first token of what is related to: its head by place and both numbers."""
        ending = [body for _, body in self.relations if self.runs[body["tail"]][0] == n]
        if not ending:
            return [_NONE] * 3
        refs = [
            f"{places[self.runs[b['head']][0]]}[{self.numbers[b['head']]}_{self.numbers[b['tail']]}]" for b in ending
        ]
        certainties = [b.get("certainty") or "*" for b in ending]
        return ["|".join(value_escaped(b["type"]) for b in ending), "|".join(certainties), "|".join(refs)]

    def _report(self, document: ExchangeDocument, into: Writing) -> None:
        written = self.runs.keys() | {key for key, _ in self.relations}
        alive = document.said()
        for key, body in document.elements.items():
            if key in written:
                into.losses.rest(body["kind"], body, _WRITTEN[body["kind"]], "has no column")
            elif key not in alive:
                into.losses.element(body, REJECTED)
            else:
                into.losses.element(body, "the layers are of spans with words, and relations between them")
        for key, (first, last) in self.runs.items():
            body = self.bodies[key]
            if body["fragments"] != [[self.words[first][0], self.words[last][1]]]:
                into.losses.add("entity", "fragments", "a span is a run of tokens, without gaps or blanks at its edges")
        head = self.text[: self.words[0][0]] if self.words else self.text
        if head.strip(" ") or not self.words:
            into.losses.add("item", "text", "white space before the first word is blanks")
