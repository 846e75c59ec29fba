"""Making a copy of an item for one reader, and ending the copies of an item that ends."""

from __future__ import annotations

from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.corpus.document import copy_document, get_document
from app.corpus.project import get_project
from app.corpus.schema import LabelSchema
from app.corpus.subject import random_label
from app.corpus.suggestion import add_suggestion, latest_suggestion
from app.review import states
from app.review.assignment import Assignment, offer
from app.review.copies import CopyOrder, ItemCopy
from app.review.item import create_item, get_item
from app.review.round import open_round
from app.review.workflows import Step
from app.review.workflows.composed import workflow_of


def make_copy(session: Session, actor: AnyActor, order: CopyOrder, *, at: int) -> Assignment:
    """Give a text to one person once more, as an item of its own; the caller has asked the policy. Returns the task.

    Its id, name, suggestions and task come to be as those of any other item do. Raises NotFound, or Conflict where
    the text may not be read.
    """
    source = get_item(session, order.source_item_id)
    project, old = get_project(session, source.project_id), get_document(session, source.document_id)
    name = random_label(len(old.label))
    document = copy_document(session, old, name.lower() if old.label.islower() else name, at=at)
    told = latest_suggestion(session, old.id, project.setting("pipeline"))
    if told is not None:
        names = {name: getattr(told, name) for name in ("pipeline", "version", "digest")}
        content = (order.contents or {}).get(told.id, told.content)
        add_suggestion(session, document.id, names, content, at=at)
    item = create_item(session, actor, document, session.get_one(LabelSchema, source.schema_id),
                       complexity=source.complexity, at=at)  # fmt: skip
    row = ItemCopy(
        item_id=item.id, source_item_id=source.id, project_id=project.id, person_id=order.person_id,
        purpose=order.purpose, twin_item_id=order.twin_item_id, made_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    data = {"item": item.id, "from": source.id, "person": row.person_id, "purpose": row.purpose}
    record(
        session, Tag.ITEM_COPIED, stream=streams.item(item.id), actor=actor, subject=Subject("item", item.id),
        data=data | {"document": document.id}, project_id=project.id, at=at,
    )  # fmt: skip
    states.advance(session, actor, item, "deid_accepted", data={"verdict": document.verdict}, at=at)
    seats = open_round(session, actor, item, workflow_of(session, project), at=at)
    task = offer(session, actor, item, seats, person_id=row.person_id, step=Step.ANNOTATE, at=at)
    states.advance(session, actor, item, "assigned", at=at)
    return task
