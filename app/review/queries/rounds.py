"""Rounds read to their end and readings of settled items, as statistics take them; never for a reader's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from app.core.db import AnyRow, Session
from app.corpus.suggestion import Suggestion
from app.review.adjudication import WITHDRAWN, RulingRow
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.round import Round
from app.review.settled import SettledAnswer
from app.review.states import AssignmentState, ItemState
from app.review.submission import Recall, Submission, SubmissionBody, SubmissionKind

FINISHED = (ItemState.VERIFIED, ItemState.SIGNED, ItemState.RELEASED)


@dataclass(frozen=True)
class ReaderOfRound:
    """One standing reading: who gave it, when, under which guideline, and which suggestions it began from."""

    submission_id: int
    item_id: int
    round_id: int
    person_id: int
    guideline_version_id: int
    #: of the pipeline and its version, or empty: the draft began blank
    pipeline: str
    suggestion_id: int | None
    opened_at: int
    frozen_at: int


def readers_of_rounds(session: Session, rounds: Sequence[int]) -> dict[int, list[ReaderOfRound]]:
    """Round → its standing readings whose bodies exist, in the order of their tasks, which tells nothing of time."""
    query = _readings().where(Submission.round_id.in_(rounds)).order_by(Submission.assignment_id)
    found: dict[int, list[ReaderOfRound]] = {}
    for row in session.execute(query):
        reader = _reader(row)
        found.setdefault(reader.round_id, []).append(reader)
    return found


def readers_named(session: Session, submissions: Sequence[int]) -> dict[int, ReaderOfRound]:
    """The same of these readings, by submission."""
    rows = session.execute(_readings().where(Submission.id.in_(submissions)))
    readers = map(_reader, rows)
    return {reader.submission_id: reader for reader in readers}


def _reader(row: AnyRow) -> ReaderOfRound:
    submission, item, round_id, person, guideline, pipeline, version, suggestion, opened, frozen = row
    named = f"{pipeline} {version}" if pipeline else ""
    return ReaderOfRound(submission, item, round_id, person, guideline, named, suggestion, opened, frozen)


def _readings() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Submission.id, Submission.item_id, Submission.round_id, Submission.person_id),
            *(Submission.guideline_version_id, Suggestion.pipeline, Suggestion.version),
            *(Assignment.suggestion_id, Assignment.opened_at, Submission.frozen_at),
        )
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .outerjoin(Suggestion, Suggestion.id == Assignment.suggestion_id)
        .where(Submission.kind == SubmissionKind.READING)
        .where(Submission.id.not_in(select(Recall.submission_id)))
    )


def unread_rounds(
    session: Session, project_id: int, known: ColumnElement[bool], states: Sequence[str], limit: int
) -> list[int]:
    """Ids of rounds, oldest first, of items in these states, for which `known` (a condition on Round) does not hold."""
    query = select(Round.id).join(Item, Item.id == Round.item_id)
    query = query.where(Item.project_id == project_id, Item.state.in_(states), ~known)
    return list(session.scalars(query.order_by(Round.id).limit(limit)))


@dataclass(frozen=True)
class SettledReading:
    """A reading, and what its round was settled as."""

    submission_id: int
    settled_id: int
    item_id: int
    settled_at: int


def settled_readings(
    session: Session, project_id: int, known: tuple[type, str, str], limit: int
) -> list[SettledReading]:
    """Readings of items whose end was signed, each with the answer of the item, in the order of settling.

    `known`: a table and its columns for reading and settled answer; pairs that stand there are left out.
    """
    table, mine, theirs = known
    settled, reading = aliased(Submission), aliased(Submission)
    there = select(getattr(table, mine)).where(
        getattr(table, mine) == reading.id, getattr(table, theirs) == settled.id
    )
    query = (
        select(reading.id, settled.id, settled.item_id, settled.frozen_at)
        .select_from(SettledAnswer)
        .join(Item, Item.id == SettledAnswer.item_id)
        .join(settled, settled.id == SettledAnswer.submission_id)
        .join(reading, (reading.round_id == settled.round_id) & (reading.kind == SubmissionKind.READING))
        .join(SubmissionBody, SubmissionBody.submission_id == reading.id)
        .where(SettledAnswer.project_id == project_id, Item.state.in_(FINISHED))
        .where(reading.id.not_in(select(Recall.submission_id)), ~there.exists())
        .order_by(settled.id, reading.id)
        .limit(limit)
    )
    return [SettledReading(*row) for row in session.execute(query)]


def rulings_by_reason(session: Session, project_id: int) -> list[tuple[str, str, int]]:
    """(choice, reason, month in ms) of rulings that stand in closed adjudications of a project."""
    rows = session.execute(
        select(RulingRow.assignment_id, RulingRow.case_key, RulingRow.choice, RulingRow.reason, RulingRow.at)
        .join(Assignment, Assignment.id == RulingRow.assignment_id)
        .where(Assignment.project_id == project_id, Assignment.state == AssignmentState.SUBMITTED)
        .order_by(RulingRow.id)
    )
    last = {(assignment, case): (choice, reason, at) for assignment, case, choice, reason, at in rows}
    return [row for row in last.values() if row[0] != WITHDRAWN]
