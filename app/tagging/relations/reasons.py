"""What a drug is given for: by words of treatment, by what improved with it, and by layout."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from app.tagging.relations.causes.stated import is_chronic
from app.tagging.relations.cues import Cue, find_cues, words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import DRUGS, EVENTS, gap

# Verbs that take "for" and the problem to themselves: "on aspirin, admitted for pneumonia".
_ASIDE = frozenset({"ANATOMY", "TIME", "DURATION", "DOSE", "ROUTE", "FREQUENCY", "FORM"})
_AGAINST = frozenset({"contraindicated", "avoid", "avoided", "not", "stopped", "ceased", "allergic", "intolerant"})
_MARKS = frozenset({":", "-", ",", "–", "—"})


class StatedReason(NamedTuple):
    """Drug and problem (positions of mentions) and the tokens of the words that say so."""

    drug: int
    problem: int
    cue: tuple[int, int]


def find_reasons(frame: Frame) -> Iterator[StatedReason]:
    """In no particular order; a pair may come twice."""
    if not frame.of(DRUGS)[0] or not frame.of(EVENTS)[0]:
        return
    for cue in find_cues(frame.note, "reason_cues", frame.sentences_with(DRUGS, EVENTS)):
        if cue.rule == "drug_problem":
            yield from _given_for(frame, cue)
        elif cue.rule == "problem_drug":
            yield from _treated_with(frame, cue)
        elif cue.rule == "after":
            yield from _went_after(frame, cue)
            yield from _went_before(frame, cue)
    yield from _by_layout(frame)


def _filled(frame: Frame, first: int, last: int) -> bool:
    """Do only small words, and places, times and doses, stand in the tokens [first, last)?"""
    told = {
        at for n in frame.between(_ASIDE, first, last) for at in range(frame.mentions[n].first, frame.mentions[n].last)
    }
    words, known = frame.note.tokens.words, words_for("small") | _MARKS | words_for("better")
    return all(at in told or words[at] in known or words[at][:1].isdigit() for at in range(first, last))


def _given_for(frame: Frame, cue: Cue) -> Iterator[StatedReason]:
    """ "Vancomycin for cellulitis"."""
    problems = frame.after(EVENTS, cue.last, 6)
    drugs = frame.before(DRUGS, cue.first, 16) if problems else []
    if not drugs or not _filled(frame, cue.last, frame.mentions[problems[0]].first):
        return
    between = gap(frame, frame.mentions[drugs[0]].last, cue.first)
    words = frame.note.tokens.words
    wrong = words_for("break") | words_for("stop") | words_for("other_verb")
    before = words[
        max(frame.note.starts[cue.first], frame.mentions[drugs[0]].first - 4) : frame.mentions[drugs[0]].first
    ]
    if not wrong.isdisjoint(between) or frame.between(EVENTS, frame.mentions[drugs[0]].last, cue.first):
        return
    if before[-1:] != ["to"] and not (words_for("stop") | words_for("bear")).isdisjoint(before):
        return
    for drug in _joined(frame, drugs):
        for problem in problems:
            yield StatedReason(drug, problem, (cue.first, cue.last))


def _joined(frame: Frame, nearest_first: list[int]) -> list[int]:
    """The nearest drug, and those it is joined to by "and": a comma may only separate the items of a list."""
    kept = nearest_first[:1]
    for near, far in itertools.pairwise(nearest_first):
        if "," in gap(frame, frame.mentions[far].last, frame.mentions[near].first):
            break
        kept.append(far)
    return kept


def _treated_with(frame: Frame, cue: Cue) -> Iterator[StatedReason]:
    """ "Hypertension, treated with amlodipine", "DM2 on metformin"."""
    drugs = frame.after(DRUGS, cue.last, 6)
    problems = frame.before(EVENTS, cue.first, 9) if drugs else []
    if not problems or not _filled(frame, cue.last, frame.mentions[drugs[0]].first):
        return
    last = frame.mentions[problems[0]].last
    if not _filled(frame, last, cue.first) or {"and", ","}.issubset(gap(frame, last, cue.first)):
        return
    for drug in drugs:
        yield StatedReason(drug, problems[0], (cue.first, cue.last))


def _went_after(frame: Frame, cue: Cue) -> Iterator[StatedReason]:
    """ "The fever resolved after two days of ceftriaxone"."""
    drugs = frame.after(DRUGS, cue.last, 6)
    problems = frame.before(EVENTS, cue.first, 9) if drugs else []
    if not problems:
        return
    last = frame.mentions[problems[0]].last
    between = gap(frame, last, cue.first)
    if words_for("better").isdisjoint(between) or _is_stopped(frame, cue, drugs[-1]):
        return
    for drug in drugs:
        yield StatedReason(drug, problems[0], (cue.first, cue.last))


def _went_before(frame: Frame, cue: Cue) -> Iterator[StatedReason]:
    """ "After furosemide his edema was better"."""
    drugs = frame.after(DRUGS, cue.last, 6)
    if not drugs or _is_stopped(frame, cue, drugs[-1]):
        return
    last = frame.mentions[drugs[-1]].last
    problems = frame.after(EVENTS, last, 9)
    if not problems or "," in gap(frame, cue.last, frame.mentions[drugs[0]].first):
        return
    if ";" in gap(frame, last, frame.mentions[problems[0]].first):
        return
    end = frame.mentions[problems[-1]].last
    said = gap(frame, end, min(frame.note.ends[end - 1], end + 5))
    if words_for("better").isdisjoint(said) or not words_for("onset").isdisjoint(
        gap(frame, last, frame.mentions[problems[0]].first)
    ):
        return
    for drug in drugs:
        yield StatedReason(drug, problems[0], (cue.first, cue.last))


def _is_stopped(frame: Frame, cue: Cue, drug: int) -> bool:
    last = frame.mentions[drug].last
    return not words_for("stop").isdisjoint(gap(frame, cue.last, min(frame.note.ends[last - 1], last + 4)))


def _by_layout(frame: Frame) -> Iterator[StatedReason]:
    """ "Gout: allopurinol", "2. Hypertension - continue losartan"; "omeprazole (GERD)"."""
    words = frame.note.tokens.words
    for problem in frame.of(EVENTS)[0]:
        mention = frame.mentions[problem]
        start, last = frame.note.starts[mention.first], mention.last
        if frame.note.ends[mention.first] <= last:
            continue
        if words[last] in _MARKS and mention.first - start <= 2:
            yield from _headed(frame, problem, words[last])
        elif words[last] == ")" and mention.first > start + 1 and words[mention.first - 1] == "(":
            yield from _in_brackets(frame, problem)


def _headed(frame: Frame, problem: int, mark: str) -> Iterator[StatedReason]:
    """The drug a problem at the head of a line is followed by."""
    last = frame.mentions[problem].last
    for drug in frame.after(DRUGS, last + 1, 4):
        between = gap(frame, last + 1, frame.mentions[drug].first)
        if words_for("plan").issuperset(between) and (mark != "," or not between or between[0] in words_for("plan")):
            yield StatedReason(drug, problem, (last, last + 1))
        break


def _in_brackets(frame: Frame, problem: int) -> Iterator[StatedReason]:
    """A lasting disease in brackets after a drug is what it is for, except in a list of allergies."""
    mention = frame.mentions[problem]
    drugs = frame.before(DRUGS, mention.first - 1, 4)[:1]
    if not _AGAINST.isdisjoint(gap(frame, max(frame.note.starts[mention.first], mention.first - 5), mention.first)):
        return
    section = frame.note.sections.category_at(frame.note.tokens.starts[mention.first])
    for drug in drugs if section != "allergies" and is_chronic(frame, problem) else ():
        yield StatedReason(drug, problem, (mention.first - 1, mention.first))
