"""Order in time: "A after B", "A before B", and what a date or moment stands beside."""

from __future__ import annotations

from collections.abc import Iterator

from app.preannotate.relations.attributes import Link
from app.preannotate.relations.frame import Frame

EVENTS = frozenset({"PROBLEM", "SYMPTOM", "PROCEDURE", "MEDICATION", "LAB_TEST"})
TIMES = frozenset({"TIME"})
_ORDERS = {"before": "before", "after": "after", "following": "after", "during": "overlaps"}
_PHRASES = {
    "prior": (("prior", "to"), "before"),
    "status": (("status", "post"), "after"),
    "s": (("s", "/", "p"), "after"),
}
_OPENINGS = _ORDERS.keys() | _PHRASES.keys()
_NEAR = 6  # tokens on either side of the word of time


def find_order(frame: Frame) -> Iterator[Link]:
    """Links with the type before, after or overlaps; head is `type` relative to tail."""
    words = frame.note.tokens.words
    for at in [at for at, word in enumerate(words) if word in _OPENINGS]:
        word = words[at]
        kind, last = _ORDERS.get(word), at + 1
        if word in _PHRASES:
            phrase, order = _PHRASES[word]
            if tuple(words[at : at + len(phrase)]) == phrase:
                kind, last = order, at + len(phrase)
        if kind and last < len(words) and last < frame.note.ends[at]:
            tails = frame.after(EVENTS, last, _NEAR)[:1]
            for head in frame.before(EVENTS, at, _NEAR)[:1] if tails else ():
                yield kind, head, tails[0]
    for moment in frame.of(TIMES)[0]:
        yield from _beside(frame, moment)


def _beside(frame: Frame, moment: int) -> Iterator[Link]:
    """The nearest event of the same sentence overlaps the moment."""
    mention = frame.mentions[moment]
    before = frame.before(EVENTS, mention.first, 12)[:1]
    following = frame.after(EVENTS, mention.last, 12)[:1] if mention.last < len(frame.note.tokens) else []
    near = sorted(before + following, key=lambda n: _gap(frame, n, moment))
    for event in near[:1]:
        yield "overlaps", event, moment


def _gap(frame: Frame, one: int, other: int) -> int:
    a, b = frame.mentions[one], frame.mentions[other]
    return max(b.first - a.last, a.first - b.last)
