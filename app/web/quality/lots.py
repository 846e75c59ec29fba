"""Lots: open, draw, check blind and sighted, decide; and what each plan lets pass."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Invalid
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.quality.acceptance.checking import (
    SEVERITIES,
    BlindMark,
    SampleShown,
    give_verdict,
    mark_blind,
    next_item,
    show,
)
from app.quality.acceptance.lots import (
    CLASSES,
    PLANS,
    NewLot,
    count_by_modality,
    decide_lot,
    draw_lot,
    open_lot,
    verdict_of,
)
from app.quality.acceptance.models import Lot, LotState, get_lot, items_of, list_lots
from app.quality.acceptance.plans import SOURCE, SamplingPlan
from app.quality.plots.stored import pictures_of
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, permissions
from app.web.quality.frame import quality_page

lots_pages = Blueprint("lots", __name__, url_prefix="/projects/<key>/quality/lots")
_MARKS = re.compile(r"(?:\d{1,3}:\d{1,9}-\d{1,9}(?:,\d{1,3}:\d{1,9}-\d{1,9})*)?")
_RATES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.10)


@lots_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    return _index(key)


@lots_pages.post("")
@access(acting(Action.SAMPLE_QUALITY))
def begin(key: str) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: open_lot(session, actor, enter(session, key, Action.SAMPLE_QUALITY), _new(), at=at).number,
        lambda number: url_for("lots.show_lot", key=key, number=number, notice="lot-opened"),
        lambda error: _index(key, error),
    )


@lots_pages.get("/<int:number>")
@access(acting(Action.VIEW_QUALITY))
def show_lot(key: str, number: int) -> ResponseReturnValue:
    return _show(key, number)


@lots_pages.post("/<int:number>/sample")
@access(acting(Action.SAMPLE_QUALITY))
def draw(key: str, number: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: draw_lot(session, actor, _lot(session, key, number, Action.SAMPLE_QUALITY), at=at),
        lambda _: url_for("lots.show_lot", key=key, number=number, notice="lot-drawn"),
        lambda error: _show(key, number, error),
    )


@lots_pages.post("/<int:number>/verdict")
@access(acting(Action.SAMPLE_QUALITY))
def decide(key: str, number: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def then(verdict: Any) -> str:
        notice = "lot-accepted" if verdict.is_accepted else "lot-refused"
        return url_for("lots.show_lot", key=key, number=number, notice=notice)

    return attempt(
        lambda session: decide_lot(session, actor, _lot(session, key, number, Action.SAMPLE_QUALITY), at=at),
        then,
        lambda error: _show(key, number, error),
    )


@lots_pages.get("/<int:number>/check")
@access(acting(Action.CHECK_QUALITY))
def check(key: str, number: int) -> ResponseReturnValue:
    """The next document for this person; that it was shown is in the log before it is sent."""
    return _check(key, number)


@lots_pages.post("/<int:number>/items/<int:sampled>/marks")
@access(acting(Action.CHECK_QUALITY))
def mark(key: str, number: int, sampled: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        lot = _lot(session, key, number, Action.VIEW_PROJECT)
        labels = show(session, actor, lot, sampled, at=at).labels
        mark_blind(session, actor, lot, sampled, _marks(labels), at=at)

    then = url_for("lots.check", key=key, number=number)
    return attempt(unit, lambda _: then, lambda error: _check(key, number, error))


@lots_pages.post("/<int:number>/items/<int:sampled>/verdict")
@access(acting(Action.CHECK_QUALITY))
def judge(key: str, number: int, sampled: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        lot = _lot(session, key, number, Action.VIEW_PROJECT)
        give_verdict(session, actor, lot, sampled, {name: _number(name) for name in SEVERITIES}, at=at)

    then = url_for("lots.check", key=key, number=number, notice="checked")
    return attempt(unit, lambda _: then, lambda error: _check(key, number, error))


def _lot(session: Session, key: str, number: int, action: Action) -> Lot:
    return get_lot(session, enter(session, key, action).id, number)


def _new() -> NewLot:
    form = request.form
    typed = form.get("percent", "").strip()
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", typed):
        raise Invalid("percent", "a share in per cent, as 1 or 2.5")
    new = NewLot(
        modality=form.get("modality", ""), label_class=form.get("label_class", ""), plan=form.get("plan", ""),
        population=form.get("population", ""), rate=round(float(typed) * 100), blind_share=_number("blind_share"),
        checkers=_number("checkers"),
    )  # fmt: skip
    new.check()
    return new


def _number(name: str) -> int:
    typed = request.form.get(name, "").strip() or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) < 7):
        raise Invalid(name, "is a whole number")
    return int(typed)


def _marks(labels: list[str]) -> list[BlindMark]:
    typed = request.form.get("marks", "")
    if not _MARKS.fullmatch(typed):
        raise Invalid("marks", "marks are written number:start-end, separated by commas")
    found = []
    for one in filter(None, typed.split(",")):
        label, _, place = one.partition(":")
        start, _, end = place.partition("-")
        if int(label) >= len(labels):
            raise Invalid("marks", "a mark has no label of this class")
        found.append((labels[int(label)], int(start), int(end)))
    return found


def _index(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.VIEW_QUALITY, Action.CHECK_QUALITY)
        lots = [(lot, verdict_of(session, lot) if lot.state != LotState.OPEN else None, len(items_of(session, lot.id)))
                for lot in list_lots(session, project.id)[:50]]  # fmt: skip
        return quality_page(
            "lots", "lots", project, lots=lots, modalities=count_by_modality(session, project.id),
            classes=CLASSES, plans=PLANS, default=NewLot(""), error=error,
            pictures=pictures_of(session, project.id, "lots") if permissions(project)[Action.VIEW_QUALITY] else [],
        )  # fmt: skip


def _show(key: str, number: int, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.VIEW_QUALITY, Action.CHECK_QUALITY)
        lot = get_lot(session, project.id, number)
        items = items_of(session, lot.id)
        return quality_page(
            "lot", "lots", project, lot=lot, items=len(items), verdict=verdict_of(session, lot), source=SOURCE,
            has_own=next_item(session, context.actor(), lot, at=context.at()) is not None, error=error,
            **_chances(lot, len(items)),
        )  # fmt: skip


def _chances(lot: Lot, items: int) -> dict[str, Any]:
    """The plan, and with which chance a lot passes that has a share of wrong documents."""
    told = json.loads(lot.plan_json)
    if not told:
        return {"plan": None, "chances": []}
    plan = SamplingPlan(**told)
    return {"plan": plan, "chances": [(rate, plan.chance(rate, items), plan.chance(rate)) for rate in _RATES]}


def _check(key: str, number: int, error: Refusal | None = None) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> tuple[Project, Lot, SampleShown | None]:
        project = enter(session, key)
        lot = get_lot(session, project.id, number)
        row = next_item(session, actor, lot, at=at)
        return project, lot, show(session, actor, lot, row.item_id, at=at) if row else None

    project, lot, shown = context.database().writing(unit)
    if shown is None:
        return redirect(url_for("lots.index", key=key, notice="all-checked"), 303)
    return render_template("quality/check.html", project=project, lot=lot, shown=shown, error=error)
