"""ASQ-PHI: blocks of a query and the values to remove in it, given as values, not as offsets."""

import json
import re
from dataclasses import dataclass

_TITLE = re.compile(r"^(?:Dr|Mr|Mrs|Ms)\.?\s")


@dataclass(frozen=True)
class Value:
    """One value to remove: its type, and every place where it stands in the query."""

    type: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Query:
    text: str
    values: tuple[Value, ...]


def read_queries(path):
    """The queries of a file; one without values is a hard negative. Titles are no part of a name."""
    for block in path.read_text(encoding="utf-8").split("===QUERY===")[1:]:
        query, _, tags = block.partition("===PHI_TAGS===")
        said = [json.loads(line) for line in tags.splitlines() if line.strip()]
        values = [Value(tag["identifier_type"], places(_TITLE.sub("", tag["value"]), query)) for tag in said]
        yield Query(query, tuple(values))


def places(value, text):
    """Every place of a value that is not inside a longer word or number; any place if there is no such."""
    found = [match.span() for match in re.finditer(re.escape(value), text)] if value else []
    whole = [(a, b) for a, b in found if not _joined(text, a - 1, a) and not _joined(text, b - 1, b)]
    return tuple(whole or found)


def _joined(text, left, right):
    return left >= 0 and right < len(text) and text[left].isalnum() and text[right].isalnum()
