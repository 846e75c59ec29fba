"""The bias audit of a project: how far readers agree and how often they are wrong, group by group.

Structured, so that a dossier can take it as it stands (`bias_of`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from app.agreement.metrics.intervals import SEED, bootstrap
from app.agreement.metrics.protocol import Estimate, Sums
from app.core.db import Session
from app.corpus.project import Project
from app.quality.agreement.entries import BETWEEN, SETTLED, FigureEntry
from app.quality.bias.differences import LEVEL, PERMUTATIONS, Rows, difference, holm, share_of
from app.quality.bias.population import population_of
from app.quality.facets import PATIENT
from app.quality.results.stored import find_result
from app.quality.small_cells import SMALL, told_groups

BIAS = "bias"
#: measure → scope, and what it is in words
MEASURES = {
    "agreement": (BETWEEN, "agreement of readers"),
    "error": (SETTLED, "decisions of readers that were settled otherwise"),
}


def bias_of(session: Session, project_id: int) -> dict[str, Any]:
    """The audit that was stored last, for a dossier; empty before the first. Small groups are not in it."""
    return find_result(session, project_id, BIAS).body


def audit(session: Session, project: Project, entries: dict[str, list[FigureEntry]]) -> dict[str, Any]:
    """The bias document: `audits` by modality and arm, `population` beside the target, `findings` in short.

    Tests of one modality and arm are one family, corrected by Holm. Documents are the clusters of everything.
    """
    audits = list(_audits(entries))
    return {
        "audits": audits,
        "population": population_of(session, project),
        "findings": [finding for one in audits for finding in _findings(one)],
        "level": LEVEL,
        "small": SMALL,
        "seed": SEED,
        "permutations": PERMUTATIONS,
    }


def _audits(entries: dict[str, list[FigureEntry]]) -> Iterator[dict[str, Any]]:
    """Assisted and blank readings apart (domain C.7): suggestions may be worse for some groups than for others."""
    families = dict.fromkeys((e.modality, e.arm) for some in entries.values() for e in some)
    for modality, arm in families:
        measures = []
        for measure, (scope, title) in MEASURES.items():
            own = [e for e in entries[scope] if (e.modality, e.arm) == (modality, arm)]
            told = _measure(measure, title, own)
            if told is not None:
                measures.append(told)
        tested = [group for one in measures for facet in one["facets"] for group in facet["groups"]
                  if group["p"] is not None]  # fmt: skip
        for group, corrected in zip(tested, holm([group["p"] for group in tested]), strict=True):
            group["p_holm"], group["differs"] = corrected, corrected < LEVEL
        _of_both(measures)
        if measures:
            yield {"modality": modality, "arm": arm, "measures": measures, "tests": len(tested)}


def _measure(measure: str, title: str, entries: list[FigureEntry]) -> dict[str, Any] | None:
    """One measure of one family; None where there is nothing to compare."""
    facets, rows = _documents(measure, entries)
    whole = share_of(rows)
    if whole is None:
        return None
    return {
        "measure": measure,
        "title": title,
        "of": "marks" if measure == "agreement" and any(_has_marks(entry) for entry in entries) else "decisions",
        "value": whole,
        "documents": len(rows),
        "facets": [_facet(name, [one[name] for one in facets], rows) for name in PATIENT],
    }


def _documents(measure: str, entries: list[FigureEntry]) -> tuple[list[dict[str, str]], Rows]:
    """The facets of each document, and its numerator and denominator; documents without any are left out."""
    sums: dict[int, list[float]] = {}
    facets: dict[int, dict[str, str]] = {}
    by_marks = any(_has_marks(entry) for entry in entries)
    for entry in entries:
        above, below = entry.wrong if measure == "error" else _agreed(entry, by_marks=by_marks)
        row = sums.setdefault(entry.item, [0.0, 0.0])
        row[0], row[1] = row[0] + above, row[1] + below
        facets[entry.item] = entry.facets
    items = [item for item, (_, below) in sums.items() if below]
    return [facets[item] for item in items], np.array([sums[item] for item in items]).reshape(len(items), 2)


def _has_marks(entry: FigureEntry) -> bool:
    return any("f1-strict" in tally["marks"] for _, _, tally in entry.pairs)


def _agreed(entry: FigureEntry, *, by_marks: bool) -> tuple[float, float]:
    """Of marks: F1, as 2 · matched and marks of both; of questions: pairs of readers that say the same, and pairs."""
    if by_marks:
        found = [tally["marks"].get("f1-strict", {}).get("", (0, 0, 0)) for _, _, tally in entry.pairs]
        return float(sum(2 * matched for matched, _, _ in found)), float(sum(a + b for _, a, b in found))
    same = both = 0
    for keys in entry.ratings.values():
        for by_label in keys.values():
            for values, count in (row for rows in by_label.values() for row in rows):
                pairs = [(a, b) for a, b in combinations(values, 2) if a is not None and b is not None]
                same, both = same + count * sum(a == b for a, b in pairs), both + count * len(pairs)
    return float(same), float(both)


def _facet(name: str, values: Sequence[str], rows: Rows) -> dict[str, Any]:
    counts = {value: values.count(value) for value in dict.fromkeys(values)}
    told, hidden = told_groups(counts)
    groups = [_group(value, rows, np.array([one == value for one in values])) for value in told]
    if len(groups) == 2 and not hidden:
        groups[1]["p"] = None  # the same test as the first one's
    # One group that is everybody is compared with nobody.
    return {"facet": name, "hidden": hidden, "groups": groups if len(counts) > 1 else []}


def _group(name: str, rows: Rows, inside: Any) -> dict[str, Any]:
    own = rows[inside]
    interval = bootstrap(Sums(own, _estimate, len(own), many=_many))
    against = difference(rows, inside)
    return {
        "group": name, "documents": len(own), "value": share_of(own), "low": interval.low, "high": interval.high,
        "difference": against and against.value, "difference_low": against and against.low,
        "difference_high": against and against.high, "p": against.p if against else None, "p_holm": None,
        "differs": False,
    }  # fmt: skip


def _estimate(total: Any) -> Estimate:
    return Estimate(float(total[0] / total[1])) if total[1] else Estimate(None, "no_data")


def _many(totals: Any) -> Any:
    return np.where(totals[:, 1] > 0, totals[:, 0] / np.where(totals[:, 1] > 0, totals[:, 1], 1), np.nan)


def _of_both(measures: Iterable[dict[str, Any]]) -> None:
    """Of two groups there was one test: the other group's is the same one."""
    for facet in (facet for one in measures for facet in one["facets"]):
        if len(facet["groups"]) == 2 and not facet["hidden"] and facet["groups"][0]["p"] is not None:
            first, second = facet["groups"]
            second |= {name: first[name] for name in ("p", "p_holm", "differs")}


def _findings(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for measure in one["measures"]:
        for facet in measure["facets"]:
            for group in (group for group in facet["groups"] if group["differs"]):
                about = {"modality": one["modality"], "arm": one["arm"], "measure": measure["measure"]}
                yield about | {"facet": facet["facet"]} | group
