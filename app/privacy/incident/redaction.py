"""Replacing more places of a clean text, and where everything then maps to in the source. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.deidentify.engine import to_source
from app.deidentify.span import Span, merge

KEY = "reported"
Rows = list[list[int]]
Maker = Callable[[Span], Callable[[str], str]]


def everywhere(text: str, spans: list[Span]) -> list[Span]:
    """The spans, and every other place of the text with the very same words."""
    found = list(spans)
    for span in spans:
        words = text[span.start : span.end]
        pattern = rf"(?<!\w){re.escape(words)}(?!\w)"
        found += [Span(m.start(), m.end(), span.type, 1.0, KEY) for m in re.finditer(pattern, text)]
    return merge(found)


def redact_text(text: str, rows: Rows, spans: list[Span], make: Maker) -> tuple[str, Rows]:
    """The text with `spans` replaced, and its offset map.

    `rows` is the map of `text`: [source_start, source_end, start, end], in order. A span that cuts into an
    earlier replacement takes all of it.
    """
    hulls = [_hull(span, rows) for span in merge(spans)]
    hulls = merge(hulls)
    kept = [row for row in rows if not any(_overlaps(row, hull) for hull in hulls)]
    changes = [(h.start, h.end, to_source(h.start, rows), to_source(h.end, rows), make(h)) for h in hulls]
    changes += [(start, end, a, b, None) for a, b, start, end in kept]
    made, clean, done, length = [], [], 0, 0
    for start, end, source_start, source_end, replace in sorted(changes, key=lambda c: c[:2]):
        piece = text[start:end] if replace is None else replace(text[start:end])
        clean += [text[done:start], piece]
        length += start - done
        made.append([source_start, source_end, length, length + len(piece)])
        done, length = end, length + len(piece)
    return "".join(clean) + text[done:], made


def _hull(span: Span, rows: Rows) -> Span:
    cut = [row for row in rows if _overlaps(row, span)]
    start = min([span.start, *(row[2] for row in cut)])
    end = max([span.end, *(row[3] for row in cut)])
    return Span(start, end, span.type, span.score, span.recogniser)


def _overlaps(row: list[int], span: Span) -> bool:
    """Whether they share characters; what was removed without a trace counts where the span ends at it."""
    removed_at_end = row[2] == row[3] == span.end
    return removed_at_end or (row[2] < span.end and span.start < row[3])
