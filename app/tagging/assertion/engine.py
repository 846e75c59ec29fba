"""Assertion of spans: cues and their scopes first, then what the section says."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.tagging.assertion.answers import FormAnswer, find_answers
from app.tagging.assertion.cues import CueHit, CueRule, find_cues
from app.tagging.assertion.lists import list_reaches
from app.tagging.assertion.past import years
from app.tagging.assertion.persons import tellers, without_worries
from app.tagging.assertion.scope import Reach, nearest, reaches
from app.tagging.assertion.settle import settle
from app.tagging.entities.lexicon import CLASSES, MODIFIER
from app.tagging.entities.misspelt import corrected
from app.tagging.labels import AXES, assertion
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.sections import Section
from app.tagging.reading.tokens import Tokens, words_of
from app.tagging.valuesets import rows

_ATTRIBUTION = ("due to", "secondary to", "related to")
_CLINICAL = frozenset({"PROBLEM", "SYMPTOM", "ADVERSE_EVENT", "PROCEDURE", "LAB_TEST"})
_DENIABLE = _CLINICAL | {"MEDICATION", "DEVICE", "VITAL_SIGN"}
_REACTING = frozenset({"MEDICATION", "PROBLEM", "SYMPTOM"})
_CONSIDERED = frozenset(
    {"consider", "recommend", "recommended", "recommending", "request", "requested", "prefer", "prefers", "agreeable",
     "agreed", "agree", "agrees", "follow", "followup", "amenable", "booked", "listed", "book"}
)  # fmt: skip
# Sections that say something of their own.
_TELLING = frozenset({"family_history", "maternal", "allergies", "past_surgical_history", "plan"})
_ORDERING = frozenset(
    {"and", "with", "for", "repeat", "obtain", "get", "check", "order", "schedule", "arrange", "a", "an", "the", "then",
     "or", "plus", "needs", "need", "proceed", "to", "urgent", "elective", "outpatient", "possible", "refer", "also"}
)  # fmt: skip
_DONE = frozenset(
    {"wa", "was", "were", "done", "showed", "show", "shows", "underwent", "had", "ha", "performed", "completed", "is",
     "yesterday", "status", "s", "continue", "after", "post", "from", "on", "today", "given", "reviewed", "been"}
)  # fmt: skip
_ONLY_CLINICAL = ("certainty", "course", "conditional")


@dataclass
class Asserted:
    """The assertion of one span and the words that led to it."""

    assertion: dict[str, Any]
    because: list[dict[str, Any]]


def assert_spans(note: TokenisedNote, spans: list[tuple[int, int, str]]) -> list[Asserted]:
    """Assertions of token spans (first, last, label), in the order given."""
    order = sorted(range(len(spans)), key=lambda n: spans[n][:2])
    firsts = [spans[n][0] for n in order]
    lasts = [spans[n][1] for n in order]
    answers = find_answers(note)
    bounds = _apart(note, answers)
    cues = find_cues(note.tokens, bounds[1], firsts)
    dated = years(note.tokens, bounds[0])
    if dated:
        cues["temporality"] = sorted([*cues["temporality"], *dated], key=lambda hit: hit.first)
    _tell_persons(note.tokens, cues)
    lists = list(list_reaches(note))
    marks: list[dict[str, Reach]] = [{} for _ in spans]

    def listed(place: int) -> bool:
        return spans[order[place]][2] == "PROCEDURE"  # "s/p CABG, AVR"; but "s/p CABG, diabetes"

    for axis in AXES:
        hits = _unanswered(axis, cues[axis], answers) if answers else cues[axis]
        reached = reaches(hits, bounds, note.tokens) if hits else []
        reached += [reach for reach in lists if reach.hit.rule.axis == axis]
        if axis == "polarity":
            reached += [_denied(answer) for answer in answers if answer.negated]
        if reached:
            for place, reach in nearest(reached, firsts, lasts, listed).items():
                marks[order[place]][axis] = reach
    return [_conclude(note, span, found) for span, found in zip(spans, marks, strict=True)]


def _tell_persons(tokens: Tokens, cues: dict[str, list[CueHit]]) -> None:
    """Relatives who report have nothing of what they report, and their worry is no doubt."""
    named = cues["experiencer"]
    if named:
        cues["experiencer"] = tellers(tokens, named)
        reporters = [hit.last - 1 for hit in named if hit not in cues["experiencer"]]
        if reporters:
            cues["certainty"] = without_worries(tokens, cues["certainty"], reporters)


def _apart(note: TokenisedNote, answers: list[FormAnswer]) -> tuple[list[int], list[int]]:
    """Start and end of the sentence of each token, an item with its answer being one of its own."""
    if not answers:
        return note.starts, note.ends
    cuts = {at for answer in answers for at in answer.bounds if at < len(note.tokens)}
    return note.bounded(sorted({*note.sentences, *cuts}))


def _denied(answer: FormAnswer) -> Reach:
    """The answer "no" as a cue that reaches its item; a box stands for the item itself."""
    cue = (answer.cue_first, answer.cue_last)
    if cue[0] == cue[1]:
        cue = (answer.first, answer.first)
    return Reach(CueHit(*cue, CueRule("polarity", "negated", "answer", 0)), answer.first, answer.last, answer.last)


def _unanswered(axis: str, hits: list[CueHit], answers: list[FormAnswer]) -> list[CueHit]:
    """The cues that are no answers; within an answered item none of doubt, and none of the past that is denied.

    "Previous heart attack? never": what was asked about is neither doubted nor past.
    """
    firsts = [answer.bounds[0] for answer in answers]
    kept = []
    for hit in hits:
        place = bisect_right(firsts, hit.first) - 1
        answer = answers[place] if place >= 0 else None
        if answer is None or hit.first >= answer.bounds[1]:
            kept.append(hit)
        elif answer.cue_first <= hit.first < answer.cue_last:
            continue
        elif axis not in ("certainty", "hypothetical") and not (axis in ("temporality", "polarity") and answer.negated):
            kept.append(hit)
    return kept


@cache
def _chronic() -> PhraseTable:
    return PhraseTable.of(words_of(row["term"]) for row in rows("chronic"))


def _is_chronic(words: list[str]) -> bool:
    """As written, or as meant ("hx of diabtes")."""
    if next(_chronic().longest(words), None) is not None:
        return True
    meant = [corrected(word) or word for word in words]
    return meant != words and next(_chronic().longest(meant), None) is not None


def _conclude(note: TokenisedNote, span: tuple[int, int, str], marks: dict[str, Reach]) -> Asserted:
    """Axes from the cues that reach the span, corrected by what it is, completed by its section."""
    first, last, label = span
    if not marks:
        return _unmarked(note, span)
    if label not in _CLINICAL:
        marks = {axis: reach for axis, reach in marks.items() if _applies(note, span, axis, reach)}
    elif "temporality" in marks and _only_considered(note.tokens, label, marks["temporality"]):
        del marks["temporality"]
    if marks:
        settle(note, span, marks, _is_chronic)
    axes = {axis: reach.hit.rule.value for axis, reach in marks.items()}
    because = [_evidence(note.tokens, axis, reach) for axis, reach in marks.items()]
    past = axes.get("temporality") == "past" and _of_history(note.tokens, marks["temporality"])
    if past and _is_chronic(note.tokens.words[first:last]):
        axes.update(temporality="current", course="chronic")
    if axes.get("experiencer") == "family" and _of_mother(note, marks["experiencer"]):
        axes["experiencer"] = "mother"
    _from_section(note, span, axes, because)
    if note.rows:
        _from_table(note, span, axes, because)
    return Asserted(assertion(**axes), because)


def _unmarked(note: TokenisedNote, span: tuple[int, int, str]) -> Asserted:
    """Most spans: no cue reaches them, only their section or table may tell something."""
    axes: dict[str, Any] = {}
    because: list[dict[str, Any]] = []
    _from_section(note, span, axes, because)
    if note.rows:
        _from_table(note, span, axes, because)
    return Asserted(assertion(**axes), because)


def _applies(note: TokenisedNote, span: tuple[int, int, str], axis: str, reach: Reach) -> bool:
    """Doubt and course are of problems; doubt is of a drug right before it, unless it doubts the blame."""
    if axis not in _ONLY_CLINICAL:
        if axis == "hypothetical":
            return reach.hit.rule.direction == "forward"  # "ciprofloxacin for prophylaxis" was given
        if axis == "temporality" and span[2] == "MEDICATION" and _of_history(note.tokens, reach):
            return note.tokens.words[span[0] - 1] != "on"  # "history of diabetes on metformin"
        return axis != "polarity" or span[2] in _DENIABLE  # "no lesion in the liver" denies no liver
    cue = " ".join(note.tokens.words[reach.hit.first : reach.hit.last])
    return axis == "certainty" and reach.hit.last == span[0] and cue != "?" and not cue.endswith(_ATTRIBUTION)


def _only_considered(tokens: Tokens, label: str, reach: Reach) -> bool:
    """A procedure that is considered lies in the future; a disease that is considered may be there now."""
    return label != "PROCEDURE" and bool(_CONSIDERED & {*tokens.words[reach.hit.first : reach.hit.last]})


def _of_history(tokens: Tokens, reach: Reach) -> bool:
    """With such a cue a chronic disease is active and codable: "h/o CHF", unlike "previous MI"."""
    cue = tokens.words[reach.hit.first : reach.hit.last]
    if "remote" in cue or "distant" in cue:
        return False
    return "history" in cue or "hx" in cue or cue[:3] == ["h", "/", "o"] or "significant" in cue


def _of_mother(note: TokenisedNote, reach: Reach) -> bool:
    """In a newborn's note the mother is a patient of her own, not family history."""
    cue = {*note.tokens.words[reach.hit.first : reach.hit.last]}
    return bool(cue & {"mother", "maternal", "mom"}) and note.is_of_newborn


def _from_table(note: TokenisedNote, span: tuple[int, int, str], axes: dict[str, Any], because: list[dict]) -> None:
    """A row of a table of allergies tells of the past."""
    if span[2] not in _REACTING or "temporality" in axes:
        return
    for row in note.rows:
        cells = [cell for role, cell in row.cells.items() if role in ("drug", "allergen", "reaction")]
        if row.is_allergy and any(first <= span[0] < last for first, last in cells):
            axes["temporality"] = "past"
            first, last = cells[0]
            start, end = note.tokens.starts[first], note.tokens.ends[last - 1]
            record = {"axis": "temporality", "value": "past", "cue": note.text[start:end], "category": "section"}
            because.append(record | {"start": start, "end": end, "scope": [start, end]})
            return


def _from_section(note: TokenisedNote, span: tuple[int, int, str], axes: dict[str, Any], because: list[dict]) -> None:
    section = note.sections.at(note.tokens.starts[span[0]])
    if section is None or section.category not in _TELLING:
        return
    added: dict[str, Any] = {}
    if section.category == "family_history" and "experiencer" not in axes:
        added["experiencer"] = "family"
    elif section.category == "maternal" and "experiencer" not in axes:
        added["experiencer"] = "mother"
    elif section.category == "allergies" and span[2] in _REACTING and _on_list(note, section, span[0]):
        if any(not row.is_allergy and row.holds(span[0]) for row in note.rows):
            return  # a table of medicines below the list
        added["temporality"] = "past"
    elif span[2] == "PROCEDURE" and "temporality" not in axes:
        if section.category == "past_surgical_history":
            added["temporality"] = "past"
        elif section.category == "plan" and _is_ordered(note, span):
            added["temporality"] = "future"
    for axis, value in added.items():
        axes[axis] = value
        start, end = section.title
        because.append(
            {
                "axis": axis,
                "value": value,
                "cue": note.tokens.text[start:end],
                "category": "section",
                "start": start,
                "end": end,
                "scope": [section.start, section.end],
            }
        )


def _is_ordered(note: TokenisedNote, span: tuple[int, int, str]) -> bool:
    """Is it an item of the plan, with no word that it was done: "PLAN: 1. CT of the chest, bronchoscopy"?"""
    words, start, end = note.tokens.words, note.starts[span[0]], note.ends[span[0]]
    if not _DONE.isdisjoint(words[start:end]):
        return False
    begin = next((at + 1 for at in range(span[0] - 1, start - 1, -1) if words[at] in ",:.;"), start)
    item = words[begin : span[0]]
    return all(word in _ORDERING or not word[0].isalpha() or CLASSES[word] & MODIFIER for word in item)


def _on_list(note: TokenisedNote, section: Section, token: int) -> bool:
    """Is the token in the list of allergies: on the title's line, or below it where that line is empty?"""
    line, is_empty = note.first_line(section)
    return note.tokens.starts[token] < line or is_empty


def _evidence(tokens: Tokens, axis: str, reach: Reach) -> dict[str, Any]:
    """The cue as it stands in the note, its offsets, and the offsets of its scope."""
    hit = reach.hit
    start, end = tokens.starts[hit.first], tokens.ends[max(hit.first, hit.last - 1)]
    scope = [start, end]
    if reach.end > reach.start:
        scope = [tokens.starts[reach.start], tokens.ends[reach.end - 1]]
    return {
        "axis": axis,
        "value": hit.rule.value,
        "cue": tokens.text[start:end],
        "category": hit.rule.direction,
        "start": start,
        "end": end,
        "scope": scope,
    }
