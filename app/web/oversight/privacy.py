"""For privacy officers: texts that wait for a decision, deciding on one, and what stopped at the gate."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.limits import VIEWS
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.document import Document
from app.corpus.project import Project, get_project, list_projects, project_subject
from app.corpus.source import refused_sources
from app.http import context
from app.http.access import SIGNED_IN, access, acting
from app.http.values import row_number
from app.privacy.incident.decide import TYPES
from app.privacy.removal.counts import count_mistakes
from app.privacy.removal.held import decide_held, read_held
from app.privacy.stage.review import (
    REFUSALS,
    accept,
    count_undecided,
    is_undecided,
    list_undecided,
    next_undecided,
    refuse,
)
from app.web.acts import Refusal, attempt, seal
from app.web.menu import MenuEntry
from app.web.oversight.places import asked_choice, pieces_of

privacy_pages = Blueprint("privacy", __name__, url_prefix="/privacy")
PAGE = 50


def _decides_somewhere(actor: Actor) -> bool:
    own = any(ProjectRole.PRIVACY_OFFICER in roles for roles in actor.project_roles.values())
    return own or ServerRole.PRIVACY_OFFICER in actor.server_roles


MENU_ENTRY = MenuEntry("Privacy", "privacy.index", _decides_somewhere)


@privacy_pages.get("")
@access(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Projects in which one decides, each with how much waits."""
    with context.database().reading() as session:
        projects = [p for p in list_projects(session) if _may_decide(p)]
        waiting = [(p, len(list_undecided(session, p, limit=PAGE + 1))) for p in projects]
        return render_template("oversight/privacy.html", waiting=waiting, limit=PAGE)


@privacy_pages.get("/projects/<key>")
@access(acting(Action.DECIDE_QUARANTINE))
def queue(key: str) -> ResponseReturnValue:
    """Documents to decide on, and records refused at the gate, with reasons."""
    after, refused_after = (request.args.get(name, 0, type=row_number) for name in ("after", "refused_after"))
    with context.database().reading() as session:
        project = _enter(session, key)
        documents = list_undecided(session, project, after=after, limit=PAGE + 1)
        refused = refused_sources(session, project.id, after=refused_after, limit=PAGE + 1)
        return render_template(
            "oversight/queue.html",
            project=project,
            held=count_undecided(session, project),
            mistakes=count_mistakes(session, project.id),
            documents=documents[:PAGE],
            more=documents[PAGE - 1].id if len(documents) > PAGE else None,
            refused=refused[:PAGE],
            more_refused=refused[PAGE - 1].id if len(refused) > PAGE else None,
        )


@privacy_pages.get("/documents/<int:document_id>")
@access(acting(Action.DECIDE_QUARANTINE), limit=VIEWS)
def show(document_id: int) -> ResponseReturnValue:
    return _document(document_id)


@privacy_pages.post("/documents/<int:document_id>/acceptance")
@access(acting(Action.DECIDE_QUARANTINE))
def let_in(document_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    return attempt(
        lambda session: _key_of(session, accept(session, actor, document_id, at=at)),
        lambda key: url_for("privacy.queue", key=key, notice="document-accepted"),
        lambda error: _document(document_id, error),
    )


@privacy_pages.post("/documents/<int:document_id>/decision")
@access(acting(Action.DECIDE_QUARANTINE))
def decide(document_id: int) -> ResponseReturnValue:
    """Decisions on places, and whether readers may have the text; then the next text that waits."""
    actor, vault, at, then = context.actor(), context.vault(), context.at(), request.form.get("then", "later")
    lets_in, rest_as_is = then in ("accept", "as-is"), then == "as-is"

    def unit(session: Session) -> str:
        choice = asked_choice()
        document = decide_held(
            session, actor, vault, document_id, choice, lets_in=lets_in, rest_as_is=rest_as_is, at=at
        )
        return _after(session, document, lets_in=lets_in)

    done = attempt(unit, lambda address: address, lambda error: _document(document_id, error))
    seal()
    return done


@privacy_pages.post("/documents/<int:document_id>/refusal")
@access(acting(Action.DECIDE_QUARANTINE))
def keep_back(document_id: int) -> ResponseReturnValue:
    actor, at, reason = context.actor(), context.at(), request.form.get("reason", "")
    return attempt(
        lambda session: _after(session, refuse(session, actor, document_id, reason, at=at), notice="document-refused"),
        lambda address: address,
        lambda error: _document(document_id, error),
    )


def _key_of(session: Session, document: Document) -> str:
    return get_project(session, document.project_id).key


def _after(session: Session, document: Document, *, lets_in: bool = True, notice: str = "document-accepted") -> str:
    """The text itself while it waits, else the next one of the queue, else the queue."""
    if not lets_in:
        return url_for("privacy.show", document_id=document.id, notice="places-decided")
    project = get_project(session, document.project_id)
    following = next_undecided(session, project, document.id)
    if following is None:
        return url_for("privacy.queue", key=project.key, notice=notice)
    return url_for("privacy.show", document_id=following.id, notice=notice)


def _may_decide(project: Project) -> bool:
    subject = project_subject(project.id)
    return policy.may(context.actor(), Action.DECIDE_QUARANTINE, subject, at=context.at())


def _enter(session: Session, key: str) -> Project:
    project = get_project(session, key)
    subject = project_subject(project.id)
    policy.require(session, context.actor(), Action.DECIDE_QUARANTINE, subject, at=context.at())
    return project


def _document(document_id: int, error: Refusal | None = None) -> str:
    """The clean text with the reasons of doubt; who looked is in the log before it is sent."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> str:
        seen, until = read_held(session, actor, context.vault(), document_id, at=at)
        project = get_project(session, seen.document.project_id)
        following = next_undecided(session, project, document_id)
        return render_template(
            "oversight/document.html",
            document=seen.document,
            pieces=pieces_of(seen),
            seen=seen,
            until=until,
            project=project,
            decides=is_undecided(session, seen.document),
            held=count_undecided(session, project),
            following=following.id if following and following.id != document_id else None,
            refusals=REFUSALS,
            types=TYPES,
            error=error,
        )

    return context.database().writing(unit)
