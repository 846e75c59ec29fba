"""JSONL of everything: one released item a line, losing nothing."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.digest import canonical_json
from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing

_FILE = "items.jsonl"


class JsonLinesWriter:
    """Text, elements as they were submitted, provenance; offsets are code points."""

    modalities = None
    tells_history = True

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say(_FILE, "")
        for document in documents:
            said = {**document.facts(), "offset_unit": "code point", "elements": document.elements}
            if document.history:
                said["history"] = document.history
            into.say(_FILE, canonical_json(said) + "\n")
