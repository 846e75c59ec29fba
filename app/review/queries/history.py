"""How a settled answer came about, as a release tells it: every reading, every ruling with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.accounts.person import Person
from app.core.db import AnyRow, AnySelect, Session
from app.guidelines.version import GuidelineVersion
from app.review.adjudication import WITHDRAWN, RulingRow, rulings_of
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.queries.rounds import readers_of_rounds
from app.review.submission import Submission, SubmissionBody, SubmissionKind, contenders


def answers_given(session: Session, items: AnySelect, until: int) -> Sequence[AnyRow]:
    """(answer, step, the item's label, person) of every answer frozen by then on these items, by item and time."""
    query = (
        select(Submission, Assignment.step, Item.label, Person)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Item, Item.id == Submission.item_id)
        .join(Person, Person.id == Submission.person_id)
        .where(Submission.item_id.in_(items), Submission.frozen_at <= until)
        .order_by(Submission.item_id, Submission.id)
    )
    return session.execute(query).all()


def histories(session: Session, submission_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Settled answer → the readings of its round, the rulings that stand, and each answer it was settled as.

    People are numbers, the same all over a project; with each stands the qualification it had then. `settled` is in
    order and ends with the answer itself. What somebody said is null where it was destroyed. A ruling that took a
    version names it by its digest.
    """
    query = select(Submission).where(Submission.id.in_(submission_ids), Submission.kind == SubmissionKind.SETTLED)
    wanted = session.scalars(query).all()
    rounds = sorted({one.round_id for one in wanted})
    began = {
        reader.submission_id: reader.pipeline
        for some in readers_of_rounds(session, rounds).values()
        for reader in some
    }
    answers, rulings = _answers(session, rounds), _rulings(session, rounds)
    return {
        one.id: {
            "readings": [
                {"reader": by, **said, "began_from": began[number]}
                for number, kind, by, said in answers[one.round_id]
                if kind == SubmissionKind.READING and number in began
            ],
            "rulings": rulings.get(one.round_id, []),
            "settled": [
                {"by": by, **said}
                for number, kind, by, said in answers[one.round_id]
                if kind == SubmissionKind.SETTLED and number <= one.id
            ],
        }
        for one in wanted
    }


def _answers(session: Session, rounds: Sequence[int]) -> dict[int, list[tuple[int, str, int, dict[str, Any]]]]:
    """Round → (number, kind, person, what is told) of each answer, oldest first."""
    query = (
        select(Submission, SubmissionBody.body, GuidelineVersion.version, Assignment.step)
        .outerjoin(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .join(GuidelineVersion, GuidelineVersion.id == Submission.guideline_version_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Submission.round_id.in_(rounds))
        .order_by(Submission.assignment_id, Submission.id)
    )
    found: dict[int, list[tuple[int, str, int, dict[str, Any]]]] = {}
    for row, body, version, step in session.execute(query):
        said = {
            "at": row.frozen_at,
            "step": step,
            "guideline": version,
            "qualification": json.loads(row.credentials_json),
            "submission_sha256": row.body_sha256,
            "elements": json.loads(body)["elements"] if body is not None else None,
        }
        found.setdefault(row.round_id, []).append((row.id, row.kind, row.person_id, said))
    return found


def _rulings(session: Session, rounds: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    query = select(Assignment).where(Assignment.round_id.in_(rounds)).where(
        Assignment.id.in_(select(RulingRow.assignment_id))
    ).order_by(Assignment.id)  # fmt: skip
    found: dict[int, list[dict[str, Any]]] = {}
    for task in session.scalars(query):
        answers = [answer.body_sha256 for answer in contenders(session, task)]
        at = {row.case_key: row.at for row in session.scalars(
            select(RulingRow).where(RulingRow.assignment_id == task.id, RulingRow.choice != WITHDRAWN)
            .order_by(RulingRow.id))}  # fmt: skip
        for case, ruling in rulings_of(session, task.id).items():
            found.setdefault(task.round_id, []).append({
                "by": task.person_id,
                "at": at[case],
                "case": case,
                "choice": str(ruling.choice),
                "took": answers[ruling.version] if ruling.version is not None else None,
                "elements": ruling.elements,
                "reason": ruling.reason,
                "citation": ruling.citation,
            })  # fmt: skip
    return found
