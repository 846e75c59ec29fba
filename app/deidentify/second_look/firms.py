"""Firms beside what was found: the line above an address, "at X, 12 Oak St", "Abby Holloway of X", "X, Y and Z Ltd"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import TITLES, is_note_word, is_running, term_follows
from app.deidentify.span import Span
from app.deidentify.things import in_makers_bracket

KEY = "firms"
_LINE_ABOVE = re.compile(
    r"(?:^|\n)[>?\t *-]{0,8}(?P<v>[^\W_][\w.&'’-]*(?: (?:&|[^\W_][\w.&'’-]*)){0,4})[ \t]{0,8}\n[>?\s]{0,12}$"
)
_AT = re.compile(r"\b(?:at|to|from|by) (?P<v>[A-Z][\w&'’-]*(?: [A-Z][\w&'’-]*){0,3}), $")
_OF = re.compile(r" (?:of|from) (?P<v>[A-Z][\w&'’-]*(?: (?:of |and |& )?[A-Z][\w&'’-]*){0,3})(?=[\s,.;'’]|$)")
_RUN = r"(?P<v>[A-Z][\w&'’-]*(?: (?:& )?[A-Z][\w&'’-]*){0,3})"
_LISTED_BEFORE = re.compile(rf"(?:^|[:,] |\band ){_RUN}(?:, and |, | and )$")
_LISTED_AFTER = re.compile(rf"(?:'s)?(?:, and |, | and ){_RUN}(?=['’]s |[,.;]|$| and )")
_DIGIT = re.compile(r"\d")
_NO_FIRM = words("house_generic_before")


def firms_beside(note: Note, spans: list[Span]) -> Iterator[Span]:
    """Capitalised words that stand where only a firm stands, next to an address, a person or another firm."""
    for span in spans:
        if span.type == "LOCATION" and _DIGIT.search(note.text, span.start, span.end):
            yield from _above_or_before(note, span)
        elif span.type == "NAME":
            yield from _span_of(note, _OF.match(note.text, span.end), spans)
        elif span.type == "ORGANIZATION":
            yield from _beside_firm(note, span, spans)


def _above_or_before(note: Note, span: Span) -> Iterator[Span]:
    begin = max(0, span.start - 100)
    above = _LINE_ABOVE.search(note.text, begin, span.start)
    if above and (above.start() > begin or not begin):
        first = bisect_left(note.starts, above.start("v"))
        opening = not note.text[: above.start("v")].strip(" >?\t*-\n")
        if opening or _is_name_line(note, above.start("v")):
            yield from _checked(note, first, above.start("v"), above.end("v"))
    at = _AT.search(note.text, begin, span.start)
    yield from _span_of(note, at, [])


def _is_name_line(note: Note, start: int) -> bool:
    """Whether the line above holds no more than a few words, as a name or a calling does."""
    above = note.text[max(0, start - 70) : start].rstrip(" >?\t*-").rstrip("\n").rsplit("\n", 1)
    line = above[-1].strip(" >?\t*-")
    return len(above) > 1 - (start < 70) and 0 < len(line.split()) < 5 and not line.endswith((":", "."))


def _beside_firm(note: Note, span: Span, spans: list[Span]) -> Iterator[Span]:
    """The members of a list of firms, to both sides."""
    end = span.end
    for _ in range(4):
        match = _LISTED_AFTER.match(note.text, end)
        if not match:
            break
        yield from _span_of(note, match, spans)
        end = match.end()
    start = span.start
    for _ in range(4):
        match = _LISTED_BEFORE.search(note.text, max(0, start - 60), start)
        if not match:
            break
        yield from _span_of(note, match, spans)
        start = match.start("v")


def _span_of(note: Note, match: re.Match[str] | None, spans: list[Span]) -> Iterator[Span]:
    if match is None or any(s.start < match.end("v") and match.start("v") < s.end for s in spans):
        return
    yield from _checked(note, bisect_left(note.starts, match.start("v")), match.start("v"), match.end("v"))


def _checked(note: Note, first: int, start: int, end: int) -> Iterator[Span]:
    """Only words without a clinical reading, of which the first is no note's, title's or running one."""
    last = bisect_left(note.starts, end) - 1
    if last < first or note.lowers[first] in _NO_FIRM or note.lowers[first] in TITLES or is_running(note, first):
        return
    if any(note.flags[i] & (Known.MEDICAL | Known.REGION) for i in range(first, last + 1)) or term_follows(note, last):
        return
    if first == last and (is_note_word(note, first) and note.flags[first] & Known.CLINICAL):
        return
    span = Span(start, end, "ORGANIZATION", 0.5, KEY)
    if not in_makers_bracket(note, span):
        yield span
