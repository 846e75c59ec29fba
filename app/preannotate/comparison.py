"""Two pipelines on the same asserted spans: who is right, and why the other is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.preannotate.evaluation.scores import Counts
from app.preannotate.protocol import Entity, Pipeline

_FIELDS = 6
_ITS_CUE_IN_TARGET = "its cue lies within the span and denies its own span"
_EATEN = "': no' is taken as a backward cue, so what follows is not denied"
_TOO_FAR = "its scope runs past the end of the denial"
_UNKNOWN_CUE = "it does not know the cue"


@dataclass(frozen=True)
class Case:
    """One span of one sentence, with what the gold says of it."""

    id: str
    text: str
    span: tuple[int, int] | None  # None: the condition does not occur in its sentence
    negated: bool
    historical: bool
    other_person: bool = False


def read_negex(path: Path) -> Iterator[Case]:
    """Cases of a NegEx file (tab-separated, header). The condition in capitals is preferred."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lines, None)
        for number, row in enumerate(lines, start=2):
            if len(row) < _FIELDS:
                raise Invalid("bad-negex", f"{path.name} line {number}: fewer than {_FIELDS} fields")
            identifier, condition, text, negation, temporality, person = (field.strip() for field in row[:_FIELDS])
            span = locate(condition.strip('"'), text)
            negated, historical = negation.lower() == "negated", temporality.lower() == "historical"
            yield Case(identifier, text, span, negated, historical, person.lower() not in ("", "patient"))


def locate(condition: str, text: str) -> tuple[int, int] | None:
    """Where a condition stands, whatever its white space and case; the place in capitals first."""
    pattern = r"\s+".join(map(re.escape, condition.split()))
    places = list(re.finditer(pattern, text, re.IGNORECASE)) if pattern else []
    in_capitals = [place for place in places if place[0] == place[0].upper()]
    return next((place.span() for place in in_capitals + places), None)


def compare(ours: Pipeline, theirs: Pipeline, cases: Iterable[Case]) -> dict[str, Any]:
    """Scores of both on negation and history, and every case they answer differently.

    Of a difference only the case's id, the answers and the reason are shown, never its text.
    """
    counts = {(p.key, axis): Counts() for p in (ours, theirs) for axis in ("negated", "historical")}
    differences = []
    for case in cases:
        answers = {p.key: _answer(p, case) for p in (ours, theirs)}
        for pipeline in (ours, theirs):
            for axis in ("negated", "historical"):
                said, meant = _flag(answers[pipeline.key], axis), getattr(case, axis)
                hit = int(said and meant)
                count = counts[pipeline.key, axis]
                count.add(suggested=int(said), right=hit, gold=int(meant), found=hit)
        own, other = (_flag(answers[p.key], "negated") for p in (ours, theirs))
        if own != other:
            right = ours.key if own == case.negated else theirs.key
            reason = _reason(case, answers[theirs.key]) if right == ours.key else ""
            differences.append({"id": case.id, "gold": case.negated, "right": right, "reason": reason})
    return {
        "scores": {f"{key} {axis}": count.to_dict() for (key, axis), count in counts.items()},
        "note": "history: the set counts active diseases of the past as historical; ours does not",
        "differences": differences,
    }


def _answer(pipeline: Pipeline, case: Case) -> Entity | None:
    return pipeline.annotate(case.text, targets=[case.span]).entities[0] if case.span else None


def _flag(entity: Entity | None, axis: str) -> bool:
    return bool(entity and entity.assertion[axis])


def _reason(case: Case, wrong: Entity | None) -> str:
    """Why the other pipeline is wrong here, as far as its own evidence shows it."""
    if wrong is None or case.span is None:
        return _UNKNOWN_CUE
    cues = [because for because in wrong.because if because["axis"] == "polarity"]
    start, end = case.span
    if any(start <= cue["start"] and cue["end"] <= end for cue in cues):
        return _ITS_CUE_IN_TARGET
    if cues:
        return _TOO_FAR
    return _EATEN if re.search(r":\s*no(?:ne)?\b", case.text[:start], re.IGNORECASE) else _UNKNOWN_CUE
