"""What a person reads of the events they were told of: when, what, and who did it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.accounts.notice import Notice
from app.accounts.person import Person
from app.audit.events import Tag
from app.audit.models import Event
from app.core.db import Session

SENTENCES: dict[str, str] = {
    Tag.PASSWORD_RESET_ISSUED: "Your password was reset",
    Tag.PASSWORD_CHANGED: "Your password was changed",
    Tag.IDENTITY_VERIFIED: "Your identity was recorded as verified",
    Tag.IDENTITY_SUSPENDED: "You sign nothing until somebody identifies you anew",
    Tag.CREDENTIAL_GRANTED: "A credential was recorded for you: T{tier}, {profession}",
    Tag.CREDENTIAL_CHECKED: "A credential of yours was checked again",
    Tag.TRAINING_RECORDED: "A training of yours was recorded",
    Tag.TRAINING_REVOKED: "A record of a training of yours was withdrawn",
    Tag.CREDENTIAL_REVOKED: "A credential of yours was revoked",
    Tag.ROLE_GRANTED: "You were given the function {role}",
    Tag.ROLE_REVOKED: "The function {role} was taken from you",
    Tag.MEMBER_ADDED: "You were given the role {role}",
    Tag.MEMBER_REMOVED: "Your role {role} has ended",
    Tag.PERSON_REACTIVATED: "Your account was opened again",
    Tag.SIGNED_OUT: "A session of yours was ended",
    Tag.SIGN_IN_LOCKED: "After too many failures, tries on your account were refused for a time",
    Tag.APPROVAL_ASKED: "Somebody asked for an act about you that takes two people ({act})",
    Tag.APPROVAL_GIVEN: "An act about you was approved ({act})",
    Tag.APPROVAL_REFUSED: "An act about you was refused or taken back ({act})",
    Tag.APPROVAL_USED: "An approved act about you was carried out ({act})",
    Tag.PHI_REPORTED: "An identifier was reported in a text; the item is hidden",
    Tag.REMOVAL_REPORTED: "Words were reported as wrongly removed from a text; the item is held",
    Tag.EMERGENCY_OPENED: "Somebody opened a text under emergency access; it waits for review",
    Tag.EMERGENCY_REVIEWED: "Your emergency access was reviewed: {finding}",
}


@dataclass(frozen=True)
class Told:
    """A notice as it is read: when, what, by whom; new until its person has seen it."""

    at: int
    words: str
    by: str
    project_id: int | None
    is_new: bool


def list_notices(session: Session, person_id: int, *, limit: int = 50) -> list[Told]:
    """What a person was told, newest first."""
    query = select(Notice, Event).join(Event, Event.event_id == Notice.event_id).where(Notice.person_id == person_id)
    rows = session.execute(query.order_by(Notice.id.desc()).limit(limit)).all()
    names: dict[Any, str] = {}
    if ids := {event.actor_id for _, event in rows if event.actor_id is not None}:
        people = session.execute(select(Person.id, Person.username).where(Person.id.in_(ids)))
        names = {row.id: row.username for row in people}
    return [_told(notice, event, names) for notice, event in rows]


def _told(notice: Notice, event: Event, names: dict[Any, str]) -> Told:
    body = json.loads(event.body)
    data = {key: str(value).replace("_", " ") for key, value in body["data"].items()}
    words = SENTENCES[notice.tag].format_map(_Blank(data))
    by = names.get(event.actor_id) or _machine(body["actor"])
    return Told(notice.at, words, by, event.project_id, notice.seen_at is None)


def _machine(actor: dict[str, Any]) -> str:
    return {"operator": f"the shell ({actor.get('name', '')})"}.get(actor.get("kind", ""), "the server")


class _Blank(dict[str, str]):
    """What an event of before does not say is left out."""

    def __missing__(self, key: str) -> str:
        return "…"
