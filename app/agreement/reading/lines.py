"""JSON lines: one rating, one span, or all that one reader marked in one document, per line."""

from __future__ import annotations

import json
from typing import Any

from app.agreement.metrics.data import Link, MarkedSpan
from app.agreement.reading.collected import Collected

_ITEM = ("item", "id", "document", "doc")
_RATER = ("rater", "annotator", "reader", "user")


def read_lines(text: str, name: str, into: Collected) -> None:
    """Add one file's records; a bad line is an exclusion that names it.

    Ratings are ``{"item", "rater", "value"[, "document"]}``; marks are ``{"document", "rater", "spans":
    [{"start", "end"[, "fragments"], "label"}], "relations": [{"type", "head", "tail"}][, "text"]}``,
    head and tail being positions in `spans`; `entities` says the same as `spans`.
    """
    # Not splitlines: a text may hold characters Python takes for line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}: line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):  # also a number of 5,000 digits
            record = None
        if not isinstance(record, dict):
            into.leave_out("bad_json", where)
            continue
        _read(record, where, into)


def _read(record: dict[str, Any], where: str, into: Collected) -> None:
    item, rater = _first(record, _ITEM), _first(record, _RATER)
    if item is None or rater is None:
        into.leave_out("no_item_or_rater", where)
        return
    marks = record.get("spans", record.get("entities"))
    if marks is not None:
        _read_marks(record, marks, (item, rater), where, into)
    elif "start" in record:
        span = _span(record)
        reading = into.reading(item, rater)
        if span is None:
            into.leave_out("bad_offsets", where)
        else:
            reading.spans.append(span)
    else:
        value = record.get("value", record.get("label"))
        document = record.get("document") or record.get("doc") or ""
        if isinstance(value, (dict, list)):
            into.leave_out("bad_value", where)
        else:
            into.rate(item, rater, "" if value is None else _shown(value), str(document))


def _read_marks(record: dict[str, Any], marks: Any, place: tuple[str, str], where: str, into: Collected) -> None:
    document, rater = place
    reading = into.reading(document, rater)
    if isinstance(record.get("text"), str):
        into.add_text(document, record["text"], where)
    spans: list[MarkedSpan | None] = [_span(mark) for mark in marks] if isinstance(marks, list) else [None]
    for position, span in enumerate(spans):
        if span is None:
            into.leave_out("bad_offsets", f"{where}, span {position}")
        else:
            reading.spans.append(span)
    relations = record.get("relations") or []
    for position, found in enumerate(relations if isinstance(relations, list) else [None]):
        link = _link(found, spans)
        if link is None:
            into.leave_out("bad_relation", f"{where}, relation {position}")
        else:
            reading.links.append(link)


def _span(mark: Any) -> MarkedSpan | None:
    if not isinstance(mark, dict):
        return None
    label = mark.get("label", mark.get("type"))
    if not isinstance(label, str):
        return None
    pairs = mark.get("fragments") or [[mark.get("start"), mark.get("end")]]
    if not isinstance(pairs, list):
        return None
    for pair in pairs:
        whole = isinstance(pair, (list, tuple)) and len(pair) == 2 and all(type(n) is int for n in pair)
        if not whole or not 0 <= pair[0] < pair[1]:
            return None
    return MarkedSpan(label, tuple(sorted((a, b) for a, b in pairs)))


def _link(found: Any, spans: list[MarkedSpan | None]) -> Link | None:
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        return None
    ends = [found.get("head"), found.get("tail")]
    marked = [spans[end] if type(end) is int and 0 <= end < len(spans) else None for end in ends]
    if marked[0] is None or marked[1] is None:
        return None
    return Link(found["type"], marked[0], marked[1])


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str | None:
    found = next((record[name] for name in names if record.get(name) not in (None, "")), None)
    return None if found is None or isinstance(found, (dict, list)) else str(found)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
