"""Drafts: elements one by one, each action one row and one event; freezing assembles them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor
from app.agreement.judgements import Payload
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import fault
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid, Problem
from app.corpus.free_text import require_free_text
from app.corpus.project import get_project
from app.corpus.suggestion import latest_suggestion, withheld_because
from app.review import states
from app.review.assignment import Assignment, Step, get_assignment, require_awaited, require_may_finish, subject_of
from app.review.guideline import keep_guideline
from app.review.hold import require_no_hold
from app.review.item import CodeLookup, context_of, get_item, modality_of, no_codes
from app.review.modality import Action, Context
from app.review.states import AssignmentState

_ELEMENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")
_TAGS = {"added": Tag.ELEMENT_ADDED, "changed": Tag.ELEMENT_CHANGED, "removed": Tag.ELEMENT_REMOVED}


class DraftElement(Base):
    """One element of an unfinished answer; `version` is the draft's version that wrote it."""

    __tablename__ = "draft_element"
    __table_args__ = ({"info": {"kind": RECORD}},)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True, autoincrement=False)
    element_id: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


@dataclass(frozen=True)
class Change:
    """One put (body) or remove (None). `quotes` are the texts the client saw under the fragments."""

    element_id: str
    body: dict[str, Any] | None
    quotes: tuple[str, ...] | None = None


def start_draft(
    session: Session, actor: Actor, assignment: Assignment, *, payload: Payload | None = None, at: int
) -> None:
    """Open a task: the guideline its item is read under is frozen with it and the draft begins from suggestions.

    `payload` replaces the suggestions: a verifier starts from what the readers agreed on.
    """
    require_may_work(session, actor, assignment, at=at)
    require_no_hold(session, assignment.item_id)
    item = get_item(session, assignment.item_id)
    require_awaited(item, assignment.step)
    guideline = keep_guideline(session, item)
    states.advance(session, actor, assignment, "opened", data={"guideline_sha256": guideline.body_sha256}, at=at)
    assignment.guideline_version_id = guideline.id
    assignment.opened_at = at
    provenance: dict[str, Any] = {"source": "suggestions"}
    if payload is None:
        pipeline = get_project(session, item.project_id).setting("pipeline")
        suggestion = latest_suggestion(session, item.document_id, pipeline)
        suggestions = []
        withheld = withheld_because(session, suggestion, at=at) if suggestion else None
        if withheld:
            provenance |= {"withheld": withheld}
        elif suggestion is not None:
            names = {
                "pipeline": suggestion.pipeline,
                "version": suggestion.version,
                "digest": suggestion.digest,
            }
            provenance |= names | {"suggestion": suggestion.id}
            suggestions = [suggestion.content | names]
        payload = modality_of(item).suggest(context_of(session, item), suggestions)
    else:
        provenance = {"source": "earlier-answer"}
    for element_id, body in payload["elements"].items():
        session.add(
            DraftElement(assignment_id=assignment.id, element_id=element_id, body=canonical_json(body), version=0)
        )
    record(
        session,
        Tag.DRAFT_STARTED,
        stream=streams.assignment(assignment.id),
        actor=actor,
        subject=Subject("assignment", assignment.id),
        data=provenance | {"elements": len(payload["elements"])},
        project_id=assignment.project_id,
        at=at,
    )


def require_may_work(session: Session, actor: Actor, assignment: Assignment, *, at: int) -> None:
    """Own task, role and tier for its step, at this moment. Raises Forbidden or NotFound."""
    subject = subject_of(assignment)
    policy.require(session, actor, policy.Action.ANNOTATE, subject, at=at)
    if assignment.step != Step.ANNOTATE:
        item = get_item(session, assignment.item_id)
        require_may_finish(session, actor, item, Step(assignment.step), at=at)


def change_draft(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    changes: list[Change],
    *,
    expected_version: int,
    codes: CodeLookup = no_codes,
    at: int,
) -> int:
    """Apply a person's actions in order, all or none; returns the draft's new version.

    Raises Forbidden, Conflict (`stale-draft` when another tab was faster), or Invalid when an
    element is malformed or a quote is not what stands at its offsets.
    """
    require_may_work(session, actor, assignment, at=at)
    assignment = get_assignment(session, assignment.id, lock=True)
    if assignment.state != AssignmentState.OPEN:
        raise Conflict("not-open", "the task is not open", details={"state": assignment.state})
    require_no_hold(session, assignment.item_id)
    if assignment.draft_version != expected_version:
        raise Conflict("stale-version", "the draft has changed", details={"version": assignment.draft_version})
    item = get_item(session, assignment.item_id)
    require_awaited(item, assignment.step)
    context = context_of(session, item, codes)
    for change in changes:
        _require_well_named(change)
        _require_quotes(change, context)
        _require_clean_comment(change)
        row = session.get(DraftElement, (assignment.id, change.element_id))
        if row is None and change.body is None:
            continue  # removing what is not there: a repeated request
        action = Action(change.element_id, change.body, json.loads(row.body) if row else None)
        data = modality_of(item).describe(action, context)
        assignment.draft_version += 1
        _store(session, assignment, row, change)
        record(
            session,
            _TAGS[action.verb],
            stream=streams.assignment(assignment.id),
            actor=actor,
            subject=Subject("element", change.element_id),
            data={"assignment": assignment.id, "version": assignment.draft_version} | data,
            project_id=assignment.project_id,
            at=at,
        )
    fault.point("save")
    return assignment.draft_version


def _store(session: Session, assignment: Assignment, row: DraftElement | None, change: Change) -> None:
    if change.body is None:
        session.delete(row)
        return
    body = canonical_json(change.body)
    if row is None:
        session.add(
            DraftElement(
                assignment_id=assignment.id,
                element_id=change.element_id,
                body=body,
                version=assignment.draft_version,
            )
        )
    else:
        row.body, row.version = body, assignment.draft_version


def _require_well_named(change: Change) -> None:
    """Element ids go into the log, so they must not be able to carry text."""
    if not _ELEMENT_ID.fullmatch(change.element_id):
        raise Invalid("element-id", "an element id has 1–40 letters, digits or _ . : -")


def _require_clean_comment(change: Change) -> None:
    """What a reader types goes into submissions and exports: it passes the scan that notes pass."""
    typed = change.body.get("text") if change.body else None
    if isinstance(typed, str) and typed.strip():
        # Dates a reader can quote are those of the clean text: shifted or masked already.
        require_free_text(typed, change.element_id, allowed=frozenset({"DATE"}))


def _require_quotes(change: Change, context: Context) -> None:
    """The client's quotes must be what the server has at those offsets: no peer checks this."""
    if change.quotes is None or change.body is None:
        return
    fragments = change.body.get("fragments") or change.body.get("evidence") or []
    # A fragment outside the text is the modality's to refuse; here it quotes as something else.
    here = tuple(
        context.text[pair[0] : pair[1]]
        for pair in fragments
        if isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)
    )
    if here != change.quotes:
        raise Invalid(
            "quote-mismatch",
            "the text at these offsets is not what was selected",
            problems=[Problem("quote-mismatch", change.element_id, "offsets and quote differ")],
        )


def assemble(session: Session, assignment_id: int) -> Payload:
    """The draft as one payload."""
    rows = session.scalars(
        select(DraftElement).where(DraftElement.assignment_id == assignment_id).order_by(DraftElement.element_id)
    )
    return {"elements": {row.element_id: json.loads(row.body) for row in rows}}
