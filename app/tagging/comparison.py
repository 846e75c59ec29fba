"""Two pipelines on the same asserted spans: who the gold says is right, and why the other is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.core.reading import read_text
from app.tagging.evaluation.evaluate import CLINICAL, gold_axes
from app.tagging.evaluation.gold import GoldDocument, GoldEntity
from app.tagging.evaluation.reasons import why_wrong
from app.tagging.evaluation.scores import Counts
from app.tagging.protocol import Entity, Pipeline

_FIELDS = 6
# Axis → the flag of it, in an assertion and in a case.
_FLAGS = {
    "polarity": "negated",
    "certainty": "uncertain",
    "temporality": "historical",
    "experiencer": "other_person",
}
NEGEX_AXES = ("polarity", "temporality", "experiencer")
_NOTE = "history: the NegEx set counts active diseases of the past as historical; ours does not"


@dataclass(frozen=True)
class GoldCase:
    """One span of one sentence, with what the gold says of it."""

    id: str
    text: str
    span: tuple[int, int] | None  # None: the condition does not occur in its sentence
    negated: bool
    historical: bool
    other_person: bool = False
    uncertain: bool = False


def gold_cases(documents: Iterable[GoldDocument]) -> tuple[list[GoldCase], tuple[str, ...]]:
    """The problems and symptoms of gold as cases, and the axes its entities mark anywhere."""
    marked: set[str] = set()
    cases = []
    for document in documents:
        for entity in document.entities:
            if entity.label in CLINICAL:
                axes = gold_axes(entity.assertion)
                marked |= axes.keys()
                cases.append(_gold_case(document, entity, axes))
    return cases, tuple(axis for axis, flag in _FLAGS.items() if axis in marked or flag in marked)


def _gold_case(document: GoldDocument, entity: GoldEntity, axes: dict[str, Any]) -> GoldCase:
    return GoldCase(
        f"{document.id}:{entity.start}-{entity.end}",
        document.text,
        (entity.start, entity.end),
        negated=axes.get("polarity") == "negated",
        historical=axes.get("temporality") == "past",
        other_person=axes.get("experiencer", "patient") != "patient",
        uncertain=bool(axes.get("uncertain")),
    )


def read_negex(path: Path) -> Iterator[GoldCase]:
    """Cases of a NegEx file (tab-separated, header). The condition in capitals is preferred."""
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines[1:], start=2):
        row = line.rstrip("\r").split("\t")
        if not line.strip():
            continue
        if len(row) < _FIELDS:
            raise Invalid("bad-negex", f"{path.name} line {number}: fewer than {_FIELDS} fields")
        identifier, condition, text, negation, temporality, person = (field.strip() for field in row[:_FIELDS])
        span = locate(condition.strip('"'), text)
        negated, historical = negation.lower() == "negated", temporality.lower() == "historical"
        yield GoldCase(identifier, text, span, negated, historical, person.lower() not in ("", "patient"))


def locate(condition: str, text: str) -> tuple[int, int] | None:
    """Where a condition stands, whatever its white space and case; the place in capitals first."""
    pattern = r"\s+".join(map(re.escape, condition.split()))
    places = list(re.finditer(pattern, text, re.IGNORECASE)) if pattern else []
    in_capitals = [place for place in places if place[0] == place[0].upper()]
    return next((place.span() for place in in_capitals + places), None)


def compare(
    ours: Pipeline, theirs: Pipeline, cases: Iterable[GoldCase], axes: Sequence[str] = NEGEX_AXES
) -> dict[str, Any]:
    """Scores of both on the axes given, and every case they answer differently, with the reason.

    The gold says who is right; the reason says why the other is wrong. Of a difference only the case's id, the
    answers, offsets and the reason are shown, never its text.
    """
    counts = {f"{p.key} {_FLAGS[axis]}": Counts() for p in (ours, theirs) for axis in axes}
    differences: list[dict[str, Any]] = []
    for case, answers in _answered((ours, theirs), cases):
        for axis in axes:
            meant = getattr(case, _FLAGS[axis])
            said = {key: _flag(answer, _FLAGS[axis]) for key, answer in answers.items()}
            for key, own in said.items():
                hit = int(own and meant)
                counts[f"{key} {_FLAGS[axis]}"].add(suggested=int(own), right=hit, gold=int(meant), found=hit)
            if said[ours.key] != said[theirs.key]:
                right, wrong = (ours, theirs) if said[ours.key] == meant else (theirs, ours)
                differences += _difference(case, axis, (right, wrong), answers)
    return {
        "scores": {key: count.to_dict() for key, count in counts.items()},
        "note": _NOTE,
        "summary": _summary(differences),
        "differences": differences,
    }


def _difference(
    case: GoldCase, axis: str, sides: tuple[Pipeline, Pipeline], answers: dict[str, Entity | None]
) -> Iterator[dict[str, Any]]:
    """The one difference of a case on an axis; without a place in the text there is none to explain."""
    right, wrong = sides
    mistaken, correct = answers[wrong.key], answers[right.key]
    if case.span and mistaken and correct:
        sides_said = ((right.key, correct), (wrong.key, mistaken))
        yield {
            "id": case.id,
            "axis": axis,
            "gold": getattr(case, _FLAGS[axis]),
            "right": right.key,
            "wrong": wrong.key,
            "reason": why_wrong(wrong, case.text, case.span, axis, (mistaken, correct)),
            "span": list(case.span),
            "cues": {k: [[b["start"], b["end"]] for b in e.because if b["axis"] == axis] for k, e in sides_said},
        }


def _summary(differences: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often which pipeline is wrong for which reason, the most frequent first."""
    counted = Counter((d["axis"], d["wrong"], d["reason"]) for d in differences)
    return [
        {"axis": axis, "wrong": wrong, "reason": reason, "cases": cases}
        for (axis, wrong, reason), cases in counted.most_common()
    ]


def _answered(
    pipelines: Sequence[Pipeline], cases: Iterable[GoldCase]
) -> Iterator[tuple[GoldCase, dict[str, Entity | None]]]:
    """Each case with the answer of each pipeline; cases of one text, which stand together, in one call."""
    for text, group in groupby(cases, key=attrgetter("text")):
        same = list(group)
        spans = [case.span for case in same if case.span]
        said = {p.key: iter(p.annotate(text, targets=spans).entities if spans else ()) for p in pipelines}
        for case in same:
            yield case, {key: next(found) if case.span else None for key, found in said.items()}


def _flag(entity: Entity | None, flag: str) -> bool:
    if entity is None:
        return False
    if flag == "other_person":
        return entity.assertion["experiencer"] != "patient"
    return bool(entity.assertion[flag])
