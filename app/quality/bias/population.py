"""Whom the labels are meant for, as the project declares it, and the settled documents held against that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.agreement.metrics.intervals import wilson
from app.core.db import Session
from app.corpus.project import Project
from app.quality.bias.differences import LEVEL, binomial_chance, holm
from app.quality.facets import PATIENT, facets_of_documents
from app.quality.small_cells import told_groups
from app.review.queries.rounds import FINISHED


def declared_shares(project: Project) -> dict[str, dict[str, float]]:
    """Facet → group → share of the target population, 0 to 1, as the project's settings say."""
    found: dict[str, dict[str, float]] = {}
    for said in project.setting("target_population"):
        facet, _, rest = said.partition(":")
        group, _, percent = rest.rpartition("=")
        found.setdefault(facet, {})[group.strip()] = float(percent) / 100
    return found


def population_of(session: Session, project: Project) -> dict[str, Any]:
    """Settled documents by group beside the target: shares, intervals, tests over all groups by Holm.

    ``{"documents", "facets": [{"facet", "declared", "hidden", "groups": [...]}]}``; a group has `documents`, `share`,
    its 95 % interval, `target` (None: not declared), and `p`, `p_holm`, `differs` where there is a target.
    """
    rows = facets_of_documents(session, project, FINISHED)
    declared = declared_shares(project)
    counts = {facet: Counter(row[facet] for row in rows) for facet in PATIENT}
    facets = [_facet(facet, counts[facet], declared.get(facet, {}), len(rows)) for facet in PATIENT]
    tested = [group for facet in facets for group in facet["groups"] if group["p"] is not None]
    for group, corrected in zip(tested, holm([group["p"] for group in tested]), strict=True):
        group["p_holm"], group["differs"] = corrected, corrected < LEVEL
    return {"documents": len(rows), "facets": facets}


def _facet(facet: str, counts: Counter[str], target: Mapping[str, float], total: int) -> dict[str, Any]:
    everybody = dict.fromkeys(target, 0) | dict(counts)
    told, hidden = told_groups(everybody)
    groups = []
    for group in told:
        share, count = target.get(group), everybody[group]
        low, high = wilson(count, total) if total else (None, None)
        chance = binomial_chance(count, total, share) if share is not None and total else None
        groups.append({
            "group": group, "documents": count, "share": count / total if total else None, "low": low, "high": high,
            "target": share, "p": chance, "p_holm": None, "differs": False,
        })  # fmt: skip
    return {"facet": facet, "declared": bool(target), "hidden": hidden, "groups": groups}
