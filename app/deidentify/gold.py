"""Gold for de-identification: JSON lines {"id", "text", "spans": [{"start", "end", "type"}]}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.errors import Invalid
from app.core.reading import decoded, parsed
from app.deidentify.evaluation import Marked, marked
from app.deidentify.note import Note
from app.deidentify.request import parse_request


def read_gold(data: bytes, name: str) -> Iterator[tuple[Any, Note, list[Marked]]]:
    """(id, note, marks) of each line. Raises Invalid naming file and line."""
    # Not splitlines: a text may hold characters Python takes for line ends.
    for number, line in enumerate(decoded(data, name).split("\n"), start=1):
        if line.strip():
            yield _gold(parsed(line, name, first_line=number), f"{name} line {number}")


def _gold(record: Any, where: str) -> tuple[Any, Note, list[Marked]]:
    try:
        request = parse_request(record)
        spans = marked(record["spans"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("bad-gold", f'{where} is not {{"id","text","spans":[{{"start","end","type"}}]}}') from None
    except Invalid as error:
        raise Invalid("bad-gold", f"{where}: {error.message}") from None
    length = len(request.note.text)
    if any(type(s.start) is not int or type(s.end) is not int or not 0 <= s.start < s.end <= length for s in spans):
        raise Invalid("bad-gold", f"{where} has a span outside its text")
    return request.id, request.note, spans
