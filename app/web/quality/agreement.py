"""How far readers agree: stored figures by label, pair, reader and period, each with the cases behind it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.project import Project
from app.guidelines.version import list_guidelines
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.quality.agreement.cases import Comparison, cases_behind, compare_item
from app.quality.agreement.slices import Figure
from app.quality.measuring import AGREEMENT, request_measuring
from app.quality.plots.stored import pictures_of
from app.quality.results.stored import find_result
from app.web.acts import attempt
from app.web.projects.door import enter
from app.web.quality.frame import Readers, as_csv, at_of, enter_quality, quality_page

agreement_pages = Blueprint("agreement", __name__, url_prefix="/projects/<key>/quality")
_COLUMNS = ("modality", "scope", "arm", "dimension", "value_of", "kind", "key", "label", "metric", "value", "reason")


@agreement_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    with context.database().reading() as session:
        project = enter_quality(session, key)
        stored = find_result(session, project.id, AGREEMENT)
        chosen = _chosen(stored.body.get("figures", []))
        values = _tables(session, project, stored.body, chosen) if chosen else {}
        pictures = pictures_of(session, project.id, *_names(chosen)) if chosen else []
        age = at_of(stored.computed_at)
        return quality_page(
            "agreement", "agreement", project, stored=stored.body, age=age, chosen=chosen, pictures=pictures, **values
        )


@agreement_pages.post("/measuring")
@access(acting(Action.SAMPLE_QUALITY))
def measure_now(key: str) -> ResponseReturnValue:
    """Queue measuring: answers from before an upgrade, or a setting was changed."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        request_measuring(session, actor, enter(session, key, Action.SAMPLE_QUALITY), at=at)

    then = url_for("agreement.index", key=key, notice="measuring")
    return attempt(unit, lambda _: then, lambda error: error.message)


@agreement_pages.get("/figures")
@access(acting(Action.VIEW_QUALITY))
def figures_file(key: str) -> ResponseReturnValue:
    """Every figure, as a table."""
    with context.database().reading() as session:
        project = enter_quality(session, key)
        figures = find_result(session, project.id, AGREEMENT).body.get("figures", [])
    columns = (*_COLUMNS, "low", "high", "n", "documents", "excluded", "warnings", "seed")
    rows = [
        [*(f[name] for name in _COLUMNS), f["interval"]["low"], f["interval"]["high"], f["n"], f["documents"],
         " ".join(f"{why}={n}" for why, n in f["excluded"].items()), " ".join(f["warnings"]), f["interval"]["seed"]]
        for f in figures
    ]  # fmt: skip
    return as_csv(f"{key}-agreement", columns, rows)


@agreement_pages.get("/figures/<address>")
@access(acting(Action.VIEW_QUALITY))
def show(key: str, address: str) -> ResponseReturnValue:
    """One figure with all that is said of it, and the items behind it."""
    after = request.args.get("after", 0, type=row_number)
    with context.database().reading() as session:
        project = enter_quality(session, key)
        stored = find_result(session, project.id, AGREEMENT)
        told = next((f for f in stored.body.get("figures", []) if f["address"] == address), None)
        if told is None:
            raise NotFound("figure", "there is no such figure any more")
        figure = Figure(**{field.name: told[field.name] for field in fields(Figure)})
        found = cases_behind(session, project, figure, after=after)
        readers = Readers(session, project)
        return quality_page("figure", "agreement", project, figure=told, who=_said(session, project, readers, told),
                            found=found, age=at_of(stored.computed_at), error=None)  # fmt: skip


@agreement_pages.get("/items/<int:read_item>")
@access(acting(Action.VIEW_QUALITY))
def item(key: str, read_item: int) -> ResponseReturnValue:
    """What readers of one item saw differently; where its text is shown, the log says so first."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> tuple[Project, Comparison, list[str]]:
        project = enter_quality(session, key)
        compared = compare_item(session, actor, project, read_item, at=at)
        readers = Readers(session, project)
        return project, compared, [readers.name(person) for person in compared.readers]

    project, compared, names = context.database().writing(unit)
    return quality_page("item", "agreement", project, compared=compared, names=names)


def _said(session: Session, project: Project, readers: Readers, told: dict[str, Any]) -> str:
    """Of which part a figure is, in words."""
    if told["dimension"] == "guideline":
        versions = {str(one.id): one.version for one in list_guidelines(session, project.id)}
        return versions.get(told["value_of"], "not one")
    return readers.name(told["value_of"]) if told["dimension"] in ("pair", "reader") else told["value_of"]


def _chosen(figures: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Modality, arm and scope that the address asks for, or the first there are; with all there are."""
    there = list(dict.fromkeys((f["modality"], f["arm"]) for f in figures))
    if not there:
        return None
    asked = (request.args.get("modality", ""), request.args.get("arm", ""))
    modality, arm = asked if asked in there else there[0]
    return {"modality": modality, "arm": arm, "all": there}


def _names(chosen: dict[str, Any]) -> tuple[str, ...]:
    modality, arm = chosen["modality"], chosen["arm"]
    return f"agreement-{modality}-{arm}", f"confusion-{modality}-{arm}", f"cases-{modality}"


def _tables(session: Session, project: Project, body: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    readers = Readers(session, project)
    versions = {str(one.id): f"guideline {one.version}" for one in list_guidelines(session, project.id)}
    own = [f for f in body["figures"] if (f["modality"], f["arm"]) == (chosen["modality"], chosen["arm"])]
    between = [f for f in own if f["scope"] == "between"]
    whole = [f for f in between if f["dimension"] == "all"]
    return {
        "headline": [f for f in whole if not f["label"] and not f["kind"]],
        "labels": _by(whole, lambda f: f["label"]),
        "judgements": _by([f for f in whole if f["kind"] and not f["label"]], _what),
        "pairs": _people(readers, [f for f in between if f["dimension"] == "pair" and not f["label"]]),
        "settled": _people(readers, [f for f in own if f["dimension"] == "reader" and not f["label"]]),
        "periods": _parts(versions, [f for f in between if f["dimension"] in ("guideline", "pipeline")]),
        "coverage": body["coverage"].get(chosen["modality"], {}),
    }  # fmt: skip


def _what(figure: dict[str, Any]) -> str:
    return f"{figure['kind']} {figure['key']}".strip()


def _by(figures: list[dict[str, Any]], row_of: Any) -> dict[str, Any]:
    """Rows by what they are of, a column for each metric."""
    rows: dict[str, dict[str, Any]] = {}
    columns: dict[str, str] = {}
    for f in figures:
        if row := row_of(f):
            column = f["metric"] if not f["kind"] or f["dimension"] == "all" else f"{_what(f)} {f['metric']}"
            rows.setdefault(row, {})[column] = f
            columns[column] = f["title"] if not f["kind"] or f["dimension"] == "all" else f"{_what(f)}: {f['title']}"
    return {"columns": columns, "rows": rows}


def _parts(versions: dict[str, str], figures: list[dict[str, Any]]) -> dict[str, Any]:
    """By guideline version and pipeline; items read under two of them are said to be so."""
    marks = [f for f in figures if not f["kind"] and not f["label"]] or [f for f in figures if not f["label"]]
    return _by(marks, lambda f: versions.get(f["value_of"], f["value_of"]) or f"{f['dimension']}: not one")


def _people(readers: Readers, figures: list[dict[str, Any]]) -> dict[str, Any]:
    marks = [f for f in figures if not f["kind"]] or figures
    return _by(marks, lambda f: readers.name(f["value_of"]))
