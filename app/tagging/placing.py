"""Everything said of a view, moved to the offsets of the text that was given."""

from __future__ import annotations

from typing import Any

from app.tagging.protocol import Annotated
from app.tagging.reading.view import ReadingView

_PAIRS = ("scope", "title")
_QUOTES = ("cue", "text")


def placed(said: Annotated, view: ReadingView, text: str) -> Annotated:
    """The same suggestions: entities, evidence, cues of relations and sections at their original offsets."""
    for entity in said.entities:
        entity.start, entity.end = view.original(entity.start, entity.end)
        entity.fragments = [list(view.original(*fragment)) for fragment in entity.fragments]
        entity.because = [_moved(record, view, text) for record in entity.because]
        if entity.adverse_event is not None:
            entity.adverse_event = _moved(entity.adverse_event, view, text)
    for relation in said.relations:
        if relation.cue is not None:
            relation.cue = _moved(relation.cue, view, text)
    said.sections = [_moved(section, view, text) for section in said.sections]
    return said


def _moved(record: Any, view: ReadingView, text: str) -> Any:
    """A record with every pair of offsets in it moved, however deep."""
    if isinstance(record, list):
        return [_moved(one, view, text) for one in record]
    if not isinstance(record, dict):
        return record
    moved = {key: value if key in _PAIRS else _moved(value, view, text) for key, value in record.items()}
    if "start" in record:
        start, end = moved["start"], moved["end"] = view.original(record["start"], record["end"])
        moved |= {key: text[start:end] for key in _QUOTES if key in record and record.get("category") != "section"}
    for key in _PAIRS:
        if key in record:
            moved[key] = list(view.original(*record[key]))
    return moved
