"""What one item adds to every agreement figure: counted once when it was read, summed as often as somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from app.agreement.comparing import reading_of
from app.agreement.judgements import Unit
from app.agreement.metrics.code_sets import CODE_SETS
from app.agreement.metrics.continuum import Continuum
from app.agreement.metrics.data import Reading
from app.agreement.metrics.gamma import Gamma
from app.agreement.metrics.relations import RelationF1, RelationF1Conditional
from app.agreement.metrics.spans import Dice, F1Relaxed, F1RelaxedUntyped, F1Strict, F1StrictUntyped, PairwiseF1
from app.agreement.metrics.spans import relaxed_matching as overlapping
from app.agreement.metrics.unitizing import UnitizingAlpha

# All labels together.
ALL = ""
#: where one reader marked something and the other nothing
NOTHING = ""
TYPED: tuple[PairwiseF1, ...] = (F1Strict(), F1Relaxed(), Dice())
UNTYPED: tuple[PairwiseF1, ...] = (F1StrictUntyped(), F1RelaxedUntyped())
LINKS: tuple[PairwiseF1, ...] = (RelationF1(), RelationF1Conditional())
#: tolerant of edges; gamma takes samples, so both are counted apart from the rest and later
TOLERANT: tuple[Continuum, ...] = (Gamma(), UnitizingAlpha())
_PLACED = ("entity", "relation", "code_assignment")

Tally = dict[str, Any]
Units = Sequence[Unit]


def tally_round(readers: Sequence[Units]) -> Tally:
    """All that readers of one item add to the figures, in the order of `readers`.

    `pairs`: ``"0-1"`` → `tally_pair`; `ratings`: kind → key → label → [[values, one each reader (None: no judgement)],
    how often]; `judged`: kind → [judgements that two readers made, judgements that anybody made].
    """
    pairs = {f"{i}-{j}": tally_pair(readers[i], readers[j]) for i, j in combinations(range(len(readers)), 2)}
    return {"pairs": pairs, **tally_ratings(readers)}


def tally_pair(one: Units, other: Units) -> Tally:
    """Two readings of one item: metric → label → [matched, first, second], and label against label by overlap."""
    left, right = reading_of(one), reading_of(other)
    return {"marks": _marks(left, right) | _code_sets(one, other), "confusion": _confusion(left, right)}


def tally_edges(readers: Sequence[Units], length: int) -> dict[str, dict[str, dict[str, list[int]]]]:
    """``"0-1"`` → metric → label → [observed, expected, marks] of a text of `length` code points (`TOLERANT`).

    By label only where that needs no samples.
    """
    readings = [reading_of(units) for units in readers]
    found: dict[str, dict[str, dict[str, list[int]]]] = {}
    for i, j in combinations(range(len(readings)), 2):
        left, right = readings[i], readings[j]
        labels = sorted({span.label for span in (*left.spans, *right.spans)})
        if labels:
            found[f"{i}-{j}"] = {metric.key: {ALL: list(metric.matches(left, right, length))} for metric in TOLERANT}
            for label in labels:
                told = UnitizingAlpha().matches(_only(left, label), _only(right, label), length)
                found[f"{i}-{j}"][UnitizingAlpha.key][label] = list(told)
    return found


def _marks(left: Reading, right: Reading) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    labels = {span.label for span in (*left.spans, *right.spans)}
    if labels:
        for metric in (*TYPED, *UNTYPED):
            found[metric.key] = {ALL: list(metric.matches(left, right))}
        for label in sorted(labels):
            mine, theirs = (_only(reading, label) for reading in (left, right))
            for metric in TYPED:
                found[metric.key][label] = list(metric.matches(mine, theirs))
    types = {link.type for link in (*left.links, *right.links)}
    if types:
        for metric in LINKS:
            found[metric.key] = {ALL: list(metric.matches(left, right))}
            for kind in sorted(types):
                found[metric.key][kind] = list(metric.matches(_of_type(left, kind), _of_type(right, kind)))
    return found


def _only(reading: Reading, label: str) -> Reading:
    return Reading([span for span in reading.spans if span.label == label])


def _of_type(reading: Reading, kind: str) -> Reading:
    return Reading(reading.spans, [link for link in reading.links if link.type == kind])


def _code_sets(one: Units, other: Units) -> dict[str, dict[str, list[int]]]:
    codes = [[unit.key for unit in units if unit.kind == "code_assignment"] for units in (one, other)]
    if not codes[0] and not codes[1]:
        return {}
    return {metric.key: {ALL: list(metric.counted(*codes))} for metric in CODE_SETS}


def _confusion(left: Reading, right: Reading) -> list[list[Any]]:
    """[label of one, label of the other, how often], of overlapping marks one-to-one; NOTHING where one has none."""
    pairs = overlapping(left.spans, right.spans, typed=False)
    counts = Counter((left.spans[i].label, right.spans[j].label) for i, j in pairs.items())
    taken = set(pairs.values())
    counts.update((span.label, NOTHING) for i, span in enumerate(left.spans) if i not in pairs)
    counts.update((NOTHING, span.label) for j, span in enumerate(right.spans) if j not in taken)
    return [[*labels, count] for labels, count in sorted(counts.items())]


def tally_ratings(readers: Sequence[Units]) -> Tally:
    """Judgements of the same thing, value by value: assertions, observations, fields, codes of entities."""
    table: dict[tuple[str, str, str, Any], list[str | None]] = {}
    for reader, units in enumerate(readers):
        for unit in units:
            if unit.kind not in _PLACED:
                # A judgement about elements elsewhere, as an event about its mentions, is known by its key.
                key = unit.key if unit.fragments or unit.key == unit.label else ""
                what = (unit.kind, "" if key == unit.label else key, unit.label, (unit.fragments, unit.key))
                table.setdefault(what, [None] * len(readers))[reader] = unit.value
    return {"ratings": _nested(table), "judged": _judged(table)}


def _nested(table: dict[tuple[str, str, str, Any], list[str | None]]) -> Tally:
    found: dict[str, dict[str, dict[str, Counter[tuple[str | None, ...]]]]] = {}
    for (kind, key, label, _), values in table.items():
        found.setdefault(kind, {}).setdefault(key, {}).setdefault(label, Counter())[tuple(values)] += 1
    return {
        kind: {
            key: {label: [[list(v), n] for v, n in sorted(c.items(), key=str)] for label, c in labels.items()}
            for key, labels in keys.items()
        }
        for kind, keys in found.items()
    }


def _judged(table: dict[tuple[str, str, str, Any], list[str | None]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for (kind, _, _, _), values in table.items():
        both = sum(value is not None for value in values) > 1
        entry = found.setdefault(kind, [0, 0])
        entry[0], entry[1] = entry[0] + both, entry[1] + 1
    return found


def wrong_labels(said: Units, settled: Units) -> dict[str, int]:
    """Label → 1 where a reading says of it anything else than what was settled, 0 where it says the same.

    One decision per document and label: judgements of one document hang together, and a chart must not count each
    (domain D.5). Labels of which neither says anything are no decision.
    """
    labels = {unit.label for unit in (*said, *settled)}
    return {label: int(_of(said, label) != _of(settled, label)) for label in sorted(labels)}


def missed_labels(said: Units, settled: Units) -> dict[str, list[int]]:
    """Label → [found, settled]: of what was settled, how much the reading has, by overlap; questions by value."""
    left, right = reading_of(said), reading_of(settled)
    found: dict[str, list[int]] = {}
    for label in sorted({span.label for span in right.spans}):
        mine, theirs = _only(left, label), _only(right, label)
        found[label] = [len(overlapping(mine.spans, theirs.spans)), len(theirs.spans)]
    return found


def _of(units: Units, label: str) -> Counter[Unit]:
    return Counter(unit for unit in units if unit.label == label)

