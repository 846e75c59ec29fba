"""doccano JSONL, written: one document a line, entities and relations by number; `chartmark` becomes its metadata."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.digest import canonical_json
from app.formats.model import ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.protocol import Writing
from app.formats.record import RECORD, extent, record_of, shown

FILE = "doccano.jsonl"


class DoccanoWriter:
    """Spans from their first start to their last end."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say(FILE, "")
        for number, document in enumerate(documents, start=1):
            what = shown(document)
            table = OffsetTable(document.text or "", OffsetUnit.UTF16)
            entities = []
            for key, body in what.spans:
                start, end = extent(body)
                place = {"start_offset": table.there(start), "end_offset": table.there(end)}
                entities.append({"id": what.numbers[key], "label": body["label"]} | place)
            relations = [
                {
                    "id": what.numbers[key],
                    "from_id": what.numbers[body["head"]],
                    "to_id": what.numbers[body["tail"]],
                    "type": body["type"],
                }
                for key, body in what.relations
            ]
            said = {
                "id": number,
                "text": document.text or "",
                "entities": entities,
                "relations": relations,
                "Comments": [],
                RECORD: record_of(document, what, document.text),
            }
            into.say(FILE, canonical_json(said) + "\n")
