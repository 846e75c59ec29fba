"""Calibration: sets with gold, rounds that people read blind, how everybody stands; gold seeded among ordinary work."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Invalid
from app.corpus.member import list_members
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.quality.calibration.models import CalibrationSet, attempts_of, get_set, list_sets
from app.quality.calibration.rounds import begin_round, close_set, make_set
from app.quality.calibration.showing import count_read, standings
from app.quality.gold.making import MOST, add_settled, ask_senior, bring_in, candidates, may_author
from app.quality.gold.models import GoldAnswer, list_gold
from app.review.distribution import eligible_readers
from app.review.item import find_by_label, get_item
from app.review.modality import MODALITIES
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, permissions
from app.web.quality.frame import Readers, enter_quality, quality_page

calibration_pages = Blueprint("calibration", __name__, url_prefix="/projects/<key>/quality/calibration")
#: bytes of a file of gold
LARGEST = 4_000_000


@calibration_pages.get("")
@access(acting(Action.VIEW_QUALITY))
def index(key: str) -> ResponseReturnValue:
    return _index(key)


@calibration_pages.post("")
@access(acting(Action.SAMPLE_QUALITY))
def make(key: str) -> ResponseReturnValue:
    actor, at, form = context.actor(), context.at(), request.form

    def unit(session: Session) -> int:
        project, modality = enter(session, key, Action.SAMPLE_QUALITY), form.get("modality", "")
        if modality not in MODALITIES:
            raise Invalid("modality", "choose what kind of texts the set holds")
        return make_set(session, actor, project, modality, form.get("title", ""), at=at).number

    return attempt(unit, lambda number: _to(key, number, "set-made"), lambda error: _index(key, error))


@calibration_pages.get("/<int:number>")
@access(acting(Action.VIEW_QUALITY))
def show_set(key: str, number: int) -> ResponseReturnValue:
    return _show(key, number)


@calibration_pages.post("/<int:number>/closing")
@access(acting(Action.SAMPLE_QUALITY))
def close(key: str, number: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: close_set(session, actor, _set(session, key, number)[1], at=at),
        lambda _: _to(key, number, "set-closed"),
        lambda error: _show(key, number, error),
    )


@calibration_pages.post("/<int:number>/gold")
@access(acting(Action.SAMPLE_QUALITY))
def add(key: str, number: int) -> ResponseReturnValue:
    """Gold of a text: what the project settled, or somebody named is asked. Number 0: to be seeded."""
    return attempt(
        lambda session: _add(session, *_place(session, key, number)),
        lambda _: _to(key, number, "gold-added"),
        lambda error: _again(key, number, error),
    )


@calibration_pages.post("/<int:number>/files")
@access(acting(Action.CHECK_QUALITY))
def load(key: str, number: int) -> ResponseReturnValue:
    """Gold from elsewhere, all rows or none; whoever brings it in answers for it."""
    actor, at, sent = context.actor(), context.at(), request.files.get("file")
    rows = _rows(sent.stream.read(LARGEST + 1) if sent else b"")

    def unit(session: Session) -> None:
        project, set_id = _place(session, key, number, Action.CHECK_QUALITY)
        for row in rows:
            bring_in(session, actor, project, row, set_id, at=at)

    return attempt(unit, lambda _: _to(key, number, "gold-added"), lambda error: _again(key, number, error))


@calibration_pages.post("/<int:number>/rounds")
@access(acting(Action.SAMPLE_QUALITY))
def begin(key: str, number: int) -> ResponseReturnValue:
    actor, at, form = context.actor(), context.at(), request.form
    people = [_number(one, "people") for one in form.getlist("people")]
    more: dict[str, Any] = {"texts": _number(form.get("texts", ""), "texts"), "trained": "trained" in form, "at": at}
    return attempt(
        lambda session: begin_round(session, actor, *_set(session, key, number), people, **more),
        lambda _: _to(key, number, "round-begun"),
        lambda error: _show(key, number, error),
    )


def _add(session: Session, project: Project, set_id: int | None) -> GoldAnswer:
    actor, at, form = context.actor(), context.at(), request.form
    item = find_by_label(session, project.id, form.get("label", "").strip())
    if author := form.get("author", ""):
        return ask_senior(session, actor, project, item, _number(author, "author"), set_id, at=at)
    return add_settled(session, actor, project, item, set_id, at=at)


def _rows(raw: bytes) -> list[dict[str, Any]]:
    if not raw or len(raw) > LARGEST:
        raise Invalid("file", "choose a file of JSON lines, of at most 4 MB")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or len(rows) == MOST:
            raise Invalid("file", f"line {number} is no row of gold, or there are more than {MOST}")
        rows.append(row)
    return rows


def _number(typed: str, name: str) -> int:
    try:
        return row_number(typed.strip())
    except ValueError:
        raise Invalid(name, "is a whole number") from None


def _set(session: Session, key: str, number: int) -> tuple[Project, CalibrationSet]:
    project = enter(session, key, Action.SAMPLE_QUALITY)
    return project, get_set(session, project.id, number)


def _place(
    session: Session, key: str, number: int, act: Action = Action.SAMPLE_QUALITY
) -> tuple[Project, int | None]:
    project = enter(session, key, act)
    return project, get_set(session, project.id, number).id if number else None


def _to(key: str, number: int, notice: str) -> str:
    if not number:
        return url_for("calibration.index", key=key, notice=notice)
    return url_for("calibration.show_set", key=key, number=number, notice=notice)


def _again(key: str, number: int, error: Refusal) -> str:
    return _show(key, number, error) if number else _index(key, error)


def _index(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project, at = enter_quality(session, key), context.at()
        return quality_page(
            "calibration", "calibration", project, sets=list_sets(session, project.id), modalities=list(MODALITIES),
            standings=standings(session, project, at=at), readers=Readers(session, project), error=error,
            **_gold(session, project, None, at=at),
        )  # fmt: skip


def _show(key: str, number: int, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project, at = enter_quality(session, key), context.at()
        row, readers = get_set(session, project.id, number), Readers(session, project)
        attempts = [(one, *count_read(session, one)) for one in attempts_of(session, row.id)]
        return quality_page(
            "calibration_set", "calibration", project, row=row, mark=row.pass_mark, attempts=attempts, readers=readers,
            people=eligible_readers(session, project, at=at), error=error,
            **_gold(session, project, row, at=at),
        )  # fmt: skip


def _gold(session: Session, project: Project, row: CalibrationSet | None, *, at: int) -> dict[str, Any]:
    """Gold of a set, or what is seeded; who could make some, and of what. Only for whoever puts sets together."""
    may = permissions(project)
    if not (may[Action.SAMPLE_QUALITY] or may[Action.CHECK_QUALITY]):
        return {"gold": [], "authors": [], "settled": [], "may_author": False}
    gold = [(one, get_item(session, one.source_item_id).label)
            for one in list_gold(session, project.id, row.id if row else None)]  # fmt: skip
    return {
        "gold": gold, "authors": sorted({m.person_id for m in list_members(session, project.id)
                                         if m.role in ("verifier", "adjudicator")}),
        "settled": candidates(session, project, row.modality if row else None, 30),
        "may_author": may_author(context.actor(), project, at=at),
    }  # fmt: skip
