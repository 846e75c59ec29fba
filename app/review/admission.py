"""Letting items into review: their text may be read now. Readings of an earlier version of it are opened again."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.actor import AnyActor
from app.core.db import Session
from app.corpus.document import Document
from app.corpus.project import Project, get_project
from app.review import states
from app.review.assignment import offer
from app.review.authority import workflow_for
from app.review.distribution import find_readers, returning
from app.review.item import Item, may_be_read
from app.review.renewal import renewal_of
from app.review.round import open_round
from app.review.states import ItemState
from app.review.workflows import Step


def admit(session: Session, actor: AnyActor, document: Document, *, at: int) -> bool:
    """Let a document's item into review when its text may be read; says whether it did."""
    item = session.scalar(select(Item).where(Item.document_id == document.id))
    if item is None or item.state != ItemState.IMPORTED:
        return False
    project = get_project(session, document.project_id)
    if not may_be_read(project, document):
        return False
    states.advance(session, actor, item, "deid_accepted", data={"verdict": document.verdict}, at=at)
    _reopen(session, actor, project, item, at=at)
    return True


def admit_waiting(session: Session, actor: AnyActor, project: Project, *, at: int) -> int:
    """Let in what a change of the project's settings allows now; returns how many items."""
    waiting = session.scalars(
        select(Document)
        .join(Item, Item.document_id == Document.id)
        .where(Item.project_id == project.id, Item.state == ItemState.IMPORTED)
    )
    return sum(admit(session, actor, document, at=at) for document in waiting.all())


def _reopen(session: Session, actor: AnyActor, project: Project, item: Item, *, at: int) -> None:
    """Give the new version of a text to those who read the last one, under the rules they read it by.

    Where one of them may not read any more the item waits for the next giving out, in which the others go first.
    """
    people, renewal = returning(session, item), renewal_of(session, item.id)
    if not people or renewal is None:
        return
    earlier = session.get(Item, renewal.from_item_id)
    assert earlier is not None  # noqa: S101  (foreign key)
    workflow = workflow_for(session, earlier)
    able = find_readers(session, project, workflow, at=at)
    if len(people) < workflow.readers or not set(people) <= set(able):
        return
    row = open_round(session, actor, item, workflow, at=at)
    for person in people:
        offer(session, actor, item, row, person_id=person, step=Step.ANNOTATE, at=at)
    states.advance(session, actor, item, "assigned", at=at)
