"""Drafts: elements one by one, each action one row and one event; freezing assembles them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Select, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor
from app.agreement.judgements import Payload
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import fault
from app.core.db import RECORD, AnyRow, Base, Session, lock
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid, Problem
from app.corpus.free_text import require_free_text
from app.corpus.project import get_project
from app.corpus.suggestion import latest_suggestion, withheld_because
from app.review import states
from app.review.assignment import Assignment, require_awaited, subject_of
from app.review.authority import require_may_finish, subject_of_reading
from app.review.guideline import keep_guideline
from app.review.item import Item, changeable_context, context_to_begin, get_item, modality_of, whole_items
from app.review.modality import AnnotationAction, Context, Modality
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
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "each change of it is an event",
                "tags": (
                    *(Tag.DRAFT_STARTED, Tag.ELEMENT_ADDED, Tag.ELEMENT_CHANGED, Tag.ELEMENT_REMOVED),
                    Tag.SUBJECT_ERASED,
                ),
            }
        },
    )

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
class ElementChange:
    """One put (body) or remove (None). `quotes` are the texts the client saw under the fragments."""

    element_id: str
    body: dict[str, Any] | None
    quotes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Beginning:
    """What a draft begins with: element id → (its body, None where it was taken out; what it began as, if it was
    suggested); and what the event says of where that came from."""

    elements: dict[str, tuple[Body | None, Body | None]]
    said: dict[str, Any]
    suggestion_id: int | None = None


@dataclass(frozen=True)
class SavedDraft:
    """The draft's new version; id → body (None: removed) of what is held otherwise than it was sent."""

    version: int
    otherwise: dict[str, dict[str, Any] | None]


def start_draft(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    *,
    beginning: Beginning | None = None,
    row: AnyRow | None = None,
    at: int,
) -> Payload:
    """Open a task: the guideline its item is read under is frozen with it and the draft begins from suggestions.

    `beginning` replaces the suggestions: a verifier starts from what the readers agreed on, a reader whose text
    got a new version from their own work.
    """
    require_may_work(session, actor, assignment, at=at)
    if assignment.step == Step.ANNOTATE:
        subject = subject_of_reading(session, assignment)
        policy.require(session, actor, policy.Action.ANNOTATE, subject, at=at)
    row = session.execute(whole_items(), {"item": assignment.item_id}).one() if row is None else row
    item, context = row.Item, changeable_context(session, row)
    require_awaited(item, assignment.step)
    began = beginning or _suggested(session, assignment, item, context, at=at)
    guideline = keep_guideline(session, item, getattr(row, "GuidelineVersion", None))
    assignment.guideline_version_id, assignment.opened_at = guideline.id, at
    assignment.suggestion_id = began.suggestion_id
    states.advance(session, actor, assignment, "opened", data={"guideline_sha256": guideline.body_sha256}, at=at)
    for element_id, (body, started) in began.elements.items():
        session.add(
            DraftElement(
                assignment_id=assignment.id,
                element_id=element_id,
                body=canonical_json(body) if body is not None else None,
                started=canonical_json(started) if started is not None else None,
                version=0,
            )
        )
    there = {key: body for key, (body, _) in sorted(began.elements.items()) if body is not None}
    record(
        session,
        Tag.DRAFT_STARTED,
        stream=streams.assignment(assignment.id),
        actor=actor,
        subject=Subject("assignment", assignment.id),
        data=began.said | {"elements": len(there)},
        project_id=assignment.project_id,
        at=at,
    )
    return {"elements": there}


def as_given(payload: Payload) -> Beginning:
    """A draft that begins with an earlier answer, as it was given."""
    return Beginning({key: (body, body) for key, body in payload["elements"].items()}, {"source": "earlier-answer"})


def _suggested(session: Session, assignment: Assignment, item: Item, context: Context, *, at: int) -> Beginning:
    """What the project's pipeline said last about the text, unless it may not be shown any more."""
    project = get_project(session, item.project_id)
    suggestion = latest_suggestion(session, item.document_id, project.setting("pipeline"))
    said: dict[str, Any] = {"source": "suggestions"}
    shown, suggestions = None, []
    withheld = withheld_because(session, suggestion, at=at) if suggestion else None
    if withheld:
        said |= {"withheld": withheld}
    elif suggestion is not None:
        names = {
            "pipeline": suggestion.pipeline,
            "version": suggestion.version,
            "digest": suggestion.digest,
        }
        shown = suggestion.id
        said |= names | {"suggestion": shown}
        suggestions = [suggestion.content | names]
    payload = modality_of(item).suggest(context_to_begin(session, item, context), suggestions)
    return Beginning({key: (body, body) for key, body in payload["elements"].items()}, said, shown)


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
    task: Assignment | AnyRow,
    changes: list[ElementChange],
    *,
    expected_version: int,
    at: int,
) -> SavedDraft:
    """Apply a person's actions in order, all or none. `task`: or the row of `lock_task`, which has its item too.

    What hangs on an element that goes, goes too, with an event of its own. Raises Forbidden, Conflict
    (`stale-draft` when another tab was faster), or Invalid when an element is malformed, a span is outside the
    text or blank, an end is missing, or a quote is not what stands at its offsets.
    """
    row = None if isinstance(task, Assignment) else task
    assignment: Assignment = task if isinstance(task, Assignment) else task.Assignment
    require_may_work(session, actor, assignment, at=at)
    lock(session, assignment)
    if assignment.state != AssignmentState.OPEN:
        raise Conflict("not-open", "the task is not open", details={"state": assignment.state})
    if row is None:
        row = session.execute(whole_items(), {"item": assignment.item_id}).one()
    item, context = row.Item, changeable_context(session, row)
    if assignment.draft_version != expected_version:
        raise Conflict("stale-version", "the draft has changed", details={"version": assignment.draft_version})
    require_awaited(item, assignment.step)
    modality = modality_of(item)
    put: dict[str, Body | None] = {}
    for change in changes:
        _require_well_named(change)
        _require_quotes(change, context, modality)
        _require_clean_words(change, modality)
        put[change.element_id] = _apply(session, actor, assignment, change, context, at=at)
    loose = modality.loose(put, lambda: assemble(session, assignment.id)["elements"])
    _require_ends(put, loose)
    for element_id, body in loose.items():
        loose[element_id] = _apply(session, actor, assignment, ElementChange(element_id, body), context, at=at)
    fault.point("save")
    sent = {change.element_id: change.body for change in changes}
    otherwise = {key: body for key, body in (put | loose).items() if key not in sent or sent[key] != body}
    return SavedDraft(assignment.draft_version, otherwise)


def _apply(
    session: Session, actor: Actor, assignment: Assignment, change: ElementChange, context: Context, *, at: int
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
        body = modality.stored(AnnotationAction(change.element_id, body, before), started, context)
    action = AnnotationAction(change.element_id, body, before)
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


def _store(session: Session, assignment: Assignment, row: DraftElement | None, action: AnnotationAction) -> None:
    if row is None:
        row = DraftElement(assignment_id=assignment.id, element_id=action.element_id)
        session.add(row)
    row.body = canonical_json(action.body) if action.body is not None else None
    row.version = assignment.draft_version


def _require_ends(put: dict[str, Body | None], loose: dict[str, Body | None]) -> None:
    """What is put now must hang on what is there; what hung on it before falls with it."""
    missing = [key for key in loose if put.get(key) is not None]
    if missing:
        problems = [Problem("dangling", key, "names an element that is not there") for key in missing]
        raise Invalid("dangling", "an element names one that is not there", problems=problems)


def _require_well_named(change: ElementChange) -> None:
    """Element ids go into the log, so they must not be able to carry text."""
    if not _ELEMENT_ID.fullmatch(change.element_id):
        raise Invalid("element-id", "an element id has 1–40 letters, digits or _ . : -")


def _require_clean_words(change: ElementChange, modality: Modality) -> None:
    """What a reader types goes into submissions and exports: it passes the scan that notes pass."""
    for typed in modality.own_words(change.body) if change.body else ():
        # Dates a reader can quote are those of the clean text: shifted or masked already.
        require_free_text(typed, change.element_id, allowed=frozenset({"DATE"}))


def _require_quotes(change: ElementChange, context: Context, modality: Modality) -> None:
    """The client's quotes must be what the server has at those offsets: no peer checks this."""
    if change.quotes is None or change.body is None:
        return
    # A fragment outside the text is the modality's to refuse; here it quotes as something else.
    here = tuple(
        context.text[pair[0] : pair[1]]
        for pair in modality.places(change.body)
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
    rows = session.execute(_bodies(), {"assignment": assignment_id}).all()
    # The bodies are canonical JSON and the ids hold nothing that JSON escapes: parsed in one go, not one by one.
    return {"elements": json.loads("{" + ",".join(f'"{key}":{body}' for key, body in rows) + "}")}


@cache
def _bodies() -> Select[str, str | None]:
    """Id and body of every element there is in the draft of `:assignment`, in order."""
    own = (DraftElement.assignment_id == bindparam("assignment"), DraftElement.body.is_not(None))
    return select(DraftElement.element_id, DraftElement.body).where(*own).order_by(DraftElement.element_id)
