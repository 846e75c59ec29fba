"""Order in time, only where a word says so: "A after B", "A followed by B", and what a date stands beside."""

from __future__ import annotations

from collections.abc import Iterator

from app.tagging.relations.attributes import AttributeLink
from app.tagging.relations.cues import find_cues, words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import EVENTS as PROBLEMS
from app.tagging.relations.reach import gap

EVENTS = frozenset({"PROBLEM", "SYMPTOM", "PROCEDURE", "MEDICATION", "LAB_TEST"})
TIMES = frozenset({"TIME"})
_NEAR = 6  # tokens on either side of the word of time
_BESIDE = 7  # tokens between an event and its date
# "Three days after" is an interval up to something else, no date of its own.
_OPEN = frozenset({"after", "before", "later", "prior", "post", "earlier", "following"})


def find_order(frame: Frame) -> Iterator[AttributeLink]:
    """Links with the type before, after or overlaps; the head is `type` relative to the tail."""
    for cue in find_cues(frame.note, "order_cues", frame.sentences_with(EVENTS)):
        at, last = cue.first, cue.last
        tails = frame.after(EVENTS, last, _NEAR)[:1] if last < frame.note.ends[at] else []
        heads = frame.before(EVENTS, at, _NEAR)[:1] if tails else []
        for head in heads:
            if _is_clear(frame, head, (at, last), tails[0]):
                yield cue.rule, head, tails[0]
    for moment in frame.of(TIMES)[0]:
        yield from _beside(frame, moment)


def _is_clear(frame: Frame, head: int, cue: tuple[int, int], tail: int) -> bool:
    """Is the cue about these two, with no other clause between them?"""
    words = gap(frame, frame.mentions[head].last, cue[0]) + gap(frame, cue[1], frame.mentions[tail].first)
    if not words_for("break").isdisjoint(words) or not {"and", "or", "he", "she", "patient", ":", "."}.isdisjoint(
        words
    ):
        return False
    done = " ".join(gap(frame, *cue)) in ("s / p", "status post")
    # "CAD s/p CABG" tells what was done for it; only a complaint comes after an operation.
    return not done or frame.mentions[head].label == "SYMPTOM"


def _beside(frame: Frame, moment: int) -> Iterator[AttributeLink]:
    """The event right before a date, else the one right after it, overlaps it."""
    mention = frame.mentions[moment]
    words = frame.note.tokens.words
    if not _OPEN.isdisjoint(words[mention.first : mention.last]):
        return
    for event in frame.before(EVENTS, mention.first, _BESIDE)[:1]:
        if _joins(gap(frame, frame.mentions[event].last, mention.first)):
            yield "overlaps", event, moment
            return
    if mention.last == len(frame.note.tokens):
        return
    for event in frame.after(PROBLEMS | EVENTS, mention.last, _BESIDE)[:1]:
        if _joins(gap(frame, mention.last, frame.mentions[event].first)):
            yield "overlaps", event, moment


def _joins(between: list[str]) -> bool:
    stops = words_for("break") | {"and", "who", "which", ".", "after", "before"}
    return stops.isdisjoint(between)
