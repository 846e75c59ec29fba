"""brat standoff: entities as T, chains as equivalences, relations as R, attributes as A, codes as N lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.core.digest import canonical_json
from app.formats.losses import REJECTED
from app.formats.model import Elements, ExchangeDocument, of_kind
from app.formats.protocol import Writing

# What the lines say of each kind; everything else an element holds is in the loss report.
_WRITTEN: dict[str, tuple[str, ...]] = {
    "entity": ("kind", "fragments", "label", "assertion", "codes.system", "codes.release", "codes.code"),
    "relation": ("kind", "type", "head", "tail", "certainty"),
    "chain": ("kind", "mentions"),
}
# Readers of .ann files take any of these for the end of a line (`str.splitlines`).
_LINE_ENDS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NO_NAME = re.compile("[^A-Za-z0-9_-]")


class BratWriter:
    """One .txt and .ann a document, and `documents.jsonl` with what is known of each.

    An axis left out of an assertion has its unmarked value, as everywhere.
    """

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say("documents.jsonl", "")
        for document in documents:
            facts = document.facts()
            if document.modality not in self.modalities:
                into.losses.item(facts, document.elements, "is no text with spans")
                continue
            into.say(f"{document.id}.txt", facts.pop("text"))
            into.say(f"{document.id}.ann", "".join(line + "\n" for line in _Lines(document, into).lines()))
            into.say("documents.jsonl", canonical_json(facts) + "\n")


class _Lines:
    """The lines of one .ann file: numbered by place, whatever the ids of the elements."""

    def __init__(self, document: ExchangeDocument, into: Writing) -> None:
        self.text = document.text or ""
        self.losses = into.losses
        self.axes = into.vocabulary.axes
        elements = document.said()
        self.pieces = {key: self._cut(body) for key, body in of_kind(elements, "entity").items()}
        self.entities = {key: elements[key] for key, pieces in self.pieces.items() if pieces}
        order = sorted(self.entities, key=lambda key: (elements[key]["fragments"], elements[key]["label"], key))
        self.numbers = {key: f"T{position}" for position, key in enumerate(order, start=1)}
        self.relations = self._ordered_relations(elements)
        chains = of_kind(elements, "chain")
        self.chains = {key: body for key, body in chains.items() if set(body["mentions"]) <= self.numbers.keys()}
        self._report(document.elements, elements)

    def lines(self) -> Iterator[str]:
        for key, number in self.numbers.items():
            yield self._entity(number, self.entities[key], self.pieces[key])
        for position, body in enumerate(self.relations, start=1):
            ends = f"Arg1:{self.numbers[body['head']]} Arg2:{self.numbers[body['tail']]}"
            yield f"R{position}\t{self._name(body, 'type')} {ends}"
        for position, said in enumerate(self._attributes(), start=1):
            yield f"A{position}\t{said}"
        for position, said in enumerate(self._codes(), start=1):
            yield f"N{position}\t{said}"
        yield from sorted(
            "*\tEquiv " + " ".join(sorted((self.numbers[m] for m in body["mentions"]), key=_by_number))
            for body in self.chains.values()
        )

    def _entity(self, number: str, body: dict[str, Any], pieces: list[list[int]]) -> str:
        if pieces != body["fragments"]:
            self.losses.add("entity", "fragments", "cut where a line ends: brat's own lines cannot go on")
        offsets = ";".join(f"{start} {end}" for start, end in pieces)
        words = " ".join(self.text[start:end] for start, end in pieces)
        return f"{number}\t{self._name(body, 'label')} {offsets}\t{words}"

    def _cut(self, body: dict[str, Any]) -> list[list[int]]:
        """Its fragments, cut where a line ends."""
        pieces = []
        for start, end in body["fragments"]:
            begin = start
            for place in (*(m.start() for m in _LINE_ENDS.finditer(self.text, start, end)), end):
                if begin < place:
                    pieces.append([begin, place])
                begin = place + 1
        return pieces

    def _name(self, body: dict[str, Any], field: str) -> str:
        """A label or type as brat's configuration can spell it."""
        name = _NO_NAME.sub("_", body[field])
        if name != body[field]:
            self.losses.add(body["kind"], field, "spelt with _ for characters that brat's names cannot have")
        return name

    def _ordered_relations(self, elements: Elements) -> list[dict[str, Any]]:
        relations = of_kind(elements, "relation").values()
        placed = [body for body in relations if {body["head"], body["tail"]} <= self.numbers.keys()]
        return sorted(
            placed,
            key=lambda b: (
                *(_by_number(self.numbers[b[end]]) for end in ("head", "tail")),
                b["type"],
                b.get("certainty") or "",
            ),
        )

    def _attributes(self) -> Iterator[str]:
        for key, number in self.numbers.items():
            assertion = self.entities[key].get("assertion", {})
            for axis, values in self.axes.items():
                value = assertion.get(axis, values[0])
                if value != values[0]:
                    yield f"{axis.capitalize()} {number}" + ("" if value is True else f" {value}")
        for position, body in enumerate(self.relations, start=1):
            if body.get("certainty"):
                yield f"Certainty R{position} {body['certainty']}"

    def _codes(self) -> Iterator[str]:
        for key, number in self.numbers.items():
            for code in self.entities[key].get("codes", []):
                said = f"{code['system']}:{code['code']}"
                yield f"Reference {number} {said}\t{code['code']} (release {code['release']})"

    def _report(self, elements: Elements, alive: Elements) -> None:
        written = {id(body) for body in (*self.entities.values(), *self.relations, *self.chains.values())}
        for key, body in elements.items():
            if key not in alive:
                self.losses.element(body, REJECTED)
            elif id(body) in written:
                self.losses.rest(body["kind"], body, _WRITTEN[body["kind"]], "has no place in brat's lines")
            else:
                self.losses.element(body, "brat has no such thing")


def _by_number(name: str) -> int:
    return int(name[1:])
