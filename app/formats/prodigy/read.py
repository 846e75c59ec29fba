"""Prodigy JSONL, read: accepted tasks; a rejected or skipped one comes in without its spans, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.errors import Problem
from app.formats.files import InputFiles
from app.formats.json_lines import begins_with, json_lines, object_of, objects_of, place_of, text_of
from app.formats.model import ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.record import RECORD, FoundSpans, id_of, restored

_DISCARDED = ("reject", "ignore")


class ProdigyReader:
    """One task a line; its id is the number of the line, unless the record says another."""

    title = "Prodigy JSONL"

    def knows(self, files: InputFiles) -> bool:
        if files.is_folder:
            return False
        marked = begins_with(files, "_input_hash", "text") or begins_with(files, "token_start", "text")
        return marked or begins_with(files, "text", "answer", "spans")

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        for number, task in json_lines(files):
            text = text_of(task.get("text"), f"{files.name} line {number}")
            meta = dict(object_of(task.get("meta")))
            record = meta.pop(RECORD, None)
            base = ExchangeDocument(str(number), text, {}, meta=meta, file=files.name)
            if task.get("answer") in _DISCARDED:
                why = "the task was not accepted: its spans are left out"
                base.problems.append(Problem("not_accepted", f"line {number}", why))
                yield base
            else:
                yield restored(record, _found(task, text), base)


def _found(task: dict[str, Any], text: str) -> FoundSpans:
    table = OffsetTable(text, OffsetUnit.CODE_POINT)
    found = FoundSpans()
    for position, one in enumerate(objects_of(task.get("spans"))):
        key = id_of(one.get("id")) or f"T{position}"
        found.span(key, place_of(table, one.get("start"), one.get("end")), one.get("label"), f"span {position + 1}")
    for position, one in enumerate(objects_of(task.get("relations"))):
        ends = [_end(found, object_of(one.get(side)), table) for side in ("head_span", "child_span")]
        key = id_of(one.get("id")) or f"R{position}"
        found.relation(key, one.get("label"), *ends)
    return found


def _end(found: FoundSpans, said: dict[str, Any], table: OffsetTable) -> str:
    """The span that is an end of a relation: by id, else by place and label; one that only stands here is taken in."""
    own = id_of(said.get("id"))
    if own in found.spans:
        return own
    place = place_of(table, said.get("start"), said.get("end"))
    label = said.get("label")
    for key, body in found.spans.items():
        if body["fragments"] == [place] and label in (None, body["label"]):
            return key
    if place is None:
        return ""
    key = f"E{len(found.spans)}"
    found.span(key, place, label or "mention", "span of a relation")
    return key
