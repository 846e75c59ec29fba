"""One text through reading, mentions, assertion and relations: our own rules as functions of their arguments."""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from app.core.errors import Invalid
from app.tagging.assertion.engine import Asserted, assert_spans
from app.tagging.entities.find import find_mentions
from app.tagging.entities.lexicon import is_known
from app.tagging.entities.mention import Mention
from app.tagging.literals import literals_digest
from app.tagging.placing import placed
from app.tagging.protocol import Annotated, Entity, OffsetPair, checked_targets
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.view import view_of
from app.tagging.relations.find import find_relations
from app.tagging.terms.gazetteer import Gazetteer

_LONG_TEXT = 100_000  # characters


@cache
def rules_digest() -> str:
    """Hex SHA-256 of the words and patterns by which is read, found, asserted and related."""
    here = Path(__file__).parent
    folders = ("reading", "entities", "assertion", "relations")
    return literals_digest([Path(__file__), *(path for folder in folders for path in (here / folder).rglob("*.py"))])


def annotate_note(
    text: str, gazetteers: Sequence[Gazetteer], targets: Sequence[OffsetPair] | None, kind: str = ""
) -> Annotated:
    """One text through reading, mentions, assertion and relations; `kind` is the note's type. Safe in threads."""
    with _collecting_later(text):
        view = view_of(text, is_known)
        if view is None:
            return _annotated(TokenisedNote(text, kind), gazetteers, targets)
        spans = None if targets is None else checked_targets(text, targets)
        viewed = None if spans is None else [view.viewed(*span) for span in spans]
        return _back(placed(_annotated(TokenisedNote(view.text, kind), gazetteers, viewed), view, text), spans)


def _back(said: Annotated, spans: list[OffsetPair] | None) -> Annotated:
    """Targets come back as they were given."""
    for entity, span in zip(said.entities, spans or (), strict=False):
        entity.start, entity.end, entity.fragments = *span, [list(span)]
    return said


def _annotated(note: TokenisedNote, gazetteers: Sequence[Gazetteer], targets: Sequence[OffsetPair] | None) -> Annotated:
    sections = [section.to_dict() for section in note.sections.found]
    mentions = find_mentions(note, gazetteers)
    if targets is None:
        asserted = assert_spans(note, [(m.first, m.last, m.label) for m in mentions])
        entities = [_entity(note, m, a) for m, a in zip(mentions, asserted, strict=True)]
        return Annotated(sections, entities, find_relations(note, mentions, entities))
    spans = checked_targets(note.text, targets)
    entities = _asserted_targets(note, spans, mentions)
    return Annotated(sections, entities, [])


def tag_terms(text: str, gazetteer: Gazetteer) -> Annotated:
    """Sections, the gazetteer's own terms and their assertion; nothing that rules would add."""
    note = TokenisedNote(text)
    mentions = list(gazetteer.mentions(note))
    asserted = assert_spans(note, [(m.first, m.last, m.label) for m in mentions])
    entities = [_entity(note, m, a) for m, a in zip(mentions, asserted, strict=True)]
    return Annotated([section.to_dict() for section in note.sections.found], entities, [])


def _entity(note: TokenisedNote, mention: Mention, asserted: Asserted) -> Entity:
    starts, ends = note.tokens.starts, note.tokens.ends
    start, end = starts[mention.first], ends[mention.last - 1]
    fragments = [[start, end]]
    if mention.holes:
        fragments = [[start, ends[mention.holes[0] - 1]], [starts[mention.holes[1]], end]]
    found = {"axis": "label", "value": mention.label, "rule": mention.source, "start": start, "end": end}
    because = [found, *asserted.because]
    return Entity(start, end, mention.label, asserted.assertion, fragments, because, _candidates(mention))


def _candidates(mention: Mention) -> list[dict[str, str]]:
    return [dict(zip(("system", "release", "code", "term"), code, strict=True)) for code in mention.codes]


def _asserted_targets(note: TokenisedNote, spans: list[OffsetPair], mentions: list[Mention]) -> list[Entity]:
    """One entity per target, in order; its label is that of a mention that covers it, else PROBLEM."""
    if not note.tokens.raw:
        raise Invalid("empty-text", "the text holds no words")
    ranges = [note.tokens.beside(*span) for span in spans]
    named = _covering(mentions, ranges)
    labels = [mention.label if mention else "PROBLEM" for mention in named]
    asserted = assert_spans(note, [(*pair, label) for pair, label in zip(ranges, labels, strict=True)])
    entities = []
    for span, label, mention, result in zip(spans, labels, named, asserted, strict=True):
        candidates = _candidates(mention) if mention else []
        entities.append(Entity(*span, label, result.assertion, [list(span)], result.because, candidates))
    return entities


def _covering(mentions: list[Mention], ranges: list[tuple[int, int]]) -> list[Mention | None]:
    """For each range of tokens the shortest mention around it; mentions are in text order."""
    firsts = [mention.first for mention in mentions]
    longest = max((mention.last - mention.first for mention in mentions), default=0)
    found = []
    for first, last in ranges:
        near = mentions[bisect_left(firsts, last - longest) : bisect_right(firsts, first)]
        around = [m for m in near if last <= m.last]
        found.append(min(around, key=lambda m: m.last - m.first, default=None))
    return found


@contextmanager
def _collecting_later(text: str) -> Iterator[None]:
    """No search for cycles while a long text is read.

    It would go through all suggestions made so far, again and again, and find nothing: a third of
    the time of 1 MB. Threads may enter together: whoever found the collector on puts it on again.
    """
    was_on = len(text) > _LONG_TEXT and gc.isenabled()
    if was_on:
        gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
