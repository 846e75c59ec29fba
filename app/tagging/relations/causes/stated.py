"""Drug → adverse event by words that state a cause, deny one, or say why a drug was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of
from app.tagging.relations.cues import RANK, Cue, words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import (
    DRUGS,
    EVENTS,
    drugs_after,
    drugs_before,
    events_after,
    events_before,
    gap,
    is_indication,
)
from app.tagging.valuesets import rows

_REASONS = frozenset({"because", "due", "owing", "account", "secondary", "2", "d", "s", "for"})
_LIST_OF_EFFECTS = frozenset({"such", "including", "like", "include"})
_USE = frozenset({"use", "therapy", "administration", "exposure"})
_ASSOCIATION = frozenset({"association", "relationship"})
_VERBS = frozenset({"was", "is", "were", "are", "not", "and", "or", ",", "has", "be", "been", "-", "of"})
_LISTING = frozenset({"are", "is", "were", "was", "include", "included", "including", ":", "such"})
_CLAUSE = 25  # tokens


@dataclass(frozen=True)
class Cause:
    """Drug and event (positions of mentions) with the tokens of the cue and the rule that read it."""

    drug: int
    event: int
    certainty: str
    cue: tuple[int, int]
    rule: str = "cause"


@dataclass(frozen=True)
class DeniedCause:
    """An event that is said not to come from the drug: no weaker cue may link the two."""

    drug: int
    event: int
    cue: tuple[int, int]


def stated(frame: Frame, cues: list[Cue]) -> Iterator[Cause | DeniedCause]:
    """What the cue phrases of a note state."""
    for cue in cues:
        pairs = list(_pairs(frame, cue))
        if not pairs or _is_general(frame, cue):
            continue
        certainty = hedged(frame, cue.first, cue.certainty)
        for drug, event, rule in pairs:
            if cue.rule == "denied" or certainty == "denied":
                yield DeniedCause(drug, event, (cue.first, cue.last))
            else:
                yield Cause(drug, event, certainty, (cue.first, cue.last), rule)


def _pairs(frame: Frame, cue: Cue) -> Iterator[tuple[int, int, str]]:
    """Drugs and events on the sides of the cue where its rule wants them."""
    first, last = cue.first, cue.last
    if cue.rule == "touching":
        drugs = drugs_before(frame, first, 2)
        between = gap(frame, frame.mentions[drugs[0]].last, first) if drugs else []
        touching = drugs and len(between) < 2 and _VERBS.isdisjoint(between)
        yield from _cross(drugs if touching else [], events_after(frame, last, 6), "named after the drug")
    elif cue.rule == "cause":
        yield from _cross(drugs_before(frame, first), events_after(frame, last, 8), "cause")
    elif cue.rule == "either":
        effects = _effects(frame, cue)
        causes = _cross(drugs_before(frame, first), events_after(frame, last, 8), "cause")
        yield from effects or causes
    elif cue.rule in ("effect", "denied"):
        yield from _effects(frame, cue) or stopped_because(frame, cue)
    elif cue.rule == "listing":
        yield from _listed(frame, cue) or _effects(frame, cue)
    elif cue.rule == "treated":
        yield from _in_treated(frame, cue)
    elif cue.rule == "between":
        yield from _between(frame, cue)
    elif cue.rule == "origin":
        yield from _origin(frame, cue)


def _effects(frame: Frame, cue: Cue) -> list[tuple[int, int, str]]:
    drugs = drugs_after(frame, cue.last)
    if not drugs:
        return []
    return _cross(drugs, events_before(frame, cue.first, 14) or _within(frame, cue), "effect")


def _within(frame: Frame, cue: Cue) -> list[int]:
    """The event the cue itself names ("allergy to"), unless it is denied."""
    before = gap(frame, max(frame.note.starts[cue.first], cue.first - 3), cue.first)
    if not {"no", "deny", "denied", "without"}.isdisjoint(before):
        return []
    inside = frame.before(EVENTS, cue.last, cue.last - cue.first)[:1]
    return [n for n in inside if "effect" not in gap(frame, frame.mentions[n].first, frame.mentions[n].last)]


def _is_title(frame: Frame, cue: Cue, drug: int) -> bool:
    """ "Sinus arrest with nifedipine: a case report": a sentence that begins with the event and has no verb for it."""
    start, mention = frame.note.starts[cue.first], frame.mentions[drug]
    first = next(iter(frame.between(EVENTS, start, min(cue.first, start + 4))), None)
    if (
        first is None
        or cue.first - start > 40
        or frame.note.sections.found
        or mention.first - cue.last > 2
        or is_chronic(frame, first)
    ):
        return False
    sentence = gap(frame, start, min(frame.note.ends[cue.first], mention.last + 8))
    return words_for("better").isdisjoint(sentence) and words_for("start").isdisjoint(sentence)


def _listed(frame: Frame, cue: Cue) -> list[tuple[int, int, str]]:
    """ "Side effects of X are nausea and fever"."""
    drugs = drugs_after(frame, cue.last, 5)
    if not drugs:
        return []
    last = frame.mentions[drugs[-1]].last
    events = events_after(frame, last, 8)
    said = gap(frame, last, frame.mentions[events[0]].first) if events else []
    return _cross(drugs, events, "listing") if not _LISTING.isdisjoint(said) else []


def _in_treated(frame: Frame, cue: Cue) -> list[tuple[int, int, str]]:
    """ "Infection in X-treated patients"."""
    drugs = drugs_before(frame, cue.first, 2)
    if not drugs:
        return []
    first = frame.mentions[drugs[-1]].first
    before = gap(frame, max(frame.note.starts[first], first - 3), first)
    return (
        _cross(drugs, events_before(frame, first - 1 - before[::-1].index("in"), 3), "in the treated")
        if "in" in before
        else []
    )


def _between(frame: Frame, cue: Cue) -> list[tuple[int, int, str]]:
    """ "Association between X and E", "between E and X"."""
    drugs, events = frame.after(DRUGS, cue.last, 14), frame.after(EVENTS, cue.last, 14)
    if not drugs or not events:
        return []
    ends = sorted((frame.mentions[drugs[0]], frame.mentions[events[0]]))
    joined = {"and", "with"} & {*gap(frame, ends[0].last, ends[1].first)}
    return _cross(drugs, [n for n in events if not is_indication(frame, n, cue.last)], "between") if joined else []


def _origin(frame: Frame, cue: Cue) -> list[tuple[int, int, str]]:
    """ "From", "to", "of", "with" between an event and a drug that touch it.

    "From" may follow any event; the others only one whose head says by itself that a drug is to blame.
    """
    words = frame.note.tokens.words
    if cue.first <= frame.note.starts[cue.first]:
        return []
    blames = words[cue.first - 1] in words_for("anew")
    drugs = drugs_after(frame, cue.last, 5)
    if words[cue.first] == "with" and drugs:
        last = frame.mentions[drugs[-1]].last
        blames = blames or not _ASSOCIATION.isdisjoint(words[max(0, cue.first - 6) : cue.first])
        blames = blames or _is_title(frame, cue, drugs[0])
        used = not _USE.isdisjoint(gap(frame, last, min(frame.note.ends[last - 1], last + 2)))
        blames = blames or (used and words_for("better").isdisjoint(words[max(0, cue.first - 8) : cue.first]))
    if words[cue.first] != "from" and not blames:
        return []
    return _cross(drugs, events_before(frame, cue.first, 2 if blames else 3), "origin") if drugs else []


def stopped_because(frame: Frame, cue: Cue) -> list[tuple[int, int, str]]:
    """The drug before and the event after, where the drug was stopped or could not be borne."""
    if frame.note.tokens.words[cue.first] not in _REASONS and "because" not in gap(frame, cue.first, cue.last):
        return []
    events = [n for n in events_after(frame, cue.last, 6) if not is_chronic(frame, n)]
    drug = stopped_drug(frame, cue.first) if events else None
    if events and drug is None:
        drug = _stopped_next(frame, events[-1])
    return [] if drug is None else _cross([drug], events, "stopped because of the event")


def _stopped_next(frame: Frame, event: int) -> int | None:
    """ "Because of a rash, X was stopped"."""
    last = frame.mentions[event].last
    drugs = frame.after(DRUGS, last, 8)
    if not drugs or "," not in gap(frame, last, frame.mentions[drugs[0]].first):
        return None
    end = frame.mentions[drugs[-1]].last
    stopped = words_for("stop").isdisjoint(gap(frame, end, min(frame.note.ends[end - 1], end + 4)))
    return None if stopped else drugs[0]


def stopped_drug(frame: Frame, at: int) -> int | None:
    """The drug that the clause before the token says was stopped, changed or not tolerated."""
    start = max(frame.note.starts[at], at - _CLAUSE)
    for breaking in range(at - 1, start - 1, -1):
        if frame.note.tokens.words[breaking] in words_for("break"):
            start = breaking + 1
            break
    clause = gap(frame, start, at)
    stopping = [n for n, word in enumerate(clause) if word in words_for("stop") | words_for("bear")]
    drugs = frame.between(DRUGS, start, at)
    if not stopping or not drugs:
        return None
    denied = not {"not", "never"}.isdisjoint(clause[max(0, stopping[0] - 2) : stopping[0]])
    if denied and {"tolerate", "able"}.isdisjoint(clause):
        return None
    if len(drugs) > 1 and not {"to", "for", "with"}.isdisjoint(
        gap(frame, frame.mentions[drugs[0]].last, frame.mentions[drugs[1]].first)
    ):
        return drugs[0]  # "changed from X to Y", "X was switched to Y"
    return drugs[-1]


def hedged(frame: Frame, first: int, certainty: str) -> str:
    """A doubt right before the cue weakens it ("possibly | caused by"), a "not" denies it."""
    before = gap(frame, max(frame.note.starts[first], first - 6), first)
    if not words_for("unlikely").isdisjoint(before):
        return "unlikely"
    near = before[-3:]
    if not words_for("negation").isdisjoint(before[-2:]) and "only" not in near:
        return "denied"
    for level in ("probable", "possible"):
        if not words_for(level).isdisjoint(near) and RANK[level] > RANK[certainty]:
            certainty = level
    return certainty


def _is_general(frame: Frame, cue: Cue) -> bool:
    """A talk about what may happen ("side effects including cough were discussed") states no event."""
    words, start, end = frame.note.tokens.words, frame.note.starts[cue.first], frame.note.ends[cue.first]
    listed = not _LIST_OF_EFFECTS.isdisjoint(words[cue.last : min(end, cue.last + 8)])
    if cue.certainty != "possible" and not listed:
        return False
    around = words[max(start, cue.first - 30) : cue.first] + words[cue.last : min(end, cue.last + 30)]
    return not words_for("counsel").isdisjoint(around)


@cache
def _chronic() -> PhraseTable:
    return PhraseTable.of(words_of(row["term"]) for row in rows("chronic"))


def is_chronic(frame: Frame, event: int) -> bool:
    """A disease that stays: a reason not to give a drug, seldom its effect."""
    mention = frame.mentions[event]
    words = [word for word in gap(frame, mention.first, mention.last) if word != "chronic"]
    return _chronic().find(words) is not None


def _cross(drugs: list[int], events: list[int], rule: str) -> list[tuple[int, int, str]]:
    return [(drug, event, rule) for drug in drugs for event in events]
