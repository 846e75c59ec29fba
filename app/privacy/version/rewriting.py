"""A clean text rewritten: more places replaced, or originals put back; with its offset map and what changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.core.places import TextChange
from app.deidentify.engine import to_source
from app.deidentify.span import Span, merge

KEY = "reported"
Rows = list[list[int]]
Maker = Callable[[Span], Callable[[str], str]]
Range = tuple[int, int]


@dataclass(frozen=True)
class Rewritten:
    """`rows` map the text to its source: [source_start, source_end, start, end], in order. `change` is what differs
    from the text before."""

    text: str
    rows: Rows
    change: TextChange


@dataclass(frozen=True)
class _Piece:
    """A place [start, end) of the old text: what stands there now (None: the same), and its source's place, where it
    is a replacement."""

    start: int
    end: int
    text: str | None
    source: Range | None


def everywhere(text: str, spans: list[Span]) -> list[Span]:
    """The spans, and every other place of the text with the very same words."""
    found = list(spans)
    for span in spans:
        words = text[span.start : span.end]
        pattern = rf"(?<!\w){re.escape(words)}(?!\w)"
        found += [Span(m.start(), m.end(), span.type, 1.0, KEY) for m in re.finditer(pattern, text)]
    return merge(found)


def redact_text(text: str, rows: Rows, spans: list[Span], make: Maker) -> Rewritten:
    """The text with `spans` replaced.

    `rows` is the map of `text`. A span that cuts into an earlier replacement takes all of it.
    """
    hulls = merge(_hull(span, rows) for span in merge(spans))
    kept = [row for row in rows if not any(_overlaps(row, hull) for hull in hulls)]
    pieces = [
        _Piece(h.start, h.end, make(h)(text[h.start : h.end]), (to_source(h.start, rows), to_source(h.end, rows)))
        for h in hulls
    ]
    return _rewritten(text, [*pieces, *_standing(kept)])


def restore_text(text: str, rows: Rows, originals: Mapping[Range, str]) -> Rewritten:
    """The text with some replacements undone: `originals` are what stood at these places of the source."""
    back = [row for row in rows if (row[0], row[1]) in originals]
    kept = [row for row in rows if (row[0], row[1]) not in originals]
    pieces = [_Piece(start, end, originals[a, b], None) for a, b, start, end in back]
    return _rewritten(text, [*pieces, *_standing(kept)])


def _standing(rows: Rows) -> list[_Piece]:
    return [_Piece(start, end, None, (a, b)) for a, b, start, end in rows]


def _rewritten(text: str, pieces: Iterable[_Piece]) -> Rewritten:
    made: Rows = []
    changes: Rows = []
    clean: list[str] = []
    done = length = 0
    for piece in sorted(pieces, key=lambda p: (p.start, p.end)):
        now = text[piece.start : piece.end] if piece.text is None else piece.text
        clean += [text[done : piece.start], now]
        length += piece.start - done
        place = [length, length + len(now)]
        if piece.source is not None:
            made.append([*piece.source, *place])
        if piece.text is not None:
            changes.append([piece.start, piece.end, *place])
        done, length = piece.end, place[1]
    return Rewritten("".join(clean) + text[done:], made, TextChange.of(changes))


def _hull(span: Span, rows: Rows) -> Span:
    cut = [row for row in rows if _overlaps(row, span)]
    start = min([span.start, *(row[2] for row in cut)])
    end = max([span.end, *(row[3] for row in cut)])
    return Span(start, end, span.type, span.score, span.recogniser)


def _overlaps(row: list[int], span: Span) -> bool:
    """Whether they share characters; what was removed without a trace counts where the span ends at it."""
    removed_at_end = row[2] == row[3] == span.end
    return removed_at_end or (row[2] < span.end and span.start < row[3])
