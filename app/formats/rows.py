"""A document as rows of four tables, which CSV and Parquet both write; what a row cannot spread is JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.core.digest import canonical_json
from app.core.text import covered
from app.formats.attributes import codes_of, word
from app.formats.elements import elements_problem
from app.formats.model import Elements, ExchangeDocument, of_kind
from app.formats.record import extent, shown
from app.formats.vocabulary import PayloadVocabulary

Row = dict[str, Any]
DOCUMENTS, ELEMENTS, ENTITIES, RELATIONS = "documents", "elements", "entities", "relations"
_NUMBERS = frozenset({"start", "end"})


def columns(vocabulary: PayloadVocabulary) -> dict[str, list[str]]:
    """Table → its columns. `documents` and `elements` hold everything; the other two are the spans for reading."""
    return {
        DOCUMENTS: ["document", "modality", "text", "meta", "provenance"],
        ENTITIES: [
            "document",
            "id",
            "start",
            "end",
            "fragments",
            "words",
            "label",
            *vocabulary.axes,
            "codes",
            "status",
        ],
        RELATIONS: ["document", "id", "type", "head", "tail", "certainty", "status"],
        ELEMENTS: ["document", "id", "kind", "body"],
    }


def is_number(column: str) -> bool:
    """Whether a column holds whole numbers; all others hold text."""
    return column in _NUMBERS


def rows_of(document: ExchangeDocument, vocabulary: PayloadVocabulary) -> Iterator[tuple[str, Row]]:
    """(table, row), in the order of the files. A rejected suggestion is in `elements` alone."""
    own = {"document": document.id}
    facts = {"modality": document.modality, "text": document.text}
    yield DOCUMENTS, own | facts | {part: canonical_json(getattr(document, part)) for part in ("meta", "provenance")}
    text = document.text or ""
    for key, body in shown(document).spans:
        start, end = extent(body)
        axes = {axis: word(value) for axis, value in vocabulary.full_assertion(body.get("assertion")).items()}
        place = {"start": start, "end": end, "fragments": canonical_json(body["fragments"])}
        said = {"words": covered(text, body["fragments"]), "label": body["label"], "codes": " ".join(codes_of(body))}
        yield (
            ENTITIES,
            own | {"id": key, "status": body.get("status")} | place | said | {a: axes[a] for a in vocabulary.axes},
        )
    for key, body in sorted(of_kind(document.said(), "relation").items()):
        fields = {name: body.get(name) for name in ("type", "head", "tail", "certainty", "status")}
        yield RELATIONS, own | {"id": key} | fields
    for key, body in sorted(document.elements.items()):
        yield ELEMENTS, own | {"id": key, "kind": body["kind"], "body": canonical_json(body)}


class ElementsByDocument:
    """Rows of `elements` beside rows of `documents`: both are in one order, so that no more than one is held."""

    def __init__(self, rows: Iterator[Row], parse: Callable[[str], Any]) -> None:
        self._rows, self._parse = rows, parse
        self._next = next(rows, None)

    def of(self, document: str, length: int) -> tuple[Elements, str | None]:
        """The elements of the next document, and why they cannot be believed."""
        elements: Elements = {}
        while self._next is not None and self._next["document"] == document:
            elements[str(self._next["id"])] = self._parse(str(self._next["body"] or ""))
            self._next = next(self._rows, None)
        return elements, elements_problem(elements, length)

    def left(self) -> bool:
        """Whether rows are left that belong to no document before them."""
        return self._next is not None
