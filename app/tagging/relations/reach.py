"""What stands beside a cue in its clause: the drugs and events it can be about."""

from __future__ import annotations

from functools import cache

from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame

DRUGS = frozenset({"MEDICATION"})
EVENTS = frozenset({"PROBLEM", "SYMPTOM"})
HAPPENINGS = EVENTS | {"PROCEDURE"}
# Words of procedures that speak of the drug itself ("after treatment with X").
_GIVING = frozenset(
    {
        "administration", "anesthesia", "chemotherapy", "combination", "dose", "immunization", "induction",
        "infusion", "injection", "monotherapy", "prophylaxis", "regimen", "therapy", "transfusion", "treatment",
        "vaccination",
    }
)  # fmt: skip


def gap(frame: Frame, first: int, last: int) -> list[str]:
    """The words of the tokens [first, last)."""
    return frame.note.tokens.words[first:last]


def drugs_after(frame: Frame, last: int, reach: int = 8) -> list[int]:
    """The drugs a preposition at the token before `last` governs: nothing but their own words between."""
    drugs = frame.after(DRUGS, last, reach)
    if not drugs:
        return []
    first = frame.mentions[drugs[0]].first
    between = gap(frame, last, first)
    if not (words_for("break") | {":"}).isdisjoint(between) or not words_for("not_taken").isdisjoint(between):
        return []
    return [] if holds_happening(frame, last, first) else drugs


def drugs_before(frame: Frame, first: int, reach: int = 12) -> list[int]:
    """The drugs that are the subject of a verb at `first`."""
    drugs = frame.before(DRUGS, first, reach)
    if not drugs:
        return []
    last = frame.mentions[drugs[0]].last
    if not words_for("break").isdisjoint(gap(frame, last, first)):
        return []
    return [] if holds_happening(frame, last, first) else drugs


def events_before(frame: Frame, first: int, reach: int = 12) -> list[int]:
    """The events of which the words at `first` go on to speak.

    What the patient merely has ("rash in a woman with asthma after …") is stepped over, twice at most.
    """
    at = first
    for _ in range(3):
        events = frame.before(EVENTS, at, reach if at == first else 8)
        between = gap(frame, frame.mentions[events[0]].last, at) if events else []
        breaks = words_for("break") if len(between) > 5 else words_for("break") - {"but"}
        if not events or not breaks.isdisjoint(between):
            return []
        had = is_indication(frame, events[-1]) or _describes_person(frame, events[0])
        kept = [] if had else [n for n in events if not is_indication(frame, n)]
        if kept:
            return kept
        at = frame.mentions[events[-1]].first
    return []


def _describes_person(frame: Frame, event: int) -> bool:
    """ "in hepatitis C patients": the disease of the people, not what happened to them."""
    last = frame.mentions[event].last
    after = gap(frame, last, min(frame.note.ends[last - 1], last + 2))
    return not words_for("person").isdisjoint(after) and after[0] not in ("in", "of", "to", "with", ",", "(")


def events_after(frame: Frame, last: int, reach: int = 6) -> list[int]:
    """The events that are the object of a verb before `last`."""
    events = frame.after(EVENTS, last, reach)
    if not events:
        return []
    between = gap(frame, last, frame.mentions[events[0]].first)
    if not (words_for("break") - {"but"}).isdisjoint(between) or not words_for("for").isdisjoint(between):
        return []
    drug = frame.after(DRUGS, last, reach)
    if drug and frame.mentions[drug[0]].last <= frame.mentions[events[0]].first:
        return []
    return [n for n in events if not is_indication(frame, n, last)]


def holds_happening(frame: Frame, first: int, last: int) -> bool:
    """Does something other than the giving of a drug stand between, which the cue would be about instead?"""
    for n in frame.between(HAPPENINGS, first, last):
        mention = frame.mentions[n]
        speaks_of_drug = not (_GIVING | words_for("toxic")).isdisjoint(gap(frame, mention.first, mention.last))
        if mention.last <= last and not speaks_of_drug and not is_indication(frame, n):
            return True
    return False


@cache
def _having() -> frozenset[str]:
    return frozenset(
        {
            "diagnosed", "diagnosis", "h", "history", "hx", "known", "preexisting", "underlying", "w",
        }
    )  # fmt: skip


def is_indication(frame: Frame, event: int, since: int = 0) -> bool:
    """Is the problem what the patient has or the drug is for ("… for pneumonia", "a man with asthma")?

    Only words from the token `since` on are looked at: those of a cue say nothing of it.
    """
    words, mention = frame.note.tokens.words, frame.mentions[event]
    start = max(since, frame.note.starts[mention.first])
    before = words[max(start, mention.first - 6) : mention.first]
    if not words_for("anew").isdisjoint(words[mention.first : mention.last]) or words[mention.last - 1] == "effect":
        return False
    treating = words_for("for") | {"treatment", "therapy", "management", "prevention", "control", "relief"}
    for back in range(len(before) - 1, -1, -1):
        word, earlier = before[back], before[max(0, back - 3) : back]
        if word in words_for("for") or (word == "of" and not treating.isdisjoint(earlier[-2:])):
            return True
        if word in ("with", "from") and not words_for("person").isdisjoint(earlier):
            return words_for("onset").isdisjoint(earlier)
        if word in _having():
            return True
        if word in words_for("strong_onset") or word in ("after", "induced", "by", "to", "and", ",", "had", "cause"):
            return False
    return False
