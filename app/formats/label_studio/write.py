"""Label Studio JSON, written: `tasks.json` for its import, `label_config.xml` with the labels that occur."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.digest import canonical_json
from app.formats.attributes import attributes_of
from app.formats.model import ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import RECORD, extent, record_of, shown
from app.formats.xml import in_attribute

TASKS, CONFIG = "tasks.json", "label_config.xml"
_FROM, _TO = "label", "text"


class LabelStudioWriter:
    """Spans from their first start to their last end; relations between regions; the record in the task's `meta`."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        labels: set[str] = set()
        types: set[str] = set()
        into.say(TASKS, "[")
        before = "\n"
        for number, document in enumerate(documents, start=1):
            task = _task(number, document, labels, types)
            into.say(TASKS, before + canonical_json(task))
            before = ",\n"
        into.say(TASKS, "\n]\n")
        into.say(CONFIG, _config(labels, types))


def _task(number: int, document: ExchangeDocument, labels: set[str], types: set[str]) -> dict[str, Any]:
    text = document.text or ""
    what = shown(document)
    result = []
    for key, body in what.spans:
        start, end = extent(body)
        value = {"start": start, "end": end, "text": text[start:end], "labels": [body["label"]]}
        region: dict[str, Any] = {"id": str(what.numbers[key]), "from_name": _FROM, "to_name": _TO, "type": "labels"}
        result.append(region | {"origin": "manual", "value": value, "meta": attributes_of(body)})
        labels.add(body["label"])
    for _, body in what.relations:
        ends = {"from_id": str(what.numbers[body["head"]]), "to_id": str(what.numbers[body["tail"]])}
        relation: dict[str, Any] = {"type": "relation", "direction": "right", "labels": [body["type"]]}
        result.append(relation | ends)
        types.add(body["type"])
    annotation = {"id": number, "result": result, "was_cancelled": False, "ground_truth": False}
    return {
        "id": number,
        "data": {_TO: text, "document": document.id},
        "meta": {RECORD: record_of(document, what, document.text)},
        "annotations": [annotation],
        "predictions": [],
    }


def _config(labels: set[str], types: set[str]) -> str:
    """The configuration: every label and type that occurs, in order."""
    marked = "".join(f'    <Label value="{in_attribute(one)}"/>\n' for one in sorted(labels))
    related = "".join(f'    <Relation value="{in_attribute(one)}"/>\n' for one in sorted(types))
    return (
        f'<View>\n  <Relations>\n{related}  </Relations>\n  <Labels name="{_FROM}" toName="{_TO}">\n{marked}'
        f'  </Labels>\n  <Text name="{_TO}" value="${_TO}"/>\n</View>\n'
    )
