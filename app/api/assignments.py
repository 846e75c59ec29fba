"""One person's task: reading it, saving actions, finishing, recalling, asking."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.api import bodies, present
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once
from app.http.values import row_number
from app.review import draft, question
from app.review.assignment import Assignment, get_assignment, next_task
from app.review.confirmation import confirm_element, confirmed_elements
from app.review.opening import open_task
from app.review.queries import encounter_document, needs_view, note_view, own_work
from app.review.submission import recall, submit

assignments_api = Blueprint("assignments_api", __name__, url_prefix="/api/v1/assignments")


@assignments_api.get("/<int:assignment_id>")
@access(acting(Action.READ_OWN_WORK))
def show(assignment_id: int) -> ResponseReturnValue:
    """The task; the first look opens it. The view is in the log before the text leaves."""
    actor, at = context.actor(), context.at()
    _open_and_note(assignment_id)
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        work = own_work(session, actor, assignment, at=at)
        return jsonify(present.workbench(session, actor, assignment, work, context.codes()))


def _open_and_note(assignment_id: int) -> None:
    """Write only when there is something to write: a task to open, or a view to note."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        own_work(session, actor, assignment, at=at)
        if assignment.state != "offered" and not needs_view(session, assignment, at=at):
            return

    def unit(session: Session) -> None:
        assignment = get_assignment(session, assignment_id, lock=True)
        open_task(session, actor, assignment, at=at)
        note_view(session, actor, assignment, at=at)

    context.database().writing(unit)


@assignments_api.patch("/<int:assignment_id>/draft")
@access(acting(Action.ANNOTATE))
def change(assignment_id: int) -> ResponseReturnValue:
    """Apply actions to the draft whose version is in `If-Match`; 412 with what is there when it is not.

    `elements` are those the server holds otherwise than they were sent: with their origin, without white space
    at the edges of a span, and what fell with an element that went (null).
    """
    actor, at = context.actor(), context.at()
    changes = [
        draft.Change(a.element_id, a.body, tuple(a.quote) if a.quote is not None else None)
        for a in bodies.read(bodies.DraftBody).actions
    ]
    expected = _expected_version()

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        version = draft.change_draft(session, actor, assignment, changes, expected_version=expected, at=at)
        kept = draft.kept_otherwise(session, assignment, changes, since=expected)
        return {"version": version, "elements": kept}

    return _with_current(assignment_id, lambda: answer_once(unit))


def _with_current(assignment_id: int, act) -> ResponseReturnValue:  # noqa: ANN001
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
def finish(assignment_id: int) -> ResponseReturnValue:
    """Freeze the answer; `folded` are exact duplicates that are not in it, `next` is the person's next task."""
    actor, at, codes = context.actor(), context.at(), context.codes()
    believed = bodies.read(bodies.SubmissionBody)

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


def _require_same(session: Session, assignment: Assignment, believed: bodies.SubmissionBody) -> None:
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


@assignments_api.post("/<int:assignment_id>/questions")
@access(acting(Action.ASK_QUESTION))
def ask(assignment_id: int) -> ResponseReturnValue:
    """Ask about the guideline; a blocking question holds the item."""
    actor, at, asked = context.actor(), context.at(), bodies.read(bodies.QuestionBody)

    def unit(session: Session) -> dict:
        assignment = get_assignment(session, assignment_id)
        options = {"element_id": asked.element_id or "", "blocking": asked.blocking}
        return {"question": question.ask(session, actor, assignment, asked.text, **options, at=at).id}

    answer = answer_once(unit)
    answer.status_code = 201
    return answer


@assignments_api.get("/<int:assignment_id>/documents/<int:document_id>")
@access(acting(Action.READ_OWN_WORK))
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
