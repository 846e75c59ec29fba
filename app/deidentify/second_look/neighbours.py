"""Names beside names: enumerations, and lines that hold nothing but a name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import (
    TITLES,
    end_of,
    extend_right,
    is_initial,
    looks_like_name,
    term_follows,
)
from app.deidentify.span import Span

KEY = "neighbours"
_LINE = re.compile(r"^[>\t *-]{0,8}(?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3})[ \t]*$", re.MULTILINE)
_ADDRESS_LINE = re.compile(
    r"^[^\w\n]{0,8}(?P<v>\d{1,5} (?:[^\W\d_][\w'’.-]* ){1,4}\d{1,5}[a-zA-Z]?)[ \t,.]*$", re.MULTILINE
)
_HEAD_LINE = re.compile(
    r"^[>?\t *-]{0,8}(?P<v>[^\W_][\w.&'’-]*(?: (?:&|[^\W_][\w.&'’-]*)){0,4})[ \t]*$"
    r"(?=\n[>?\t *-]{0,8}(?:\d{1,5}[A-Za-z]?(?:-\d{1,4})? [^\W\d]"
    r"|(?i:p\.?o\.? box|psc|unit|the corner of|usn[sv]|cmr) ?))",
    re.MULTILINE,
)
_ADDRESS_NEXT = re.compile(r"\s*[>\s]*(?:\d|P\.?O\.? Box|PSC|Unit )")


def enumerated(note: Note, spans: list[Span]) -> Iterator[Span]:
    """The unknown members of "Romi, Erik and Amy": capitalised words joined to a name by comma or "and"."""
    ranges = [_positions(note, span) for span in spans if span.type == "NAME"]
    named = {p for first, last in ranges for p in range(first, last + 1)}
    for first, last in ranges:
        if first <= last:
            yield from _towards(note, first, -1, named)
            yield from _towards(note, last, 1, named)


def _positions(note: Note, span: Span) -> tuple[int, int]:
    return bisect_left(note.starts, span.start), bisect_left(note.starts, span.end) - 1


def _towards(note: Note, position: int, step: int, named: set[int]) -> Iterator[Span]:
    """Walks in one direction as long as there are likely names; stops at one that walks for itself."""
    while True:
        nxt = _joined(note, position, step)
        if nxt is None or nxt in named or not _likely(note, nxt, step):
            return
        last = extend_right(note, nxt) if step > 0 else nxt
        yield Span(note.starts[nxt], end_of(note, last), "NAME", 0.5, KEY)
        position = last if step > 0 else nxt
        named.add(nxt)


def _joined(note: Note, position: int, step: int) -> int | None:
    """The word on the other side of ", ", " and " or " & "; None where nothing joins."""
    nxt = position + step
    if not 0 <= nxt < len(note.words):
        return None
    if note.lowers[nxt] in ("and", "or"):
        beyond = nxt + step
        if not 0 <= beyond < len(note.words) or note.gap(min(nxt, beyond)) != " ":
            return None
        return beyond if note.gap(min(position, nxt)) in (" ", ", ") else None
    return nxt if note.gap(min(position, nxt)) in (", ", " & ") else None


def _likely(note: Note, position: int, step: int) -> bool:
    word, flags = note.words[position], note.flags[position]
    if not word.istitle() or len(word) < 3 or note.lowers[position] in TITLES:
        return False
    if flags & (Known.REGION | Known.CITY) or term_follows(note, position):
        return False
    if step < 0 and position and note.words[position - 1][0].isupper() and note.gap(position - 1) == " ":
        return False  # the end of something longer
    if flags & Known.ORDINARY:
        return bool(flags & Known.EITHER) and bool(flags & (Known.FIRST | Known.LAST))
    return looks_like_name(note, position) and bool(flags & (Known.FIRST | Known.LAST) or not flags & Known.EPONYM)


def leading_initials(note: Note, spans: list[Span]) -> Iterator[Span]:
    """The "J." before a name that was found by its last part alone."""
    for span in spans:
        if span.type != "NAME":
            continue
        before = bisect_left(note.starts, span.start) - 1
        if before >= 0 and is_initial(note, before) and note.text[note.end(before) : span.start] in (". ", "."):
            yield Span(note.starts[before], span.end, "NAME", span.score, span.recogniser)


def address_lines(note: Note) -> Iterator[Span]:
    """A line that is but a number, a name and a number: "53772 Holmatun 45", as addresses of many countries are."""
    if "\n" in note.text:
        for match in _ADDRESS_LINE.finditer(note.text):
            yield Span(match.start("v"), match.end("v"), "LOCATION", 0.5, KEY)


def letterhead(note: Note, spans: list[Span]) -> Iterator[Span]:
    """The line between a person's and an address: an employer, or where the other is named, the person."""
    if "\n" not in note.text:
        return
    for match in _HEAD_LINE.finditer(note.text):
        first = bisect_left(note.starts, match.start("v"))
        last = bisect_left(note.starts, match.end("v")) - 1
        if first > last or any(note.flags[i] & Known.REGION for i in range(first, last + 1)):
            continue
        above = _above(note.text, match.start())
        at = bisect_left(spans, match.start(), key=lambda s: s.start) - 1
        named = at >= 0 and spans[at].type == "NAME" and spans[at].end > above
        if named and above < match.start() and not _covered(spans, match.start("v"), match.end("v")):
            yield Span(match.start("v"), match.end("v"), "ORGANIZATION", 0.5, KEY)


def _above(text: str, start: int) -> int:
    """Where the line above begins, at most 80 characters up; the place itself without one."""
    begin = text.rfind("\n", max(0, start - 81), max(0, start - 1)) + 1
    return begin if begin or start <= 81 else start


def _covered(spans: list[Span], start: int, end: int) -> bool:
    at = bisect_left(spans, end, key=lambda s: s.start) - 1
    return at >= 0 and spans[at].start <= start and spans[at].end >= end


def lone_lines(note: Note) -> Iterator[Span]:
    """A line of two to four name-like words: one of them listed, or an address below."""
    if "\n" not in note.text:
        return
    for match in _LINE.finditer(note.text):
        first = bisect_left(note.starts, match.start("name"))
        last = bisect_left(note.starts, match.end("name")) - 1
        if not all(looks_like_name(note, i) or len(note.words[i]) == 1 for i in range(first, last + 1)):
            continue
        if any(note.flags[i] & (Known.EPONYM | Known.REGION | Known.CITY) for i in range(first, last + 1)):
            continue
        listed = any(note.flags[i] & Known.FIRST for i in range(first, last + 1))
        opening = not note.text[: match.start()].strip() and note.text[match.end() : match.end() + 2] == "\n\n"
        if first < last and (listed or opening or _ADDRESS_NEXT.match(note.text, match.end())):
            yield Span(match.start("name"), match.end("name"), "NAME", 0.5, KEY)
