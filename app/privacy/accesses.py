"""Who saw a text, or the texts of a patient: the log's own answer (45 CFR 164.528, 164.312(b))."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.person import Person
from app.accounts.policy import Action
from app.audit import streams
from app.audit.events import Tag
from app.audit.models import Event
from app.core.db import Session
from app.core.errors import Forbidden, NotFound
from app.core.pieces import pieces
from app.corpus.document import Document
from app.corpus.project import project_subject
from app.corpus.subject import Patient
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.relations import has_worked_on

#: what in a document's own stream means that somebody saw its text, or decided on it having seen it
_SEEN = (
    Tag.DOCUMENT_VIEWED,
    Tag.DOCUMENT_RELEASED_FROM_QUARANTINE,
    Tag.DOCUMENT_REFUSED,
    Tag.LEAK_CHECKED,
    Tag.PHI_REDACTED,
    Tag.PHI_DISMISSED,
    Tag.REMOVAL_UNDONE,
    Tag.REMOVAL_UPHELD,
    Tag.EMERGENCY_OPENED,
    Tag.EMERGENCY_VIEWED,
    Tag.EMERGENCY_REVIEWED,
)


@dataclass(frozen=True)
class Seen:
    """One access: when, who, which text, how."""

    at: int
    person: str
    document_id: int
    how: str
    event_id: str


def accesses_of_document(session: Session, actor: Actor, document_id: int, *, at: int) -> list[Seen]:
    """Every access to a text, newest first. Raises Forbidden or NotFound."""
    document = session.get(Document, document_id)
    if document is None:
        raise NotFound("document", "there is no such text")
    return _accesses(session, actor, document.project_id, [document], at=at)


def accesses_of_patient(session: Session, actor: Actor, patient_id: int, *, at: int) -> list[Seen]:
    """Every access to any text of a patient in every version, newest first. Raises Forbidden or NotFound."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NotFound("patient", "there is no such patient")
    documents = list(session.scalars(select(Document).where(Document.subject_id == patient.id)))
    return _accesses(session, actor, patient.project_id, documents, at=at)


def _accesses(session: Session, actor: Actor, project_id: int, documents: Sequence[Document], *, at: int) -> list[Seen]:
    policy.require(session, actor, Action.READ_ACCESSES, project_subject(project_id), at=at)
    items = list(session.scalars(select(Item).where(Item.document_id.in_([one.id for one in documents]))))
    if any(has_worked_on(session, actor.id, item.id) for item in items):
        # It would say who else reads: a blind reader must not know (INV-3).
        raise Forbidden("own-work", "you have worked on this text: somebody else looks up who saw it")
    found = [*_by_readers(session, documents, items), *_by_the_office(session, documents)]
    names = _names(session, {event.actor_id for event, _ in found})
    seen = [
        Seen(event.at, names.get(event.actor_id, "the server"), document, _how(event), event.event_id)
        for event, document in found
    ]
    return sorted(seen, key=lambda one: (one.at, one.event_id), reverse=True)


def _by_readers(session: Session, documents: Sequence[Document], items: Sequence[Item]) -> list[tuple[Event, int]]:
    """Views through a task: its own text, and other texts of the encounter that were opened beside it."""
    own = {item.id: item.document_id for item in items}
    tasks = {
        streams.view(number): own[item_id]
        for number, item_id in session.execute(
            select(Assignment.id, Assignment.item_id).where(Assignment.item_id.in_(own))
        )
    }
    beside = (
        select(Assignment.id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Document, Document.id == Item.document_id)
        .where(Document.encounter_id.in_({one.encounter_id for one in documents}))
    )
    for number in session.scalars(beside):
        tasks |= {streams.view(number, one.id): one.id for one in documents}
    return _events(session, tasks, [Tag.DOCUMENT_VIEWED])


def _by_the_office(session: Session, documents: Sequence[Document]) -> list[tuple[Event, int]]:
    return _events(session, {streams.document(one.id): one.id for one in documents}, _SEEN)


def _events(session: Session, named: dict[str, int], tags: Sequence[Tag]) -> list[tuple[Event, int]]:
    found: list[tuple[Event, int]] = []
    wanted = or_(*(Event.tag == str(tag) for tag in tags))
    for piece in pieces(sorted(named)):
        rows = session.scalars(select(Event).where(Event.stream.in_(piece), wanted))
        found += [(event, named[event.stream]) for event in rows]
    return found


def _names(session: Session, ids: set[int | None]) -> dict[int | None, str]:
    people = select(Person).where(Person.id.in_([one for one in ids if one is not None]))
    return {row.id: row.username for row in session.scalars(people)}


def _how(event: Event) -> str:
    """In words: as a reader in which step, or what the office did."""
    data = json.loads(event.body)["data"]
    if event.tag == Tag.DOCUMENT_VIEWED:
        return f"read, step {data['step']}" if "step" in data else "read in the privacy office"
    return {
        str(Tag.EMERGENCY_OPENED): "emergency access opened",
        str(Tag.EMERGENCY_VIEWED): "read under emergency access",
        str(Tag.EMERGENCY_REVIEWED): "emergency access reviewed",
        str(Tag.LEAK_CHECKED): "checked for leaks",
    }.get(event.tag, "decided on by the privacy office")
