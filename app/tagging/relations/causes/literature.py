"""Drug → adverse event in case reports and abstracts, whose sentences are about a reaction by their kind.

"Two cases of pneumonitis with X", "the incidence of rash in patients on X": in a patient's note the same prepositions
say nothing of a cause, so these rules ask for a text without sections and a sentence that speaks of cases.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from app.tagging.relations.causes.stated import Cause, is_chronic
from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import (
    DRUGS,
    EVENTS,
    drugs_after,
    events_after,
    events_before,
    gap,
    holds_happening,
)

_LINKS = frozenset(
    {
        "after", "by", "during", "following", "from", "given", "of", "on", "receiving", "taking", "to", "upon",
        "using", "while", "with",
    }
)  # fmt: skip
# "Pneumonia on levofloxacin" heads a plan as well as a case report.
_NOT_IN_TITLES = frozenset({"on", "taking", "given", "using", "receiving"})
_TOLD = frozenset(
    (one, other)
    for ones, other in (
        (("we", "been", "is", "are", "to", "this", "first"), "report"),
        (("been", "is", "are"), "reported"),
        (("we",), "present"),
        (("we",), "observed"),
    )
    for one in ones
)
_AMOUNTS = frozenset({"DOSE", "FREQUENCY", "LAB_VALUE", "TIME"})
_LONGEST = 400  # tokens: an abstract, no patient's note


def in_literature(frame: Frame) -> Iterator[Cause]:
    """Causes that only such a text supports; all of them merely possible."""
    note = frame.note
    if note.sections.found or len(note.tokens) > _LONGEST:
        return
    told = words_for("literature")
    for start in note.sentences:
        words = gap(frame, start, note.ends[start])
        if not told.isdisjoint(words) or not _TOLD.isdisjoint(itertools.pairwise(words)):
            yield from _linked(frame, start, _LINKS)
            yield from _then(frame, start)
        elif _is_title(frame, start, words):
            yield from _linked(frame, start, _LINKS - _NOT_IN_TITLES)


def _is_title(frame: Frame, start: int, words: list[str]) -> bool:
    """A sentence without a verb, an amount or the shorthand of notes, that begins with what happened."""
    if len(words) < 4 or not words_for("verb").isdisjoint(words) or frame.between(_AMOUNTS, start, start + len(words)):
        return False
    return bool(frame.between(EVENTS, start, start + 5))


def _linked(frame: Frame, start: int, links: frozenset[str]) -> Iterator[Cause]:
    """ "Cases of E … with X"."""
    words = frame.note.tokens.words
    for at in range(start + 1, frame.note.ends[start]):
        if words[at] not in links:
            continue
        drugs = drugs_after(frame, at + 1, 7)
        events = events_before(frame, at, 10) if drugs else []
        if not events:
            continue
        between = gap(frame, frame.mentions[events[0]].last, at)
        around = gap(frame, max(start, frame.mentions[events[-1]].first - 4), at)
        wrong = words_for("for") | {
            "treated",
            "history",
            "despite",
            "managed",
            "sensitive",
            "resistant",
            "susceptible",
            "response",
        }
        if wrong.isdisjoint(between) and words_for("better").isdisjoint(around):
            for event in events:
                for drug in drugs if not is_chronic(frame, event) else ():
                    yield Cause(drug, event, "possible", (at, at + 1), "reported with the drug")


def _then(frame: Frame, start: int) -> Iterator[Cause]:
    """ "Patients on X … who developed E"."""
    words, onset = frame.note.tokens.words, words_for("onset")
    for at in range(start + 1, frame.note.ends[start] - 1):
        if words[at] not in onset:
            continue
        drugs = frame.before(DRUGS, at, 20)
        events = events_after(frame, at + 1, 6) if drugs else []
        if not events:
            continue
        last = frame.mentions[drugs[0]].last
        between = gap(frame, last, at)
        if {";", "but", "without", "no", "not"}.isdisjoint(between) and not holds_happening(frame, last, at):
            for event in events:
                for drug in drugs if not is_chronic(frame, event) else ():
                    yield Cause(drug, event, "possible", (at, at + 1), "reported with the drug")
