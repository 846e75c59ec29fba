"""Label Studio JSON, read: the spans and relations of each annotation that was not skipped.

Annotations of several people are several readings: each is a document of its own here, `id` and `reader` told apart
in its provenance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid, Problem
from app.core.reading import parsed, whole_text
from app.formats.files import InputFiles, beginning
from app.formats.json_lines import object_of, objects_of, place_of, text_of
from app.formats.model import ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.record import RECORD, FoundSpans, id_of, restored

_SPANS = ("labels", "hypertextlabels")
_TEXT_FIELD = "text"


class LabelStudioReader:
    """Tasks of texts; a task about a picture or a sound, which has no text, is refused by its number."""

    title = "Label Studio JSON"

    def knows(self, files: InputFiles) -> bool:
        head = beginning(files).lstrip()
        return head.startswith(("[", "{")) and '"data"' in head and ('"annotations"' in head or '"from_name"' in head)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        with files.open(files.name) as raw:
            tasks = parsed(whole_text(raw, files.name), files.name)
        if isinstance(tasks, dict):
            tasks = [tasks]
        if not isinstance(tasks, list):
            raise Invalid("bad-tasks", f"{files.name}: needs a list of tasks")
        for number, task in enumerate(tasks, start=1):
            where = f"{files.name} task {number}"
            if not isinstance(task, dict):
                raise Invalid("bad-tasks", f"{where}: needs an object")
            yield from _readings(task, number, where, files.name)


def _readings(task: dict[str, Any], number: int, where: str, file: str) -> Iterator[ExchangeDocument]:
    data = dict(object_of(task.get("data")))
    annotations = objects_of(task.get("annotations", task.get("completions")))
    kept = [one for one in annotations if not one.get("was_cancelled")]
    name = _field(kept, data)
    text = text_of(data.pop(name, None), where)
    own = id_of(data.get("document")) or id_of(task.get("id")) or str(number)
    record = object_of(task.get("meta")).get(RECORD)
    for one in kept or [{}]:
        base = ExchangeDocument(own, text, {}, meta=data, provenance=_who(one, len(kept)), file=file)
        if len(kept) < len(annotations):
            base.problems.append(Problem("skipped", f"task {number}", "an annotation was skipped, and is left out"))
        yield restored(record if len(kept) == 1 else None, _found(one, text), base)


def _field(annotations: list[dict[str, Any]], data: dict[str, Any]) -> str:
    """The field of the task that holds the text: what a span points to, else the one called so."""
    if _TEXT_FIELD in data:
        return _TEXT_FIELD
    texts = [key for key, value in data.items() if isinstance(value, str)]
    return texts[0] if len(texts) == 1 and annotations else _TEXT_FIELD


def _who(annotation: dict[str, Any], readings: int) -> dict[str, Any]:
    """Who read it, by Label Studio's number: names and addresses of people stay out."""
    who = annotation.get("completed_by")
    reader = id_of(who.get("id")) if isinstance(who, dict) else id_of(who)
    return {"annotation": id_of(annotation.get("id")), "reader": reader} if readings > 1 or reader else {}


def _found(annotation: dict[str, Any], text: str) -> FoundSpans:
    table = OffsetTable(text, OffsetUnit.CODE_POINT)
    found = FoundSpans()
    relations = 0
    for position, one in enumerate(objects_of(annotation.get("result")), start=1):
        kind = one.get("type")
        value = object_of(one.get("value"))
        if kind == "relation":
            relations += 1
            labels = one.get("labels")
            label = labels[0] if isinstance(labels, list) and labels else None
            # Its relations have no ids: by place, which is how our writer numbers them.
            found.relation(str(len(found.spans) + relations), label, one.get("from_id"), one.get("to_id"))
        elif kind in _SPANS:
            labels = value.get(str(kind))
            label = labels[0] if isinstance(labels, list) and labels else None
            key = id_of(one.get("id")) or f"T{position}"
            found.span(key, place_of(table, value.get("start"), value.get("end")), label, f"region {position}")
        else:
            found.problem("not_a_span", f"region {position}", "it is no span of the text")
    return found
