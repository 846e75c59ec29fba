"""The record: a whole document as JSON, carried in a place that a format leaves to whoever writes it.

Most formats of other tools know spans with a label and perhaps relations, and have one open place (an infon, `meta`,
user data). There our writers put the document as it was released, beside the spans that the other tool is shown.
Who reads the file back gets everything; what was changed in the other tool counts, the record fills in the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.digest import canonical_json, sha256
from app.core.errors import Problem
from app.formats.elements import elements_problem
from app.formats.model import Body, Elements, ExchangeDocument, of_kind

#: the name of the open place in every format that has one
RECORD = "chartmark"
_RECORD_FIELDS = ("id", "modality", "meta", "provenance", "elements", "shown", "text_sha256")


@dataclass(frozen=True)
class ShownSpans:
    """What another tool is shown of a document: spans in order of place, and relations between them.

    A rejected suggestion is not shown: others would take it for an annotation. Numbers are 1-based places in
    `spans`, then in `relations`.
    """

    spans: list[tuple[str, Body]]
    relations: list[tuple[str, Body]]
    numbers: dict[str, int]

    def ids(self) -> list[str]:
        return [key for key, _ in (*self.spans, *self.relations)]


def shown(document: ExchangeDocument, *, relations: bool = True) -> ShownSpans:
    """Spans and relations of a document, in an order that does not depend on the ids' order.

    `relations`: whether the format has any; where not, those of the record stay as they are.
    """
    said = document.said()
    spans = sorted(
        of_kind(said, "entity").items(),
        key=lambda one: (one[1]["fragments"][0][0], -one[1]["fragments"][-1][1], one[1]["label"], one[0]),
    )
    numbers = {key: number for number, (key, _) in enumerate(spans, start=1)}
    placed = [one for one in of_kind(said, "relation").items() if {one[1]["head"], one[1]["tail"]} <= numbers.keys()]
    linked = sorted(placed, key=lambda r: (numbers[r[1]["head"]], numbers[r[1]["tail"]], r[1]["type"], r[0]))
    numbers |= {key: number for number, (key, _) in enumerate(linked, start=len(spans) + 1)}
    return ShownSpans(spans, linked if relations else [], numbers)


def record_of(document: ExchangeDocument, what: ShownSpans, text: str | None) -> str:
    """The record as canonical JSON; `text` is the text as the file has it."""
    facts = document.facts()
    del facts["text"]
    seal = None if text is None else sha256(text)
    return canonical_json(facts | {"elements": document.elements, "shown": what.ids(), "text_sha256": seal})


def extent(body: Body) -> tuple[int, int]:
    """First start and last end, for formats whose spans have no gaps."""
    return body["fragments"][0][0], body["fragments"][-1][1]


@dataclass
class FoundSpans:
    """What a reader found in a file of another tool: by the file's own ids, relations with ids as their ends."""

    spans: Elements = field(default_factory=dict)
    relations: Elements = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, code: str, where: str, message: str) -> None:
        self.problems.append(Problem(code, where, message))

    def span(self, key: str, place: list[int] | None, label: object, where: str) -> None:
        """A span with a label, or the problem that its offsets are none of this text."""
        if place is None:
            self.problem("bad_offsets", where, "the offsets are empty, outside the text or within a character")
        elif not isinstance(label, str) or not label:
            self.problem("no_label", where, "a span needs a label")
        else:
            self.spans[key] = {"kind": "entity", "fragments": [place], "label": label}

    def relation(self, key: str, kind: object, head: object, tail: object) -> None:
        """A relation between the spans with these ids of the file."""
        name = kind if isinstance(kind, str) and kind else "related"
        self.relations[key] = {"kind": "relation", "type": name, "head": id_of(head), "tail": id_of(tail)}

    def connected(self) -> Elements:
        """Spans and those relations whose ends are there; the others become problems."""
        good = {}
        for key, body in self.relations.items():
            if {body["head"], body["tail"]} <= self.spans.keys():
                good[key] = body
            else:
                self.problem("bad_relation", f"relation {_name(key)}", "it names what is not there")
        return self.spans | good


def restored(record: Any, found: FoundSpans, base: ExchangeDocument) -> ExchangeDocument:
    """A document from what the file shows and the record beside it; `base` has what is known without a record.

    A record that is damaged, or of another text, is a problem, and is not used.
    """
    elements = found.connected()
    if record in (None, ""):
        return _with(base, elements, found.problems)
    held = _parsed(record)
    # A file has an empty text where the document has none.
    text = None if isinstance(held, dict) and held.get("text_sha256") is None and not base.text else base.text
    why = _record_problem(held, text)
    if why:
        found.problem("bad_record", "record", why)
        return _with(base, elements, found.problems)
    merged = _merged(held, elements)
    parts = {name: held[name] for name in ("id", "modality", "meta", "provenance")}
    return ExchangeDocument(
        text=text, elements=merged, file=base.file, problems=[*base.problems, *found.problems], **parts
    )


def _with(base: ExchangeDocument, elements: Elements, problems: list[Problem]) -> ExchangeDocument:
    return replace(base, elements=elements, problems=[*base.problems, *problems])


def _parsed(record: Any) -> Any:
    if not isinstance(record, str):
        return record
    try:
        return json.loads(record)
    except (ValueError, RecursionError):
        return None


def _record_problem(held: Any, text: str | None) -> str | None:
    if not isinstance(held, dict) or set(held) != set(_RECORD_FIELDS):
        return "it is no record of a document"
    words = (held["id"], held["modality"])
    if not all(isinstance(word, str) for word in words) or not isinstance(held["shown"], list):
        return "it is no record of a document"
    if not all(isinstance(held[part], dict) for part in ("meta", "provenance")):
        return "meta and provenance must be objects"
    if held["text_sha256"] != (None if text is None else sha256(text)):
        return "it is the record of another text"
    return elements_problem(held["elements"], len(text or ""))


def _merged(held: dict[str, Any], found: Elements) -> Elements:
    """The record's elements, with what is different in the file: moved, renamed, gone, new."""
    elements: Elements = dict(held["elements"])
    names = {str(number): key for number, key in enumerate(held["shown"], start=1) if isinstance(key, str)}
    for number, key in names.items():
        if number not in found:
            elements.pop(key, None)
    for number, body in found.items():
        own = names.get(number)
        there = elements.get(own) if own is not None else None
        ends = {end: names.get(body[end], f"N{body[end]}") for end in ("head", "tail") if end in body}
        if own is not None and there is not None and there["kind"] == body["kind"]:
            elements[own] = there | _changes(there, body) | ends
        else:
            elements[f"N{number}"] = body | ends
    ends_there = {key for key, body in elements.items() if body["kind"] == "entity"}
    return {
        key: body
        for key, body in elements.items()
        if body["kind"] != "relation" or key not in names.values() or {body["head"], body["tail"]} <= ends_there
    }


def _changes(there: Body, found: Body) -> Body:
    """Label and place as the file has them. A span without its gaps is no change."""
    if found["kind"] == "relation":
        return {"type": found["type"]}
    changes: Body = {"label": found["label"]}
    pieces = found["fragments"]
    if not (len(pieces) == 1 and (pieces[0][0], pieces[0][1]) == extent(there)):
        changes["fragments"] = pieces
    return changes


def id_of(value: object) -> str:
    """An id of a file as a string: 1 and "1" are one id; what can be none is ""."""
    return str(value) if isinstance(value, str) or type(value) is int else ""


def _name(key: str) -> str:
    """An id of a file, where it is short and plain enough to be repeated."""
    return key if len(key) <= 40 and key.isascii() and key.isprintable() else "…"
