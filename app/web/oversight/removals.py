"""Words that readers reported as wrongly removed, and the project's list of words that are kept."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.privacy.removal.kept import WordList, list_kept, rule_on
from app.privacy.removal.originals import open_until
from app.privacy.removal.reports import Report, put_back_reported, read_report, uphold_reported
from app.review.hold import get_hold
from app.web.acts import Refusal, attempt, seal
from app.web.oversight.places import asked_choice, pieces_of
from app.web.projects.door import enter

removals_pages = Blueprint("removals", __name__, url_prefix="/privacy/projects/<key>")
DECIDES = acting(Action.DECIDE_QUARANTINE)


@removals_pages.get("/removals/<int:hold_id>")
@access(DECIDES)
def show(key: str, hold_id: int) -> ResponseReturnValue:
    return _show(key, hold_id)


@removals_pages.post("/removals/<int:hold_id>/restoration")
@access(DECIDES)
def restore(key: str, hold_id: int) -> ResponseReturnValue:
    """Put the chosen words back in a new version."""
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> None:
        _require_here(session, key, hold_id)
        put_back_reported(session, actor, vault, hold_id, asked_choice(), at=at)

    then = url_for("incidents.index", key=key, notice="words-put-back")
    done = attempt(unit, lambda _: then, lambda error: _show(key, hold_id, error))
    seal()
    return done


@removals_pages.post("/removals/<int:hold_id>/dismissal")
@access(DECIDES)
def uphold(key: str, hold_id: int) -> ResponseReturnValue:
    """All was rightly removed: the item goes on."""
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> None:
        _require_here(session, key, hold_id)
        uphold_reported(session, actor, vault, hold_id, at=at)

    then = url_for("incidents.index", key=key, notice="removal-upheld")
    return attempt(unit, lambda _: then, lambda error: _show(key, hold_id, error))


@removals_pages.get("/kept-words")
@access(DECIDES)
def kept(key: str) -> ResponseReturnValue:
    return _kept(key)


@removals_pages.post("/kept-words")
@access(DECIDES)
def rule(key: str) -> ResponseReturnValue:
    """A second look at words: kept for every patient, or not."""
    actor, vault, at, form = context.actor(), context.vault(), context.at(), request.form

    def unit(session: Session) -> int:
        project = enter(session, key, Action.DECIDE_QUARANTINE)
        for ref in form.getlist("ref"):
            rule_on(session, actor, vault, project, ref, form.get("outcome", ""), at=at)
        return len(form.getlist("ref"))

    def then(count: int) -> str:
        return url_for("removals.kept", key=key, notice="words-ruled", count=count)

    return attempt(unit, then, lambda error: _kept(key, error))


def _require_here(session: Session, key: str, hold_id: int) -> Project:
    project = enter(session, key, Action.DECIDE_QUARANTINE)
    if get_hold(session, hold_id).project_id != project.id:
        raise NotFound("report", "there is no such report in this project")
    return project


def _show(key: str, hold_id: int, error: Refusal | None = None) -> str:
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> tuple[Project, Report]:
        return _require_here(session, key, hold_id), read_report(session, actor, vault, hold_id, at=at)

    project, report = context.database().writing(unit)
    others = [p for p in report.seen.places if p.is_replaced and p not in report.named]
    return render_template(
        "oversight/removal.html",
        project=project,
        report=report,
        pieces=pieces_of(report.seen),
        named=report.named,
        others=others,
        until=report.open_until,
        error=error,
    )


def _kept(key: str, error: Refusal | None = None) -> str:
    actor, vault, at = context.actor(), context.vault(), context.at()
    with context.database().reading() as session:
        project = enter(session, key, Action.DECIDE_QUARANTINE)
        until = open_until(session, actor, project.id, at=at)
        words = list_kept(session, actor, vault, project, at=at) if until else WordList()
    return render_template("oversight/kept_words.html", project=project, until=until, words=words, error=error)
