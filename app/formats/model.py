"""The exchange model: one document and what is said of it, as every format reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Problem

# One element, by its kind. A record may hold more: a writer names every field it does not write (`losses`).
#   entity    fragments [[start, end], …] as code points, label, assertion {name: value}, codes: what says
#             system, release, code
#   relation  type, head, tail, certainty; attributes {name: value}
#   event     mentions [id, …] (the first is the trigger), label, roles [[name, id], …]; attributes {name: value}
#   chain     mentions [id, …]
#   comment   text, about: id
# Every other kind is an answer about the document as a whole.
Body = dict[str, Any]
Elements = dict[str, Body]


@dataclass(frozen=True)
class ExchangeDocument:
    """A text, its elements by id, and where they come from.

    Elements are records as an answer was frozen with: a form that a format translates into and out of would
    lose what it does not know. `text` is None where a file of spans came without one. A reader says in
    `problems` what it could not use: code, place within `file`, and why; never the text.
    """

    id: str
    text: str | None
    elements: Elements
    modality: str = "notes"
    meta: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    #: how an answer came about: what each reader said, what was ruled and why; empty: not known
    history: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    problems: list[Problem] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """What is said of the document itself."""
        return {
            "id": self.id,
            "modality": self.modality,
            "text": self.text,
            "meta": self.meta,
            "provenance": self.provenance,
        }

    def said(self) -> Elements:
        """The elements that say something: a rejected suggestion counts as absent."""
        return {key: body for key, body in self.elements.items() if body.get("status") != "rejected"}


def of_kind(elements: Elements, *kinds: str) -> Elements:
    return {key: body for key, body in elements.items() if body["kind"] in kinds}
