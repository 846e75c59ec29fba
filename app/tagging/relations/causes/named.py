"""Drug → adverse event by form: events named after a drug, lists of allergies and of adverse reactions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from app.tagging.reading.sections import Section
from app.tagging.relations.causes.stated import Cause
from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import DRUGS, EVENTS, gap

_NOT_REACTIONS = frozenset({"allergy", "allergic", "intolerance", "sensitivity", "intolerant"})
_ALLERGIC = frozenset(
    {"allergic", "allergy", "intolerant", "intolerance", "reaction", "sensitivity", "adr", "reacted", "reacts"}
)
_SET_OFF = frozenset({"(", ":", "-", "–", "=", ">"})
_LONGEST_ENTRY = 25  # tokens of an entry in a list of allergies; what is longer tells a story
_TO = frozenset({"to", "with", "from", "on", "after", "when", "taking"})


def named(frame: Frame) -> Iterator[Cause]:
    """Events named after the drug in or right before them: "codeine intoxication", "statin myopathy"."""
    words = frame.note.tokens.words
    for event in frame.of(EVENTS)[0]:
        mention = frame.mentions[event]
        head = next((n for n in range(mention.last - 1, mention.first - 1, -1) if words[n] in words_for("toxic")), None)
        if head is None:
            continue
        inside = [n for n in frame.between(DRUGS, mention.first, head) if frame.mentions[n].last <= head]
        drugs = inside or [n for n in frame.before(DRUGS, mention.first, 1) if frame.mentions[n].last == mention.first]
        denied = {"no", "deny", "denied"} & {*gap(frame, max(0, mention.first - 3), mention.first)}
        for drug in drugs if not denied or words[head] not in _NOT_REACTIONS else ():
            if words[frame.mentions[drug].first] not in words_for("abused"):
                yield Cause(drug, event, "certain", (head, head + 1), "named after the drug")


def beside(frame: Frame) -> Iterator[Cause]:
    """ "Allergic to codeine (nausea)", "amlodipine: edema, stopped": the event set off right behind the drug."""
    words = frame.note.tokens.words
    for event in frame.of(EVENTS)[0]:
        mention = frame.mentions[event]
        start, end = frame.note.starts[mention.first], frame.note.ends[mention.last - 1]
        at = mention.first - 1
        if at <= start or words[at] not in _SET_OFF:
            continue
        drugs = [n for n in frame.before(DRUGS, at, 2)[:1] if frame.mentions[n].last == at]
        said = words[max(start, at - 12) : at]
        stopped = not words_for("stop").isdisjoint(words[mention.last : min(end, mention.last + 3)])
        if stopped or not _ALLERGIC.isdisjoint(said):
            for drug in drugs:
                yield Cause(drug, event, "certain", (at, at + 1), "set off behind the drug")


def from_lists(frame: Frame) -> Iterator[Cause]:
    """In a list of allergies, what stands beside a drug up to the next one is its reaction."""
    drugs, firsts = frame.of(DRUGS)
    for section in frame.note.sections.found:
        if section.category != "allergies":
            continue
        start, end = frame.note.tokens.covering(section.start, section.end)
        for at in range(bisect_left(firsts, start), bisect_left(firsts, end)):
            following = firsts[at + 1] if at + 1 < len(firsts) else end
            yield from _reactions(frame, drugs[at], min(following, end), section)


def _reactions(frame: Frame, drug: int, limit: int, section: Section) -> Iterator[Cause]:
    """Events up to the next drug; else one right before it ("rash with penicillin")."""
    mention = frame.mentions[drug]
    cue = frame.note.tokens.covering(*section.title)
    events = [n for n in frame.after(EVENTS, mention.last, 10) if frame.mentions[n].first < limit]
    said = gap(frame, mention.last, frame.mentions[events[0]].first) if events else []
    if events and not {"deny", "no", ";", "denied", "for"}.isdisjoint(said):
        events = []
    prose = frame.note.ends[mention.first] - frame.note.starts[mention.first] > _LONGEST_ENTRY
    if prose or any(not row.is_allergy and row.holds(mention.first) for row in frame.note.rows):
        return
    if not events and mention.first > frame.note.starts[mention.first]:
        before = frame.before(EVENTS, mention.first, 3)
        if before and not _TO.isdisjoint(gap(frame, frame.mentions[before[0]].last, mention.first)):
            events = before
    for event in events:
        words = gap(frame, frame.mentions[event].first, frame.mentions[event].last)
        if _NOT_REACTIONS.isdisjoint(words):
            yield Cause(drug, event, "certain", cue, "listed with the drug")
