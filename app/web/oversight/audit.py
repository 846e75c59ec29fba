"""For auditors: the log, narrowed by project, stream, person and kind of event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.person import find_by_username, get_person
from app.accounts.policy import Action
from app.audit.anchoring import count_refused, refused_of, script_sha256, silent_places
from app.audit.events import Tag
from app.audit.models import Event
from app.audit.paper import qr_picture
from app.audit.selfcheck import state_of
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.log import Filter, newest_checkpoint, read_log
from app.corpus.project import SERVER, find_project, list_projects
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.web.menu import MenuEntry

audit_pages = Blueprint("audit", __name__, url_prefix="/audit")
PAGE = 50
_READS_ALL = {ServerRole.AUDITOR, ServerRole.PRIVACY_OFFICER}
_READS_PROJECT = {ProjectRole.AUDITOR, ProjectRole.MANAGER}


def _reads_log(actor: Actor) -> bool:
    return bool(actor.server_roles & _READS_ALL or _own_projects(actor))


def _own_projects(actor: Actor) -> list[int]:
    return [project for project, roles in actor.project_roles.items() if roles & _READS_PROJECT]


DOCS: dict[str, str] = {tag: tag.doc for tag in Tag}
MENU_ENTRY = MenuEntry("Audit", "audit.index", _reads_log)


@dataclass(frozen=True)
class EventRow:
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
            rows=_rows(session, events[:PAGE]),
            more=_older(events[PAGE - 1].id) if len(events) > PAGE else None,
            projects=projects,
            everything=everything,
            chosen=wanted.project_id,
            tags=list(Tag),
            checkpoint=newest_checkpoint(session),
            **_alarms(session),
        )


def _alarms(session: Session) -> dict[str, Any]:
    """What somebody should see to: rows that differ, rows that were refused, places that get no checkpoints."""
    silent = silent_places(session, at=context.at())
    return {"record": state_of(session), "refused": count_refused(session), "silent": silent}


@audit_pages.get("/checkpoint")
@access(acting(Action.READ_AUDIT))
def checkpoint_page() -> ResponseReturnValue:
    """The newest checkpoint as a page to print, with a QR code: paper nobody here can change."""
    with context.database().reading() as session:
        if not _reads_log(context.actor()):
            policy.require(session, context.actor(), Action.READ_AUDIT, SERVER, at=context.at())
        newest = newest_checkpoint(session)
    if newest is None:
        raise NotFound("checkpoint", "no checkpoint is signed yet")
    signer = context.signer()
    return render_template(
        "oversight/checkpoint.html",
        checkpoint=newest,
        origin=signer.origin,
        vkeys=signer.vkeys(),
        picture=qr_picture(newest.note),
        script=script_sha256(),
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
    asked = ("project", "stream", "person", "tag")
    kept: dict[str, Any] = {name: request.args[name] for name in asked if request.args.get(name)}
    return url_for("audit.index", **kept, before=before)


def _rows(session: Session, events: list[Event]) -> list[EventRow]:
    """What was refused is shown as that, and believed in nothing: who, what and on what are made up."""
    refused = refused_of(session, [event.id for event in events])
    return [
        EventRow(event, "", f"Refused ({refused[event.id]}): not written by this server", "", "")
        if event.id in refused
        else _row(session, event)
        for event in events
    ]


def _row(session: Session, event: Event) -> EventRow:
    try:
        body: dict[str, Any] = json.loads(event.body)
        actor, subject = body["actor"], f"{body['subject']['type']} {body['subject']['id']}"
        acted = event.actor_id
        name = get_person(session, acted).username if acted else actor.get("name") or actor["kind"]
        data = json.dumps(body["data"], indent=1, ensure_ascii=False)
        return EventRow(event, name, DOCS[event.tag], subject, data)
    except (ValueError, LookupError, TypeError, AttributeError, NotFound):
        return EventRow(event, "", "No event of this server", "", "")
