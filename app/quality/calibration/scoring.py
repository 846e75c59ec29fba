"""How a reading of a calibration set did: figures beside gold with intervals by document, and whether it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.agreement.judgements import Unit
from app.agreement.metrics.intervals import bootstrap
from app.agreement.metrics.protocol import Estimate, Sums, Vector, undefined
from app.agreement.tallies import ALL, missed_labels, tally_pair, tally_ratings
from app.core.db import Session
from app.core.exact import lower_bound
from app.quality.agreement.entries import FigureEntry
from app.quality.agreement.sums import MARKS, mark_sums
from app.quality.calibration.models import PassMark
from app.review.item import context_of, get_item, modality_of
from app.review.queries.answers import payload_of
from app.review.weight import label_classes

#: figures of marks: key, title, the field of `PassMark` it is held against (none: shown, not asked)
_OF_MARKS = (
    ("f1-relaxed", "Marks, overlapping (F1)", "f1_relaxed"), ("f1-strict", "Marks, exact (F1)", "f1_strict"),
    ("relation-f1", "Relations (F1)", ""),
)  # fmt: skip
_ABSENT = ("not_mentioned", "negative", "not_present")
_READER, _GOLD = "reader", "gold"
Judgements = Sequence[Unit]


def score_of(session: Session, readings: Sequence[tuple[int, int, int]], mark: PassMark) -> dict[str, Any]:
    """Of (item, the reader's answer, gold): figures, labels, critical findings, and the verdict with its reasons."""
    entries, labels = [], dict[str, list[int]]()
    critical, polarity = [0, 0], 0
    for item_id, answer, gold in readings:
        item = get_item(session, item_id)
        context, modality = context_of(session, item), modality_of(item)
        said, right = (modality.units(payload_of(session, number), context) for number in (answer, gold))
        classes = label_classes(session, item)
        weighty = {label for label, weight in classes.items() if weight == "critical"}
        entries.append(entry_of(item_id, item.modality, said, right))
        for label, (found, of) in found_labels(said, right).items():
            row = labels.setdefault(label, [0, 0])
            row[0], row[1] = row[0] + found, row[1] + of
            if label in weighty:
                critical = [critical[0] + found, critical[1] + of]
        polarity += polarity_errors(said, right, weighty)
    figures = [*_mark_figures(entries, mark), *_rating_figures(entries, mark), *_code_figures(entries)]
    recall = _recall(critical, mark)
    failed = [one["key"] for one in figures if one["passed"] is False]
    failed += ["critical_recall"] if recall["passed"] is False else []
    failed += ["polarity_errors"] if polarity > mark.polarity_errors else []
    nothing = not any(one["value"] is not None for one in figures) and not critical[1]
    return {
        "texts": len(readings), "figures": figures, "labels": dict(sorted(labels.items())), "critical": recall,
        "polarity_errors": polarity, "failed": failed, "passed": not failed and not nothing, "nothing": nothing,
    }  # fmt: skip


def entry_of(item_id: int, modality: str, said: Judgements, right: Judgements) -> FigureEntry:
    """One text as the engines of agreement take it: the reader beside gold."""
    tally = tally_pair(said, right) | tally_ratings([said, right])
    return FigureEntry(
        row=item_id, item=item_id, modality=modality, arm="", raters=(_READER, _GOLD),
        pairs=((_READER, _GOLD, tally),), ratings=tally["ratings"], judged=tally["judged"], cases=[], facets={},
    )  # fmt: skip


def found_labels(said: Judgements, right: Judgements) -> dict[str, list[int]]:
    """Label → [found, in gold]: marks by overlap, questions by their value where gold says that it is there."""
    found = missed_labels(said, right)
    own = Counter((unit.kind, unit.key, unit.label, unit.value) for unit in said if _is_question(unit))
    for unit in right:
        if _is_question(unit) and unit.value not in _ABSENT:
            row = found.setdefault(unit.label, [0, 0])
            row[0] += own[unit.kind, unit.key, unit.label, unit.value] > 0
            row[1] += 1
    return found


def _is_question(unit: Unit) -> bool:
    return not unit.fragments and unit.kind not in ("assertion", "code", "relation", "code_assignment")


def polarity_errors(said: Judgements, right: Judgements, critical: set[str]) -> int:
    """Critical marks that stand where gold has them and say the opposite of whether it is there."""
    wrong = 0
    for unit in (one for one in right if one.kind == "assertion" and one.key == "polarity" and one.label in critical):
        own = [
            one for one in said
            if (one.kind, one.key, one.label) == (unit.kind, unit.key, unit.label) and _meet(one, unit)
        ]  # fmt: skip
        wrong += bool(own) and all(one.value != unit.value for one in own)
    return wrong


def _meet(one: Unit, other: Unit) -> bool:
    return any(a < d and c < b for a, b in one.fragments for c, d in other.fragments)


def _mark_figures(entries: list[FigureEntry], mark: PassMark) -> list[dict[str, Any]]:
    told = []
    for key, title, field in _OF_MARKS:
        if key not in MARKS or not any(key in pair["marks"] for entry in entries for _, _, pair in entry.pairs):
            continue
        floor = mark.floor if field == "f1_relaxed" else None
        told.append(_figure(key, title, mark_sums(entries, MARKS[key], ALL), getattr(mark, field) if field else None,
                            floor))  # fmt: skip
    return told


def _code_figures(entries: list[FigureEntry]) -> list[dict[str, Any]]:
    keys = {key for entry in entries for _, _, pair in entry.pairs for key in pair["marks"] if key.startswith("code")}
    return [_figure(key, MARKS[key].title, mark_sums(entries, MARKS[key], ALL), None) for key in sorted(keys)]


def _rating_figures(entries: list[FigureEntry], mark: PassMark) -> list[dict[str, Any]]:
    told = [_figure("assertion_kappa", "Attributes (κ over axes)", stratified_kappa(entries), mark.assertion_kappa)]
    questions = _share_alike(entries)
    told.append(_figure("questions", "Questions answered as in gold", questions, mark.questions))
    return [one for one in told if one["n"]]


def stratified_kappa(entries: Sequence[FigureEntry]) -> Sums:
    """Cohen's κ over the axes of assertions, each with its own agreement by chance: Σn(Po−Pe) ÷ Σn(1−Pe).

    Pooling the axes into one table would make chance small and κ large (Barlow, Lai & Azen 1991).
    """
    axes = sorted({axis for entry in entries for axis in entry.ratings.get("assertion", {})})
    values = {
        axis: sorted({value for entry in entries for both in _pairs(entry, "assertion", axis) for value in both})
        for axis in axes
    }
    if not any(values.values()):
        return undefined("no_data")
    sizes = [len(values[axis]) for axis in axes]
    rows = np.zeros((len(entries), sum(size * size for size in sizes)))
    for n, entry in enumerate(entries):
        begin = 0
        for axis, size in zip(axes, sizes, strict=True):
            place = {value: i for i, value in enumerate(values[axis])}
            for one, other in _pairs(entry, "assertion", axis):
                rows[n, begin + place[one] * size + place[other]] += 1
            begin += size * size

    def value(total: Vector) -> Estimate:
        above, room, begin = 0.0, 0.0, 0
        for size in sizes:
            table = total[begin : begin + size * size].reshape(size, size)
            begin += size * size
            if n := table.sum():
                chance = float((table.sum(axis=0) * table.sum(axis=1)).sum()) / n
                above, room = above + float(np.trace(table)) - chance, room + float(n) - chance
        return Estimate(above / room) if room > 1e-12 else Estimate(None, "no_variation")

    return Sums(rows, value, int(rows.sum()))


def _pairs(entry: FigureEntry, kind: str, key: str) -> list[tuple[str, str]]:
    rows = [row for some in entry.ratings.get(kind, {}).get(key, {}).values() for row in some]
    return [(one, other) for (one, other), count in rows if one is not None and other is not None
            for _ in range(count)]  # fmt: skip


def _share_alike(entries: Sequence[FigureEntry]) -> Sums:
    """Questions of which either says something, and of these how many both answer alike; none missing is overlooked."""
    rows = np.zeros((len(entries), 2))
    for n, entry in enumerate(entries):
        for kind, keys in entry.ratings.items():
            if kind in ("assertion", "code"):
                continue
            for labels in keys.values():
                for some in labels.values():
                    for (one, other), count in some:
                        rows[n] += (count * (one == other), count)

    def value(total: Vector) -> Estimate:
        return Estimate(float(total[0] / total[1])) if total[1] else Estimate(None, "no_data")

    return Sums(rows, value, int(rows[:, 1].sum()))


def _figure(key: str, title: str, sums: Sums, asked: int | None, floor: int | None = None) -> dict[str, Any]:
    """A figure with its interval; passed is None where nothing is asked of it or it cannot be computed."""
    estimate, interval = sums.estimate(), bootstrap(sums)
    passed = None
    if asked is not None and estimate.value is not None:
        passed = bool(estimate.value >= asked / 1000)
        if floor is not None:
            passed = passed and interval.low is not None and bool(interval.low >= floor / 1000)
    return {
        "key": key, "title": title, "value": estimate.value, "low": interval.low, "high": interval.high, "n": sums.n,
        "reason": estimate.reason or None, "asked": asked, "floor": floor, "passed": passed,
    }  # fmt: skip


def _recall(critical: list[int], mark: PassMark) -> dict[str, Any]:
    """Critical findings of gold that were found, and the exact lower 95 % bound: 5 of 5 is at least .55."""
    found, of = critical
    return {
        "found": found, "of": of, "low": lower_bound(found, of) if of else None, "asked": mark.critical_recall,
        "passed": found * 1000 >= of * mark.critical_recall if of else None,
    }  # fmt: skip
