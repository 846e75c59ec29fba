"""One line of `deid text`: what it may hold, checked with an error that names the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.errors import Invalid, Problem, invalid
from app.core.text import text_problems
from app.deidentify.calendar.reading import ORDERS
from app.deidentify.note import Note

KNOWN_FIELDS = ("names", "ids", "dates", "addresses", "contacts")


@dataclass(frozen=True)
class Request:
    """A text with what is already known about its subject."""

    id: Any
    note: Note


def parse_request(record: dict[str, Any], date_order: str = "", *, wards: bool = False) -> Request:
    """`date_order` holds where the line names none. Raises Invalid: a field is missing, or the text cannot be used."""
    text = record.get("text")
    if not isinstance(text, str):
        raise Invalid("text-missing", 'the field "text" must be a string')
    # An empty text is harmless here: nothing can leak from it.
    problems = [p for p in text_problems(text) if p.code != "empty-text"]
    if problems:
        raise invalid(problems, problems[0].code)
    order = record.get("date_order") or date_order
    if order and order not in ORDERS:
        raise Invalid("bad-date-order", f'the field "date_order" must be one of {", ".join(ORDERS)}')
    return Request(record.get("id"), Note(text, date_order=order, known=parse_known(record.get("known")), wards=wards))


def parse_known(value: object) -> dict[str, list[str]]:
    """``{"names": […], …}`` with missing fields and nulls left out. Raises Invalid on anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("bad-known", 'the field "known" must be an object')
    problems = []
    known: dict[str, list[str]] = {}
    for name, entries in value.items():
        if name not in KNOWN_FIELDS:
            problems.append(Problem("bad-known", "known", f"its fields are {', '.join(KNOWN_FIELDS)}"))
        elif entries is not None and not (isinstance(entries, list) and all(isinstance(e, str) for e in entries)):
            problems.append(Problem("bad-known", f"known.{name}", "must be a list of strings"))
        elif entries:
            known[name] = [entry for entry in entries if entry.strip()]
    if problems:
        raise invalid(problems, "bad-known")
    return known
