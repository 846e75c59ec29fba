"""Assertion of spans: cues and their scopes first, then what the section says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.tagging.assertion.cues import find_cues
from app.tagging.assertion.scope import Reach, nearest, reaches
from app.tagging.labels import AXES, assertion
from app.tagging.reading.note import Note
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.sections import Section
from app.tagging.reading.tokens import Tokens, words_of
from app.tagging.valuesets import rows

_ATTRIBUTION = ("due to", "secondary to", "related to")
_CLINICAL = frozenset({"PROBLEM", "SYMPTOM", "ADVERSE_EVENT", "PROCEDURE", "LAB_TEST"})
_DENIABLE = _CLINICAL | {"MEDICATION", "DEVICE", "VITAL_SIGN"}
_REACTING = frozenset({"MEDICATION", "PROBLEM", "SYMPTOM"})
_CONSIDERED = frozenset({"consider", "recommend", "recommended", "recommending"})
_TELLING = frozenset({"family_history", "maternal", "allergies"})  # sections that say something of their own
_ONLY_CLINICAL = ("certainty", "course", "conditional")


@dataclass
class Asserted:
    """The assertion of one span and the words that led to it."""

    assertion: dict[str, Any]
    because: list[dict[str, Any]]


def assert_spans(note: Note, spans: list[tuple[int, int, str]]) -> list[Asserted]:
    """Assertions of token spans (first, last, label), in the order given."""
    order = sorted(range(len(spans)), key=lambda n: spans[n][:2])
    firsts = [spans[n][0] for n in order]
    lasts = [spans[n][1] for n in order]
    cues = find_cues(note.tokens, note.ends, firsts)
    marks: list[dict[str, Reach]] = [{} for _ in spans]

    def listed(place: int) -> bool:
        return spans[order[place]][2] == "PROCEDURE"  # "s/p CABG, AVR"; but "s/p CABG, diabetes"

    for axis in AXES:
        hits = cues[axis]
        if hits:
            reached = reaches(hits, (note.starts, note.ends), note.tokens)
            for place, reach in nearest(reached, firsts, lasts, listed).items():
                marks[order[place]][axis] = reach
    return [_conclude(note, span, found) for span, found in zip(spans, marks, strict=True)]


@cache
def _chronic() -> PhraseTable:
    return PhraseTable.of(words_of(row["term"]) for row in rows("chronic"))


def _conclude(note: Note, span: tuple[int, int, str], marks: dict[str, Reach]) -> Asserted:
    """Axes from the cues that reach the span, corrected by what it is, completed by its section."""
    first, last, label = span
    if label not in _CLINICAL:
        marks = {axis: reach for axis, reach in marks.items() if _applies(note, span, axis, reach)}
    elif "temporality" in marks and _only_considered(note.tokens, label, marks["temporality"]):
        del marks["temporality"]
    axes = {axis: reach.hit.rule.value for axis, reach in marks.items()}
    because = [_evidence(note.tokens, axis, reach) for axis, reach in marks.items()]
    past = axes.get("temporality") == "past" and _of_history(note.tokens, marks["temporality"])
    if past and next(_chronic().longest(note.tokens.words[first:last]), None):
        axes.update(temporality="current", course="chronic")
    if axes.get("experiencer") == "family" and _of_mother(note, marks["experiencer"]):
        axes["experiencer"] = "mother"
    _from_section(note, span, axes, because)
    return Asserted(assertion(**axes), because)


def _applies(note: Note, span: tuple[int, int, str], axis: str, reach: Reach) -> bool:
    """Doubt and course are of problems; doubt is of a drug right before it, unless it doubts the blame."""
    if axis not in _ONLY_CLINICAL:
        if axis == "hypothetical":
            return reach.hit.rule.direction == "forward"  # "ciprofloxacin for prophylaxis" was given
        if axis == "temporality" and span[2] == "MEDICATION" and _of_history(note.tokens, reach):
            return note.tokens.words[span[0] - 1] != "on"  # "history of diabetes on metformin"
        return axis != "polarity" or span[2] in _DENIABLE  # "no lesion in the liver" denies no liver
    cue = " ".join(note.tokens.words[reach.hit.first : reach.hit.last])
    return axis == "certainty" and reach.hit.last == span[0] and not cue.endswith(_ATTRIBUTION)


def _only_considered(tokens: Tokens, label: str, reach: Reach) -> bool:
    """A procedure that is considered lies in the future; a disease that is considered may be there now."""
    return label != "PROCEDURE" and bool(_CONSIDERED & {*tokens.words[reach.hit.first : reach.hit.last]})


def _of_history(tokens: Tokens, reach: Reach) -> bool:
    """With such a cue a chronic disease is active and codable: "h/o CHF", unlike "previous MI"."""
    cue = tokens.words[reach.hit.first : reach.hit.last]
    return "history" in cue or "hx" in cue or cue[:3] == ["h", "/", "o"] or "significant" in cue


def _of_mother(note: Note, reach: Reach) -> bool:
    """In a newborn's note the mother is a patient of her own, not family history."""
    cue = {*note.tokens.words[reach.hit.first : reach.hit.last]}
    return bool(cue & {"mother", "maternal", "mom"}) and note.is_of_newborn


def _from_section(note: Note, span: tuple[int, int, str], axes: dict[str, Any], because: list[dict]) -> None:
    section = note.sections.at(note.tokens.starts[span[0]])
    if section is None or section.category not in _TELLING:
        return
    added: dict[str, Any] = {}
    if section.category == "family_history" and "experiencer" not in axes:
        added["experiencer"] = "family"
    elif section.category == "maternal" and "experiencer" not in axes:
        added["experiencer"] = "mother"
    elif section.category == "allergies" and span[2] in _REACTING and _on_list(note, section, span[0]):
        added["temporality"] = "past"
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


def _on_list(note: Note, section: Section, token: int) -> bool:
    """Is the token in the list of allergies: on the title's line, or below it where that line is empty?"""
    line, is_empty = note.first_line(section)
    return note.tokens.starts[token] < line or is_empty


def _evidence(tokens: Tokens, axis: str, reach: Reach) -> dict[str, Any]:
    """The cue as it stands in the note, its offsets, and the offsets of its scope."""
    hit = reach.hit
    start, end = tokens.starts[hit.first], tokens.ends[hit.last - 1]
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
