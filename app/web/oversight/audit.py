"""For auditors: the log, narrowed by project, stream, person and kind of event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.person import find_by_username, get_person
from app.accounts.policy import Action
from app.audit.events import Tag
from app.audit.models import Event
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.log import Filter, newest_checkpoint, read_log
from app.corpus.project import find_project, list_projects
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.web.menu import Entry

audit_pages = Blueprint("audit", __name__, url_prefix="/audit")
PAGE = 50
_READS_ALL = {ServerRole.AUDITOR, ServerRole.PRIVACY_OFFICER}
_READS_PROJECT = {ProjectRole.AUDITOR, ProjectRole.MANAGER}


def _reads_log(actor: Actor) -> bool:
    return bool(actor.server_roles & _READS_ALL or _own_projects(actor))


def _own_projects(actor: Actor) -> list[int]:
    return [project for project, roles in actor.project_roles.items() if roles & _READS_PROJECT]


MENU_ENTRY = Entry("Audit", "audit.index", _reads_log)


@dataclass(frozen=True)
class Row:
    """An event as the page draws it."""

    event: Event
    who: str
    what: str
    subject: str
    data: str


@audit_pages.get("")
@access(acting(Action.READ_AUDIT))
def index() -> ResponseReturnValue:
    """Newest first, by page; the newest signed checkpoint above."""
    with context.database().reading() as session:
        actor = context.actor()
        everything = bool(actor.server_roles & _READS_ALL)
        projects = list_projects(session, None if everything else _own_projects(actor))
        wanted = _filter(session, None if everything or not projects else projects[0].id)
        events = read_log(session, actor, wanted, limit=PAGE + 1, at=context.at())
        return render_template(
            "oversight/audit.html",
            rows=[_row(session, event) for event in events[:PAGE]],
            more=_older(events[PAGE - 1].id) if len(events) > PAGE else None,
            projects=projects,
            everything=everything,
            chosen=wanted.project_id,
            tags=list(Tag),
            checkpoint=newest_checkpoint(session),
        )


def _filter(session: Session, default_project: int | None) -> Filter:
    """What the address asks for; without a project, the default one. An unknown name matches nothing."""
    asked = request.args
    key, username = asked.get("project", ""), asked.get("person", "").strip()
    project = find_project(session, key) if key else None
    if key and project is None:
        raise NotFound("project", "there is no such project")
    person = find_by_username(session, username) if username else None
    return Filter(
        project_id=project.id if project else default_project,
        stream=asked.get("stream", "").strip(),
        person_id=(person.id if person else 0) if username else None,
        tag=asked.get("tag", ""),
        before=asked.get("before", type=row_number),
    )


def _older(before: int) -> str:
    kept = {name: request.args[name] for name in ("project", "stream", "person", "tag") if request.args.get(name)}
    return url_for("audit.index", **kept, before=before)


def _row(session: Session, event: Event) -> Row:
    body: dict[str, Any] = json.loads(event.body)
    actor = body["actor"]
    who = get_person(session, event.actor_id).username if event.actor_id else actor.get("name") or actor["kind"]
    subject = f"{body['subject']['type']} {body['subject']['id']}"
    return Row(event, who, Tag(event.tag).doc, subject, json.dumps(body["data"], indent=1, ensure_ascii=False))
