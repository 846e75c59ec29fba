"""Leak audits for privacy officers: plan, draw, check blind, and what came out, the bound in words."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.corpus.document import claim_of
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.privacy.leak_audit.checking import check_sample, count_waiting, next_sample, show_sample
from app.privacy.leak_audit.claim import bound_in_words
from app.privacy.leak_audit.closing import close_audit
from app.privacy.leak_audit.drawing import STRATA, Plan, draw_audit, plan_audit
from app.privacy.leak_audit.models import (
    LeakAudit,
    LeakSample,
    get_audit,
    get_sample,
    list_audits,
    results_of,
    samples_of,
)
from app.privacy.leak_audit.shown import Shown
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter

leak_audits_pages = Blueprint("leak_audits", __name__, url_prefix="/privacy/projects/<key>/leak-audits")
AUDITS = acting(Action.AUDIT_LEAKS)
_MARKS = re.compile(r"(?:\d{1,9}-\d{1,9}(?:,\d{1,9}-\d{1,9})*)?")


@leak_audits_pages.get("")
@access(AUDITS)
def index(key: str) -> ResponseReturnValue:
    return _index(key)


@leak_audits_pages.post("")
@access(AUDITS)
def plan(key: str) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: plan_audit(session, actor, _enter(session, key), _plan(), at=at).id,
        lambda audit_id: url_for("leak_audits.show", key=key, audit_id=audit_id, notice="audit-planned"),
        lambda error: _index(key, error),
    )


@leak_audits_pages.get("/<int:audit_id>")
@access(AUDITS)
def show(key: str, audit_id: int) -> ResponseReturnValue:
    return _show(key, audit_id)


@leak_audits_pages.post("/<int:audit_id>/sample")
@access(AUDITS)
def draw(key: str, audit_id: int) -> ResponseReturnValue:
    actor, vault, at = context.actor(), context.vault(), context.at()
    return attempt(
        lambda session: draw_audit(session, actor, vault, _audit(session, key, audit_id), at=at),
        lambda _: url_for("leak_audits.show", key=key, audit_id=audit_id, notice="sample-drawn"),
        lambda error: _show(key, audit_id, error),
    )


@leak_audits_pages.post("/<int:audit_id>/closing")
@access(AUDITS)
def close(key: str, audit_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: close_audit(session, actor, _audit(session, key, audit_id), at=at),
        lambda _: url_for("leak_audits.show", key=key, audit_id=audit_id, notice="audit-closed"),
        lambda error: _show(key, audit_id, error),
    )


@leak_audits_pages.get("/<int:audit_id>/check")
@access(AUDITS)
def check(key: str, audit_id: int) -> ResponseReturnValue:
    """The next document for this person; that it was shown is in the log before it is sent."""
    return _check(key, audit_id)


@leak_audits_pages.post("/<int:audit_id>/samples/<int:sample_id>/check")
@access(AUDITS)
def answer(key: str, audit_id: int, sample_id: int) -> ResponseReturnValue:
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> None:
        sample = get_sample(session, sample_id) if _audit(session, key, audit_id) else None
        if sample is None or sample.audit_id != audit_id:
            raise NotFound("leak-sample", "there is no such sample in this audit")
        check_sample(session, actor, vault, sample, _marks(), at=at)

    then = url_for("leak_audits.check", key=key, audit_id=audit_id)
    return attempt(unit, lambda _: then, lambda error: _check(key, audit_id, error))


def _enter(session: Session, key: str) -> Project:
    return enter(session, key, Action.AUDIT_LEAKS)


def _audit(session: Session, key: str, audit_id: int) -> LeakAudit:
    project, audit = _enter(session, key), get_audit(session, audit_id)
    if audit.project_id != project.id:
        raise NotFound("leak-audit", "there is no such audit in this project")
    return audit


def _plan() -> Plan:
    numbers = {name: request.form.get(name, "").strip() for name in ("per_stratum", "checkers", "plants")}
    if not all(typed.isascii() and typed.isdigit() and len(typed) < 7 for typed in numbers.values()):
        raise Invalid("plan", "documents, checkers and plants are whole numbers")
    return Plan(stratify=request.form.get("stratify", ""), **{name: int(typed) for name, typed in numbers.items()})


def _marks() -> list[tuple[int, int]]:
    typed = request.form.get("marks", "")
    if not _MARKS.fullmatch(typed):
        raise Invalid("marks", "marks are written start-end, separated by commas")
    pairs = (mark.split("-") for mark in typed.split(",") if mark)
    return [(int(start), int(end)) for start, end in pairs]


def _index(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = _enter(session, key)
        return render_template(
            "oversight/leak_audits.html",
            project=project,
            audits=list_audits(session, project.id),
            claim=claim_of(session, project),
            strata=STRATA,
            default=Plan(),
            typed=request.form,
            error=error,
        )


def _show(key: str, audit_id: int, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        audit = _audit(session, key, audit_id)
        own = next_sample(session, context.actor(), audit, at=context.at()) if audit.state == "drawn" else None
        return render_template(
            "oversight/leak_audit.html",
            project=_enter(session, key),
            audit=audit,
            drawn=len(samples_of(session, audit.id)),
            waiting=count_waiting(session, audit),
            has_own=own is not None,
            results=results_of(session, audit.id),
            words=bound_in_words(audit),
            error=error,
        )


def _check(key: str, audit_id: int, error: Refusal | None = None) -> ResponseReturnValue:
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> tuple[LeakSample, Shown] | None:
        sample = next_sample(session, actor, _audit(session, key, audit_id), at=at)
        return (sample, show_sample(session, actor, vault, sample, at=at)) if sample else None

    found = context.database().writing(unit)
    if found is None and error is not None:
        return _show(key, audit_id, error)
    if found is None:
        return redirect(url_for("leak_audits.show", key=key, audit_id=audit_id, notice="all-checked"), 303)
    return render_template(
        "oversight/leak_check.html",
        key=key,
        audit_id=audit_id,
        sample=found[0],
        pieces=found[1].pieces(),
        error=error,
    )
