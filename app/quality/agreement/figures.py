"""Every agreement figure of a project, computed in the worker; a figure whose rows did not change is kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from app.agreement.metrics.evaluate import figure as published
from app.agreement.metrics.intervals import RESAMPLES, SEED
from app.agreement.metrics.protocol import Sums
from app.core.db import Session
from app.quality.agreement.entries import BETWEEN, SETTLED, FigureEntry, read_entries, scored_entries
from app.quality.agreement.slices import Figure, figures_of
from app.quality.agreement.sums import mark_sums, metric_of, rating_sums

Progress = Callable[[int, int], None]


def all_entries(session: Session, project_id: int) -> dict[str, list[FigureEntry]]:
    """Scope → its entries."""
    return {
        BETWEEN: list(read_entries(session, project_id)),
        SETTLED: list(scored_entries(session, project_id)),
    }


def measure(
    entries: dict[str, list[FigureEntry]],
    before: dict[str, Any],
    *,
    resamples: int = RESAMPLES,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """The agreement document of a project. `before`: the one computed last; `resamples` 0: values without intervals."""
    asked = [pair for scope, own in entries.items() for pair in figures_of(scope, own)]
    known = {row["address"]: row for row in before.get("figures", ())}
    figures = []
    for done, (figure, some) in enumerate(asked):
        if done % 25 == 0:
            progress(done, len(asked))
        figures.append(_figure(figure, some, known.get(figure.address), resamples))
    between = entries[BETWEEN]
    return {
        "figures": figures,
        "confusion": _confusion(between),
        "cases": _case_counts(between),
        "coverage": _coverage(between),
        "rounds": len(between),
        "alone": sum(not entry.pairs for entry in between),
        "scored": len(entries[SETTLED]),
        "seed": SEED,
        "resamples": RESAMPLES,
    }


def _figure(
    figure: Figure, entries: Sequence[FigureEntry], before: dict[str, Any] | None, resamples: int
) -> dict[str, Any]:
    metric, sums = metric_of(figure.metric), sums_of(figure, entries)
    basis = _basis(sums)
    if before is not None and before["basis"] == basis and before["interval"]["reason"] != "not_yet":
        return before
    told = published(metric, sums, resamples=resamples)
    told["details"].pop("pairs", None)
    return asdict(figure) | {"address": figure.address, "basis": basis} | told


def sums_of(figure: Figure, entries: Sequence[FigureEntry]) -> Sums:
    """The sums behind a figure."""
    metric = metric_of(figure.metric)
    if figure.is_of_ratings:
        return rating_sums(entries, metric, (figure.kind, figure.key), figure.label)
    return mark_sums(entries, metric, figure.label)


def _basis(sums: Sums) -> str:
    said = f"{sums.rows.shape}{sums.n}{sorted(sums.excluded.items())}".encode()
    return hashlib.sha256(sums.rows.tobytes() + said).hexdigest()[:16]


def _confusion(entries: Sequence[FigureEntry]) -> dict[str, dict[str, list[list[Any]]]]:
    """Modality → arm → [label of one, label of the other, how often], both ways added: readers have no order."""
    found: dict[str, dict[str, Counter[tuple[str, str]]]] = {}
    for entry in entries:
        for _, _, tally in entry.pairs:
            counts = found.setdefault(entry.modality, {}).setdefault(entry.arm, Counter())
            for one, other, number in tally["confusion"]:
                counts[min(one, other), max(one, other)] += number
    return {
        modality: {arm: [[*labels, n] for labels, n in sorted(counts.items())] for arm, counts in arms.items()}
        for modality, arms in found.items()
    }


def _case_counts(entries: Sequence[FigureEntry]) -> list[list[Any]]:
    """[modality, arm, kind, label, week, cases] of what readers saw differently, most first."""
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for entry in entries:
        for kinds, labels in entry.cases:
            for label in labels or [""]:
                for kind in kinds:
                    counts[entry.modality, entry.arm, kind, label, entry.facets["week"]] += 1
    return [[*what, number] for what, number in counts.most_common()]


def _coverage(entries: Sequence[FigureEntry]) -> dict[str, dict[str, list[int]]]:
    """Modality → kind → [judgements two readers made, all judgements]: kappa is blind to the rest (domain C.2)."""
    found: dict[str, dict[str, list[int]]] = {}
    for entry in entries:
        for kind, (both, all_of_them) in entry.judged.items():
            row = found.setdefault(entry.modality, {}).setdefault(kind, [0, 0])
            row[0], row[1] = row[0] + both, row[1] + all_of_them
    return found
