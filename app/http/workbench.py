"""A task as its page and its JSON show it: opened, its view noted before the text leaves, and read once.

What it says is built from rows; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from app.accounts.actor import Actor
from app.agreement.judgements import Payload
from app.annotation.forms import forms_of
from app.core.db import AnyRow, Session
from app.corpus.document import documents_of_encounter
from app.guidelines.text import titles
from app.http import context
from app.review.assignment import Assignment
from app.review.carrying import carried, continued_in
from app.review.confirmation import confirmed_elements, one_reader
from app.review.guideline import Kept, kept_guideline
from app.review.item import Item, deidentification_of, modality_of, visible_context
from app.review.modality import Context
from app.review.opening import open_task
from app.review.queries import is_seen, own_work, record_view, require_own
from app.review.seeming import shown_state
from app.review.signing import statements_for
from app.review.whole import whole_task
from app.review.workflows import Step

#: what `standing` says
STANDING = ("document", "schema", "forms", "guideline", "present", "encounter")


@dataclass(frozen=True)
class ShownTask:
    """One person's task: its rows (`whole_task`), its guideline, and all that the workbench is sent."""

    row: AnyRow
    guideline: Kept
    data: dict[str, Any]


class ShownElsewhere(Exception):
    """The task's step has a page of its own, that of its item."""

    def __init__(self, item_id: int) -> None:
        super().__init__()
        self.item_id = item_id


def show_task(assignment_id: int, *, steps: Container[str] = tuple(Step)) -> ShownTask:
    """The task; the first look opens it. The view is in the log before the text leaves.

    Writes only when there is something to write: a task to open, or a view to note. Raises Forbidden, NotFound or
    Conflict; ShownElsewhere for a step that is not among `steps`.
    """
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        row = whole_task(session, assignment_id)
        require_own(session, actor, row.Assignment, row=row, at=at)
        if row.Assignment.step not in steps:
            raise ShownElsewhere(row.Item.id)
        if row.Assignment.state != "offered" and is_seen(row.seen_at, at=at):
            return _shown(session, actor, row, None, at=at)

    def unit(session: Session) -> ShownTask:
        return begin_task(session, actor, whole_task(session, assignment_id, lock=True), at=at)

    return context.database().writing(unit)


def begin_task(session: Session, actor: Actor, row: AnyRow, *, at: int) -> ShownTask:
    """Open the task if it is not, note the view if it was not a moment ago; what its page shows. As `show_task`."""
    begun = open_task(session, actor, row.Assignment, row=row, at=at)
    if not is_seen(row.seen_at, at=at):
        record_view(session, actor, row.Assignment, at=at)
    return _shown(session, actor, row, begun, at=at)


def _shown(session: Session, actor: Actor, row: AnyRow, begun: Payload | None, *, at: int) -> ShownTask:
    """Everything the page of one task needs, and nothing of anybody else's."""
    item, assignment = row.Item, row.Assignment
    work = own_work(session, actor, assignment, row=row, begun=begun, at=at)
    guideline = kept_guideline(session, item, assignment)
    # A number that grows tells a reader when an item came in beside others: what they read goes by its task.
    reads = assignment.step == Step.ANNOTATE
    data = standing(session, row, guideline) | {
        "assignment": {
            "id": assignment.id,
            "state": assignment.state,
            "step": assignment.step,
            "version": work.version,
        },
        "item": item_json(item) | ({"id": None, "state": shown_state(session, item, row.ItemCopy)} if reads else {}),
        "elements": work.payload["elements"],
        "submissions": [work.verifies] if work.editable and work.verifies else [],
        "confirmations": _confirmations(session, assignment),
        "signing": statements_for(item, assignment.step),
        "version": work.version,
        "renewed": _renewed(session, assignment) if row.is_renewed else None,
        "continues": continued_in(session, assignment) if row.goes_on else None,
        "may": {
            "edit": work.editable,
            "submit": work.editable and assignment.step == "annotate",
            "verify": work.editable and assignment.step == "verify",
            "recall": work.may_recall,
        },
    }
    return ShownTask(row, guideline, data)


def standing(session: Session, row: AnyRow, guideline: Kept) -> dict[str, Any]:
    """What a task's page shows that no reader's work changes: its text, and what it is read by.

    Raises Conflict while the item is hidden, NotFound where its text was destroyed.
    """
    item, reads = row.Item, row.Assignment.step == Step.ANNOTATE
    about = visible_context(session, row, context.codes())
    return {
        "document": document_json(session, item, about) | ({"id": None} if reads else {}),
        "schema": about.schema,
        "forms": forms_of(modality_of(item).kinds),
        "guideline": _guideline(guideline),
        "present": modality_of(item).present(about),
        "encounter": {"documents": _siblings(session, row)},
    }


def _renewed(session: Session, assignment: Assignment) -> dict[str, Any] | None:
    """What became of the person's own work when the text got this version: what could not move is listed."""
    work = carried(session, assignment)
    if work is None:
        return None
    left = [{"id": key, "body": body} for key, body in sorted(work.left.items())]
    return {"moved": len(work.elements), "left": left, "changed": work.changed}


def _confirmations(session: Session, assignment: Assignment) -> dict[str, Any]:
    """Whether elements of weight are confirmed one by one here, and which are."""
    singly = assignment.step == Step.VERIFY and one_reader(session, assignment)
    return {"singly": singly, "confirmed": confirmed_elements(session, assignment.id) if singly else []}


def item_json(item: Item) -> dict[str, Any]:
    return {"id": item.id, "label": item.label, "modality": item.modality, "state": item.state}


def document_json(session: Session, item: Item, about: Context) -> dict[str, Any]:
    shown = {name: about.document[name] for name in ("id", "label", "text", "language", "meta")}
    return shown | {"meta": shown["meta"] | {"deid": deidentification_of(session, item)}}


def _guideline(kept: Kept) -> dict[str, Any]:
    row = kept.guideline
    return {
        "id": row.id,
        "version": row.version,
        "sections": [{"number": number, "title": title} for number, title in titles(row.body)],
        "acknowledged": kept.acknowledged,
        "moved": bool(kept.moved_from or kept.in_force),
    }


def _siblings(session: Session, row: AnyRow) -> list[dict[str, Any]]:
    """Other notes of the same encounter: coders code encounters."""
    return [
        {"id": other.id, "title": f"{other.note_type or other.modality} {other.label}"}
        for other in documents_of_encounter(session, row.Document.encounter_id)
        if other.source_id != row.Document.source_id
    ]
