"""The bias audit: groups side by side, settled texts beside the target population, and the declaration of that."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import change_settings
from app.http import context
from app.http.access import access, acting
from app.quality.bias.audit import BIAS
from app.quality.facets import PATIENT
from app.quality.measuring import AGREEMENT, request_measuring
from app.quality.plots.stored import pictures_of
from app.quality.results.stored import find_result
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter
from app.web.quality.frame import as_csv, at_of, enter_quality, quality_page

bias_pages = Blueprint("bias", __name__, url_prefix="/projects/<key>/quality/bias")
_COLUMNS = (
    "group", "documents", "value", "low", "high", "difference", "difference_low", "difference_high", "p", "p_holm",
    "differs",
)  # fmt: skip
_SHARES = ("group", "documents", "share", "low", "high", "target", "p", "p_holm", "differs")


@bias_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@bias_pages.get("/groups")
@access(acting(Action.VIEW_QUALITY))
def groups_file(key: str) -> ResponseReturnValue:
    """Every group of every measure, as a table."""
    with context.database().reading() as session:
        audits = find_result(session, enter_quality(session, key).id, BIAS).body.get("audits", [])
    rows = [
        [audit["modality"], audit["arm"], measure["measure"], facet["facet"], *(group[name] for name in _COLUMNS)]
        for audit in audits for measure in audit["measures"] for facet in measure["facets"] for group in facet["groups"]
    ]  # fmt: skip
    return as_csv(f"{key}-bias", ("modality", "arm", "measure", "facet", *_COLUMNS), rows)


@bias_pages.get("/population")
@access(acting(Action.VIEW_QUALITY))
def population_file(key: str) -> ResponseReturnValue:
    """Settled documents by group beside the target, as a table."""
    with context.database().reading() as session:
        population = find_result(session, enter_quality(session, key).id, BIAS).body.get("population", {})
    rows = [[facet["facet"], *(group[name] for name in _SHARES)]
            for facet in population.get("facets", []) for group in facet["groups"]]  # fmt: skip
    return as_csv(f"{key}-population", ("facet", *_SHARES), rows)


@bias_pages.post("/target")
@access(acting(Action.CHANGE_PROJECT))
def declare(key: str) -> ResponseReturnValue:
    """Say whom the labels are meant for; the log has it, and the audit is computed anew."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        project = enter(session, key, Action.CHANGE_PROJECT)
        wanted = [
            f"{facet}:{share.strip()}"
            for facet in PATIENT
            for share in request.form.get(facet, "").split(",")
            if share.strip()
        ]
        if wanted != project.setting("target_population"):
            change_settings(session, actor, project, {"target_population": wanted}, at=at)
            request_measuring(session, actor, project, at=at)

    then = url_for("bias.index", key=key, notice="target-declared")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter_quality(session, key)
        stored = find_result(session, project.id, BIAS)
        figures = find_result(session, project.id, AGREEMENT).body.get("figures", [])
        declared: dict[str, list[str]] = {facet: [] for facet in PATIENT}
        for said in project.setting("target_population"):
            facet, _, share = said.partition(":")
            declared.get(facet, []).append(share)
        return quality_page(
            "bias", "bias", project, bias=stored.body, age=at_of(stored.computed_at), declared=declared, error=error,
            cases=_cases(figures), pictures=pictures_of(session, project.id, "bias-"),
        )  # fmt: skip


def _cases(figures: list[dict[str, Any]]) -> dict[tuple[str, ...], str]:
    """(modality, arm, scope, facet, group) → the figure that opens the cases of a group."""
    return {
        (f["modality"], f["arm"], f["scope"], f["dimension"], f["value_of"]): f["address"]
        for f in reversed(figures)
        if f["dimension"] in PATIENT and not f["label"]
    }
