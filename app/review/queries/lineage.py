"""One answer traced back through the rounds of its item: rulings, readings, and what each draft began as."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.accounts.actor import AnyActor
from app.core.db import AnyRow, Session
from app.core.errors import Conflict
from app.corpus.document import Document
from app.corpus.suggestion import Suggestion
from app.guidelines.version import GuidelineVersion
from app.review.adjudication import WITHDRAWN, RulingRow
from app.review.assignment import Assignment
from app.review.draft import DraftElement
from app.review.item import Item
from app.review.queries import UNFINISHED
from app.review.renewal import Renewal
from app.review.round import Round
from app.review.submission import Recall, Submission, SubmissionBody, contenders
from app.review.verification import VerifierChange

Said = dict[str, Any]


def require_not_reading(session: Session, actor: AnyActor, item: Item) -> None:
    """Raises Conflict for somebody who has a task on the same text, another version or a copy of it: what others said
    stays hidden from them (INV-3)."""
    source = select(Document.source_id).where(Document.id == item.document_id).scalar_subquery()
    same = (
        select(Assignment.id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Document, Document.id == Item.document_id)
        .where(Document.source_id == source, Assignment.person_id == actor.id, Assignment.state.in_(UNFINISHED))
    )
    if actor.id is not None and session.scalar(same.limit(1)) is not None:
        raise Conflict("reading-it", "you have a task on this text: end it first, then look at what others said")


def versions_behind(session: Session, items: Sequence[int]) -> set[int]:
    """Items, and those whose place they took when their texts were corrected."""
    found, new = set[int](), set(items)
    while new:
        found |= new
        earlier = session.scalars(select(Renewal.from_item_id).where(Renewal.item_id.in_(new)))
        new = set(earlier) - found
    return found


def rounds_behind(session: Session, answer: Submission) -> list[Said]:
    """The rounds of an item up to the one in which the answer was settled, each with its tasks in their order.

    A task says whose it is, what its draft began as and what was changed of that, each answer that was frozen (recalled
    ones too) with the qualification as of then, and each ruling, those taken back too. What was destroyed is null.
    Everything is read in a number of statements that does not grow with readers or elements.
    """
    rounds = session.scalars(
        select(Round).where(Round.item_id == answer.item_id, Round.id <= answer.round_id).order_by(Round.number)
    ).all()
    tasks = session.scalars(
        select(Assignment).where(Assignment.round_id.in_([one.id for one in rounds])).order_by(Assignment.id)
    ).all()
    told = _Told(session, tasks, answer.id)
    return [
        {
            "number": one.number,
            "readers": one.readers,
            "workflow": one.workflow_key,
            "workflow_sha256": one.workflow_sha256,
            "reconsiders": one.cites_submission_id,
            "opened_at": one.opened_at,
            "tasks": [told.of(task) for task in tasks if task.round_id == one.id],
        }
        for one in rounds
    ]


class _Told:
    """What was said in some tasks, up to an answer."""

    def __init__(self, session: Session, tasks: Sequence[Assignment], until: int) -> None:
        numbers = [task.id for task in tasks]
        self._answers = _answers(session, numbers, until)
        self._drafts = _drafts(session, numbers)
        self._rulings = _rulings(session, tasks)
        named = {task.suggestion_id for task in tasks if task.suggestion_id is not None}
        rows = session.scalars(select(Suggestion).where(Suggestion.id.in_(named)))
        self._suggestions = {row.id: row for row in rows}

    def of(self, task: Assignment) -> Said:
        return {
            "task": task.id,
            "step": task.step,
            "by": task.person_id,
            "state": task.state,
            "offered_at": task.offered_at,
            "opened_at": task.opened_at,
            "suggestion": self._suggestion(task),
            "changes": self._drafts.get(task.id, []),
            "rulings": self._rulings.get(task.id, []),
            "answers": self._answers.get(task.id, []),
        }

    def _suggestion(self, task: Assignment) -> Said | None:
        row = self._suggestions.get(task.suggestion_id or 0)
        if row is None:
            return None
        names = ("id", "pipeline", "version", "digest", "created_at")
        return {name: getattr(row, name) for name in names}


def _answers(session: Session, tasks: Sequence[int], until: int) -> dict[int, list[Said]]:
    query = (
        select(Submission, SubmissionBody.body, GuidelineVersion, Recall.at.label("recalled_at"), VerifierChange)
        .outerjoin(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .outerjoin(Recall, Recall.submission_id == Submission.id)
        .outerjoin(VerifierChange, VerifierChange.submission_id == Submission.id)
        .join(GuidelineVersion, GuidelineVersion.id == Submission.guideline_version_id)
        .where(Submission.assignment_id.in_(tasks), Submission.id <= until)
        .order_by(Submission.id)
    )
    found = defaultdict(list)
    for row in session.execute(query):
        found[row.Submission.assignment_id].append(_answer(row))
    return found


def _answer(row: AnyRow) -> Said:
    frozen, guideline = row.Submission, row.GuidelineVersion
    return {
        "submission": frozen.id,
        "kind": frozen.kind,
        "at": frozen.frozen_at,
        "recalled_at": row.recalled_at,
        "qualification": json.loads(frozen.credentials_json),
        "guideline": {"id": guideline.id, "version": guideline.version, "sha256": guideline.body_sha256,
                      "published_at": guideline.published_at, "published_by": guideline.published_by},
        "schema": frozen.schema_id,
        "sha256": frozen.body_sha256,
        # Of a verifier who changed the answer before this one: which, and why.
        "in_place_of": row.VerifierChange.verified_submission_id if row.VerifierChange else None,
        "reason": row.VerifierChange.reason if row.VerifierChange else "",
        "elements": json.loads(row.body)["elements"] if row.body is not None else None,
    }  # fmt: skip


def _drafts(session: Session, tasks: Sequence[int]) -> dict[int, list[Said]]:
    """Task → what a person did to each element of a draft: kept what it began as, changed, removed or added it."""
    query = select(DraftElement).where(DraftElement.assignment_id.in_(tasks))
    found = defaultdict(list)
    for row in session.scalars(query.order_by(DraftElement.assignment_id, DraftElement.element_id)):
        if row.started is None and row.body is None:
            continue  # added and taken away again
        did = "added" if row.started is None else "removed" if row.body is None else "kept"
        was, became = (json.loads(text) if text is not None else None for text in (row.started, row.body))
        did = "changed" if did == "kept" and was != became else did
        found[row.assignment_id].append({"element": row.element_id, "did": did, "was": was, "became": became})
    return found


def _rulings(session: Session, tasks: Sequence[Assignment]) -> dict[int, list[Said]]:
    query = select(RulingRow).where(RulingRow.assignment_id.in_([task.id for task in tasks]))
    rows = session.scalars(query.order_by(RulingRow.id)).all()
    last = {(row.assignment_id, row.case_key): row.id for row in rows}
    ruled = {row.assignment_id for row in rows}
    versions = {task.id: contenders(session, task) for task in tasks if task.id in ruled}
    found = defaultdict(list)
    for row in rows:
        took = versions[row.assignment_id][row.version] if row.version is not None else None
        stands = last[row.assignment_id, row.case_key] == row.id and row.choice != WITHDRAWN
        found[row.assignment_id].append({
            "ruling": row.id,
            "at": row.at,
            "case": row.case_key,
            "choice": row.choice,
            "took": {"submission": took.id, "by": took.person_id} if took else None,
            "elements": json.loads(row.elements_json or "{}"),
            "reason": row.reason,
            "citation": row.citation,
            "second_key": row.confirmed,
            "stands": stands,
        })  # fmt: skip
    return found
