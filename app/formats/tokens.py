"""Words for formats that count in tokens: words and single signs, cut wherever a span begins or ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from app.formats.model import Body

_WORD = re.compile(r"\w+|[^\w\s]")


def edges_of(bodies: Iterable[Body]) -> list[int]:
    """Where spans begin or end, in order, each once."""
    return sorted({edge for body in bodies for piece in body["fragments"] for edge in piece})


def cut(text: str, edges: list[int], start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Words and single signs, cut at the edges within them; edges are in order. White space is no token."""
    place = bisect_right(edges, start)
    for found in _WORD.finditer(text, start, len(text) if end is None else end):
        begin, stop = found.span()
        while place < len(edges) and edges[place] < stop:
            if edges[place] > begin:
                yield begin, edges[place]
                begin = edges[place]
            place += 1
        yield begin, stop
