"""The pages people work on: a task of one's own, and an item to adjudicate."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.document import get_document
from app.guidelines.acknowledgement import has_acknowledged
from app.guidelines.text import sections
from app.http import context
from app.http.access import access, acting
from app.review.assignment import Assignment, claim, get_assignment
from app.review.guideline import kept_guideline
from app.review.item import Item, get_item, modality_of
from app.review.opening import open_task
from app.review.queries import neighbours, own_adjudication, own_work
from app.review.workflows import Step
from app.web.markdown import render

workbench_pages = Blueprint("workbench", __name__)
SIGN_IN = "/sign-in"
# The page of a modality that brings none: a row for every question of its schema.
ASKED = "answers"


@workbench_pages.get("/assignments/<int:assignment_id>")
@access(acting(Action.READ_OWN_WORK))
def task(assignment_id: int) -> ResponseReturnValue:
    """The workbench of the item's modality. The text itself comes with the JSON."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        own_work(session, actor, assignment, at=at)
        item = get_item(session, assignment.item_id)
        if assignment.step == Step.ADJUDICATE:
            return redirect(f"/items/{item.id}/adjudication")
        values = _frame(session, item, assignment)
        return render_template(f"workbench/{modality_of(item).assets or ASKED}.html", home="/work", **values)


@workbench_pages.get("/items/<int:item_id>/adjudication")
@access(acting(Action.ADJUDICATE))
def adjudicate(item_id: int) -> ResponseReturnValue:
    """The cases of an item one has taken."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        item = get_item(session, item_id)
        assignment = own_adjudication(session, actor, item, at=at)
        return render_template("adjudication/item.html", home="/cases", **_frame(session, item, assignment))


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


def _frame(session: Session, item: Item, assignment: Assignment) -> dict[str, Any]:
    """What the frame of every workbench page needs."""
    document = get_document(session, item.document_id)
    before, after = neighbours(session, assignment)
    return {
        "item": {"id": item.id, "label": f"{modality_of(item).noun} {item.label}", "project": document.note_type},
        "assignment": {"id": assignment.id, "step": assignment.step},
        "guideline": _guideline(session, item, assignment),
        "reader": assignment.person_id,
        "previous": f"/assignments/{before}" if before else None,
        "next": f"/assignments/{after}" if after else None,
        "sign_in": SIGN_IN,
    }


def _guideline(session: Session, item: Item, assignment: Assignment) -> dict[str, Any]:
    """The version the task is done under, whether its person accepted it, and how it came to be this one."""
    kept = kept_guideline(session, item, assignment)
    row = kept.guideline
    return {
        "id": row.id,
        "version": row.version,
        "acknowledged": has_acknowledged(session, row, assignment.person_id),
        "in_force": kept.in_force.version if kept.in_force.id != row.id else None,
        "moved_from": kept.moved_from,
        "moved_at": kept.moved_at,
        "sections": [
            {"number": s["number"], "title": s["title"], "html": render(s["markdown"])} for s in sections(row.body)
        ],
    }
