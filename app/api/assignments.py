"""One person's task: reading it, saving actions, finishing, recalling, asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.limits import VIEWS
from app.accounts.policy import Action
from app.api import bodies, present
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.http import context
from app.http.access import access, acting
from app.http.ahead import open_prefetched, prefetch_next
from app.http.idempotency import answer_once
from app.http.values import row_number
from app.http.workbench import show_task
from app.review import draft, question
from app.review.assignment import Assignment, get_assignment, lock_task, next_task
from app.review.confirmation import confirm_element, confirmed_elements
from app.review.hold import Hold
from app.review.item import get_item
from app.review.queries import encounter_document, note_view, own_work, require_own
from app.review.recusal import recuse
from app.review.reporting import report_phi, report_removal
from app.review.submission import recall, submit

assignments_api = Blueprint("assignments_api", __name__, url_prefix="/api/v1/assignments")


@assignments_api.get("/<int:assignment_id>")
@access(acting(Action.READ_OWN_WORK), limit=VIEWS)
def show(assignment_id: int) -> ResponseReturnValue:
    """The task; the first look opens it. The view is in the log before the text leaves."""
    return jsonify(show_task(assignment_id).data)


@assignments_api.get("/<int:assignment_id>/next")
@access(acting(Action.READ_OWN_WORK))
def ahead(assignment_id: int) -> ResponseReturnValue:
    """The person's own next reading, for the page's memory: its text, but no work on it; `next` null: there is none.

    It is not opened by this. That the text went ahead is in the log before it leaves, tagged `prefetched`.
    """
    return jsonify({"next": prefetch_next(assignment_id)})


@assignments_api.post("/<int:assignment_id>/opening")
@access(acting(Action.READ_OWN_WORK))
@bodies.takes(bodies.OpeningBody)
def begin(assignment_id: int) -> ResponseReturnValue:
    """Open a task whose text went ahead, to show it now: what `GET` says of it, without what went ahead.

    409 `stale-copy` when that is no longer what the task's page shows; then nothing is opened.
    """
    return jsonify(open_prefetched(assignment_id, bodies.read(bodies.OpeningBody).sha256))


@assignments_api.patch("/<int:assignment_id>/draft")
@access(acting(Action.ANNOTATE))
@bodies.takes(bodies.DraftBody)
def change(assignment_id: int) -> ResponseReturnValue:
    """Apply actions to the draft whose version is in `If-Match`; 412 with what is there when it is not.

    `elements` are those the server holds otherwise than they were sent: with their origin, without white space
    at the edges of a span, and what fell with an element that went (null).
    """
    actor, at = context.actor(), context.at()
    changes = [
        draft.ElementChange(a.element_id, a.body, tuple(a.quote) if a.quote is not None else None)
        for a in bodies.read(bodies.DraftBody).actions
    ]
    expected = _expected_version()

    def unit(session: Session) -> dict:
        row = lock_task(session, assignment_id)
        saved = draft.change_draft(session, actor, row, changes, expected_version=expected, at=at)
        return {"version": saved.version, "elements": saved.otherwise}

    return _with_current(assignment_id, lambda: answer_once(unit))


def _with_current(assignment_id: int, act: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """The answer; a stale version is answered with the draft as it stands (the person's own)."""
    try:
        return act()
    except Conflict as error:
        if error.code != "stale-version":
            raise
        with context.database().reading() as session:
            assignment = get_assignment(session, assignment_id)
            work = own_work(session, context.actor(), assignment, at=context.at())
        error.details |= {"version": work.version, "elements": work.payload["elements"]}
        raise


def _expected_version() -> int:
    tag = request.headers.get("If-Match", "").strip().strip('"')
    try:
        return row_number(tag)
    except ValueError:
        raise Invalid("if-match", 'the draft\'s version belongs into the header If-Match, as "17"') from None


@assignments_api.put("/<int:assignment_id>/confirmations/<element_id>")
@access(acting(Action.VERIFY))
def confirm(assignment_id: int, element_id: str) -> ResponseReturnValue:
    """A verifier stands for one element by itself, in the draft's version that `If-Match` names."""
    actor, at, codes = context.actor(), context.at(), context.codes()
    expected = _expected_version()

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        confirm_element(session, actor, assignment, element_id, expected_version=expected, codes=codes, at=at)
        return {"confirmed": confirmed_elements(session, assignment_id)}

    return answer_once(unit)


@assignments_api.post("/<int:assignment_id>/submission")
@access(acting(Action.SUBMIT))
@bodies.takes(bodies.SubmitBody)
def finish(assignment_id: int) -> ResponseReturnValue:
    """Freeze the answer; `folded` are exact duplicates that are not in it, `next` is the person's next task."""
    actor, at, codes = context.actor(), context.at(), context.codes()
    believed = bodies.read(bodies.SubmitBody)

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        _require_same(session, assignment, believed)
        drafted = draft.assemble(session, assignment.id)["elements"]
        submission = submit(session, actor, assignment, codes=codes, at=at)
        following = next_task(session, actor.id)
        return {
            "submission": submission.id,
            "folded": sorted(drafted.keys() - own_work(session, actor, assignment, at=at).payload["elements"].keys()),
            "next": f"/assignments/{following.id}" if following else None,
        }

    answer = answer_once(unit)
    answer.status_code = 201
    return answer


def _require_same(session: Session, assignment: Assignment, believed: bodies.SubmitBody) -> None:
    """Raises Conflict when the server holds another draft than the client shows."""
    payload = draft.assemble(session, assignment.id)
    if believed.count is not None and believed.count != len(payload["elements"]):
        raise Conflict("draft-differs", "the server holds another number of elements; reload")
    if believed.sha256 is not None and believed.sha256 != sha256(canonical_json(payload)):
        raise Conflict("draft-differs", "the server's draft is not what you see; reload")


@assignments_api.post("/<int:assignment_id>/recall")
@access(acting(Action.RECALL))
def take_back(assignment_id: int) -> ResponseReturnValue:
    """Recall an own answer, until another reader has submitted."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict:
        recall(session, actor, get_assignment(session, assignment_id), at=at)
        return {"state": "open"}

    return answer_once(unit)


@assignments_api.post("/<int:assignment_id>/recusal")
@access(acting(Action.ANNOTATE))
@bodies.takes(bodies.RecusalBody)
def give_back(assignment_id: int) -> ResponseReturnValue:
    """Give a task back: `conflict-of-interest` (it keeps all texts of the patient away), `unable` or `not-my-field`."""
    actor, at, said = context.actor(), context.at(), bodies.read(bodies.RecusalBody)

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        recuse(session, actor, assignment, said.reason, relationship=said.relationship, at=at)
        return {"state": "declined"}

    return answer_once(unit)


@assignments_api.post("/<int:assignment_id>/questions")
@access(acting(Action.ASK_QUESTION))
@bodies.takes(bodies.QuestionBody)
def ask(assignment_id: int) -> ResponseReturnValue:
    """Ask about the guideline; a blocking question holds the item."""
    actor, at, asked = context.actor(), context.at(), bodies.read(bodies.QuestionBody)

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        options: dict[str, Any] = {"element_id": asked.element_id or "", "blocking": asked.blocking}
        return {"question": question.ask(session, actor, assignment, asked.text, **options, at=at).id}

    answer = answer_once(unit)
    answer.status_code = 201
    return answer


@assignments_api.post("/<int:assignment_id>/phi-reports")
@access(acting(Action.REPORT_PHI))
@bodies.takes(bodies.PhiBody)
def phi(assignment_id: int) -> ResponseReturnValue:
    """An identifier was left in the task's text: it is hidden from everybody at once."""
    return _reported(assignment_id, bodies.read(bodies.PhiBody), report_phi)


@assignments_api.post("/<int:assignment_id>/removal-reports")
@access(acting(Action.REPORT_PHI))
@bodies.takes(bodies.PhiBody)
def wrongly_removed(assignment_id: int) -> ResponseReturnValue:
    """Words of the task's text were taken for an identifier: it goes back to the privacy office."""
    return _reported(assignment_id, bodies.read(bodies.PhiBody), report_removal)


def _reported(assignment_id: int, asked: bodies.PhiBody, report: Callable[..., Hold]) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        require_own(session, actor, assignment, at=at)
        return {"hold": report(session, actor, get_item(session, assignment.item_id), asked.fragments, at=at).id}

    answer = answer_once(unit)
    answer.status_code = 201
    return answer


@assignments_api.get("/<int:assignment_id>/documents/<int:document_id>")
@access(acting(Action.READ_OWN_WORK), limit=VIEWS)
def other_document(assignment_id: int, document_id: int) -> ResponseReturnValue:
    """Another note of the same encounter, to read: coders code encounters. The view is noted."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        own_work(session, actor, assignment, at=at)
        document = encounter_document(session, assignment, document_id)
        note_view(session, actor, assignment, document_id=document.id, at=at)
        return {"document": present.plain_document(session, document)}

    return jsonify(context.database().writing(unit))
