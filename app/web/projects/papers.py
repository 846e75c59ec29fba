"""Papers of a project: agreements, approvals and legal bases, by digest and date."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core import clock
from app.core.db import Session
from app.core.errors import Problem, invalid
from app.corpus.paper import Paper, PaperKind, file_paper, list_papers
from app.http import context
from app.http.access import access, acting
from app.web.acts import Refusal, attempt
from app.web.projects.door import ACTS, enter, page

papers_pages = Blueprint("papers", __name__, url_prefix="/projects/<key>/papers")


@papers_pages.get("")
@access(acting(Action.FILE_PAPER))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@papers_pages.post("")
@access(acting(Action.FILE_PAPER))
def file(key: str) -> ResponseReturnValue:
    """File a paper; the document itself is kept elsewhere, its SHA-256 here."""
    actor, at, typed = context.actor(), context.at(), request.form

    def unit(session: Session) -> Paper:
        project = enter(session, key, Action.FILE_PAPER)
        kind, title = typed.get("kind", ""), typed.get("title", "").strip()
        digest = typed.get("sha256", "").strip().lower()
        dates = {name: _day(name) for name in ("starts_at", "expires_at")}
        return file_paper(session, actor, project, kind, title, sha256=digest, **dates, at=at)

    then = url_for("papers.index", key=key, notice="paper-filed")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


def _day(name: str) -> int | None:
    """Begin or end of validity, the first moment of that day; None where none is typed. Raises Invalid."""
    typed = request.form.get(name, "")
    if not typed:
        return None
    try:
        return clock.parse_iso(typed)
    except ValueError:
        raise invalid([Problem("not-a-date", name, "a date is written 2026-12-31")]) from None


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["papers"])
        papers = list_papers(session, project.id)
        return page("papers", "papers", project, papers=papers, kinds=list(PaperKind), typed=request.form, error=error)
