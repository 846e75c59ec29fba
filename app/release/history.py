"""How a settled answer came about, as a release tells it: every reading, every ruling with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.guidelines.version import GuidelineVersion
from app.review.adjudication import WITHDRAWN, RulingRow, rulings_of
from app.review.assignment import Assignment
from app.review.queries.rounds import readers_of_rounds
from app.review.submission import Submission, SubmissionBody, SubmissionKind, contenders


def histories(session: Session, submission_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Settled answer → when it was frozen, the readings of its round, and the rulings that stand.

    People are numbers, the same all over a project; with each stands the qualification it had then. What a reading
    said is null where it was destroyed. A ruling that took a version names it by its digest.
    """
    query = select(Submission).where(Submission.id.in_(submission_ids), Submission.kind == SubmissionKind.SETTLED)
    settled = session.scalars(query).all()
    rounds = sorted({one.round_id for one in settled})
    readings, rulings = _readings(session, rounds), _rulings(session, rounds)
    return {
        one.id: {
            "settled_at": one.frozen_at,
            "settled_by": one.person_id,
            "readings": readings.get(one.round_id, []),
            "rulings": rulings.get(one.round_id, []),
        }
        for one in settled
    }


def _readings(session: Session, rounds: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    readers = readers_of_rounds(session, rounds)
    numbers = [reader.submission_id for some in readers.values() for reader in some]
    query = (
        select(Submission, SubmissionBody.body, GuidelineVersion.version)
        .outerjoin(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .join(GuidelineVersion, GuidelineVersion.id == Submission.guideline_version_id)
        .where(Submission.id.in_(numbers))
    )
    rows = {row.id: (row, body, version) for row, body, version in session.execute(query)}
    found: dict[int, list[dict[str, Any]]] = {}
    for number, some in readers.items():
        for reader in some:
            row, body, version = rows[reader.submission_id]
            found.setdefault(number, []).append({
                "reader": row.person_id,
                "at": row.frozen_at,
                "guideline": version,
                "qualification": json.loads(row.credentials_json),
                "began_from": reader.pipeline,
                "submission_sha256": row.body_sha256,
                "elements": json.loads(body)["elements"] if body is not None else None,
            })  # fmt: skip
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
