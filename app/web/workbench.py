"""The pages people work on: a task of one's own, and an item to adjudicate."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.accounts.limits import VIEWS
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.document import Document, get_document
from app.http import context
from app.http.access import access, acting
from app.http.workbench import ShownElsewhere, show_task
from app.review.assignment import Assignment, claim
from app.review.guideline import Kept, kept_guideline
from app.review.item import Item, get_item, modality_of
from app.review.opening import open_task
from app.review.queries import neighbours, own_adjudication
from app.review.workflows import Step
from app.web.assets import static, workbench_page
from app.web.markdown import rendered_guideline

workbench_pages = Blueprint("workbench", __name__)
SIGN_IN = "/sign-in"


@workbench_pages.get("/assignments/<int:assignment_id>")
@access(acting(Action.READ_OWN_WORK), limit=VIEWS)
def task(assignment_id: int) -> ResponseReturnValue:
    """The workbench of the item's modality, with the task in it: one request brings all that is needed to begin."""
    try:
        shown = show_task(assignment_id, steps=(Step.ANNOTATE, Step.VERIFY))
    except ShownElsewhere as elsewhere:
        return redirect(f"/items/{elsewhere.item_id}/adjudication")
    row = shown.row
    page, script = workbench_page(modality_of(row.Item))
    frame = _frame(row.Item, row.Assignment, row.Document, shown.guideline, (row.before, row.after))
    return render_template(page, home="/work", script=script, task=shown.data, **frame)


@workbench_pages.get("/items/<int:item_id>/adjudication")
@access(acting(Action.ADJUDICATE), limit=VIEWS)
def adjudicate(item_id: int) -> ResponseReturnValue:
    """The cases of an item one has taken."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        item = get_item(session, item_id)
        assignment = own_adjudication(session, actor, item, at=at)
        document, kept = get_document(session, item.document_id), kept_guideline(session, item, assignment)
        frame = _frame(item, assignment, document, kept, neighbours(session, assignment))
    script = static("js/adjudication/page.js")
    return render_template("adjudication/item.html", home="/cases", script=script, **frame)


@workbench_pages.post("/items/<int:item_id>/adjudication")
@access(acting(Action.ADJUDICATE))
def take_case(item_id: int) -> ResponseReturnValue:
    """Take an item to settle it."""
    _take(item_id, Step.ADJUDICATE)
    return redirect(f"/items/{item_id}/adjudication", 303)


@workbench_pages.post("/items/<int:item_id>/verification")
@access(acting(Action.VERIFY))
def take_verification(item_id: int) -> ResponseReturnValue:
    """Take an item to verify it; the workbench opens with the answer to be verified."""
    return redirect(f"/assignments/{_take(item_id, Step.VERIFY)}", 303)


def _take(item_id: int, step: Step) -> int:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> int:
        assignment = claim(session, actor, get_item(session, item_id), step, at=at)
        open_task(session, actor, assignment, at=at)
        return assignment.id

    return context.database().writing(unit)


def _frame(
    item: Item, assignment: Assignment, document: Document, kept: Kept, beside: tuple[int | None, int | None]
) -> dict[str, Any]:
    """What the frame of every workbench page needs."""
    before, after = beside
    return {
        "item": {"id": item.id, "label": f"{modality_of(item).noun} {item.label}", "project": document.note_type},
        "assignment": {"id": assignment.id, "step": assignment.step},
        "guideline": _guideline(kept),
        "reader": assignment.person_id,
        "previous": f"/assignments/{before}" if before else None,
        "next": f"/assignments/{after}" if after else None,
        "sign_in": SIGN_IN,
    }


def _guideline(kept: Kept) -> dict[str, Any]:
    """The version the task is done under, whether its person accepted it, and how it came to be this one."""
    row = kept.guideline
    return {
        "id": row.id,
        "version": row.version,
        "acknowledged": kept.acknowledged,
        "in_force": kept.in_force,
        "moved_from": kept.moved_from,
        "moved_at": kept.moved_at,
        "text": rendered_guideline(row.body),
    }
