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
from app.review.assignment import Assignment, get_assignment, require_awaited, subject_of
from app.review.authority import require_may_finish
from app.review.guideline import keep_guideline
from app.review.hold import require_no_hold
from app.review.item import context_of, get_item, modality_of
from app.review.modality import Action, Context
from app.review.states import AssignmentState
from app.review.workflows import Step

Body = dict[str, Any]

_ELEMENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")
_TAGS = {"added": Tag.ELEMENT_ADDED, "changed": Tag.ELEMENT_CHANGED, "removed": Tag.ELEMENT_REMOVED}


class DraftElement(Base):
    """One element of an unfinished answer; `version` is the draft's version that wrote it.

    What the draft began with stays beside what a person made of it, and the row of a removed element without a
    body: whoever brings it back does not make it anew.
    """

    __tablename__ = "draft_element"
    __table_args__ = ({"info": {"kind": RECORD}},)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True, autoincrement=False)
    element_id: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[str | None] = mapped_column(Text)
    #: the suggestion or earlier answer it began as; null for what a person added
    started: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int]

    @property
    def content(self) -> dict[str, Any] | None:
        return json.loads(self.body) if self.body is not None else None


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
            assignment.suggestion_id = suggestion.id
            suggestions = [suggestion.content | names]
        payload = modality_of(item).suggest(context_of(session, item), suggestions)
    else:
        provenance = {"source": "earlier-answer"}
    for element_id, body in payload["elements"].items():
        said = canonical_json(body)
        session.add(
            DraftElement(assignment_id=assignment.id, element_id=element_id, body=said, started=said, version=0)
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
    at: int,
) -> int:
    """Apply a person's actions in order, all or none; returns the draft's new version.

    What hangs on an element that goes, goes too, with an event of its own. Raises Forbidden, Conflict
    (`stale-draft` when another tab was faster), or Invalid when an element is malformed, a span is outside the
    text or blank, an end is missing, or a quote is not what stands at its offsets.
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
    context = context_of(session, item)
    put: dict[str, Body | None] = {}
    for change in changes:
        _require_well_named(change)
        _require_quotes(change, context)
        _require_clean_comment(change)
        put[change.element_id] = _apply(session, actor, assignment, change, context, at=at)
    loose = modality_of(item).loose(put, lambda: assemble(session, assignment.id)["elements"])
    _require_ends(put, loose)
    for element_id, body in loose.items():
        _apply(session, actor, assignment, Change(element_id, body), context, at=at)
    fault.point("save")
    return assignment.draft_version


def _apply(
    session: Session, actor: Actor, assignment: Assignment, change: Change, context: Context, *, at: int
) -> Body | None:
    """One put or remove: its row and its event; the body as stored."""
    modality = modality_of(get_item(session, assignment.item_id))
    row = session.get(DraftElement, (assignment.id, change.element_id))
    before = row.content if row else None
    if before is None and change.body is None:
        return None  # removing what is not there: a repeated request
    body = change.body
    if body is not None:
        started = json.loads(row.started) if row and row.started else None
        body = modality.stored(Action(change.element_id, body, before), started, context)
    action = Action(change.element_id, body, before)
    data = modality.describe(action, context)
    assignment.draft_version += 1
    _store(session, assignment, row, action)
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
    return body


def _store(session: Session, assignment: Assignment, row: DraftElement | None, action: Action) -> None:
    if row is None:
        row = DraftElement(assignment_id=assignment.id, element_id=action.element_id)
        session.add(row)
    row.body = canonical_json(action.body) if action.body is not None else None
    row.version = assignment.draft_version


def kept_otherwise(
    session: Session, assignment: Assignment, changes: list[Change], *, since: int
) -> dict[str, Body | None]:
    """Id → body (None: removed) of what the actions since a version left otherwise than they were sent."""
    rows = session.scalars(
        select(DraftElement).where(DraftElement.assignment_id == assignment.id, DraftElement.version > since)
    )
    sent = {change.element_id: change.body for change in changes}
    kept = {row.element_id: row.content for row in rows}
    return {key: body for key, body in kept.items() if key not in sent or sent[key] != body}


def _require_ends(put: dict[str, Body | None], loose: dict[str, Body | None]) -> None:
    """What is put now must hang on what is there; what hung on it before falls with it."""
    missing = [key for key in loose if put.get(key) is not None]
    if missing:
        problems = [Problem("dangling", key, "names an element that is not there") for key in missing]
        raise Invalid("dangling", "an element names one that is not there", problems=problems)


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
        select(DraftElement)
        .where(DraftElement.assignment_id == assignment_id, DraftElement.body.is_not(None))
        .order_by(DraftElement.element_id)
    )
    return {"elements": {row.element_id: row.content for row in rows}}
