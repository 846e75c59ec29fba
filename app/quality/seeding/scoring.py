"""Readings of silent copies held against their answers, by the worker; what charts and signals take of them."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, select

from app.agreement.metrics.intervals import wilson
from app.agreement.tallies import wrong_labels
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, NotFound
from app.core.isolation import set_aside
from app.quality.calibration.rounds import score_finished
from app.quality.gold.making import take_over
from app.quality.gold.models import get_gold
from app.quality.seeding.models import DECOYS, CopyScore, SeededCopy
from app.review.item import context_of, get_item, modality_of
from app.review.queries.answers import Submission, latest_of, payload_of
from app.review.queries.copied import answers_of_copies, last_copied_at

#: fewer decoys say nothing
FEWEST_DECOYS = 3


def fold_copies(session: Session, project_id: int, limit: int, aside: dict[int, str]) -> int:
    """Score what was read of copies since, for calibration and for gold too; the next measuring takes what is left."""
    at = last_copied_at(session, project_id)
    if at is not None:
        # What follows from the newest answer is said as of then.
        take_over(session, project_id, at=at)
        score_finished(session, project_id, at=at)
    rows = [row for row in answers_of_copies(session, project_id, CopyScore.submission_id) if row.id not in aside]
    for answer in rows[:limit]:
        seeded = session.get(SeededCopy, answer.item_id)
        if seeded is None or latest_of(session, answer.assignment_id).id != answer.id:
            continue
        aside[answer.id] = "unreadable"
        with set_aside(aside, answer.id, stage="quality"), suppress(Conflict, NotFound):
            _score(session, project_id, seeded, answer)
            del aside[answer.id]
    session.flush()
    return 0


def _score(session: Session, project_id: int, seeded: SeededCopy, answer: Submission) -> None:
    against = get_gold(session, seeded.gold_id).submission_id if seeded.gold_id else seeded.first_submission_id
    item = get_item(session, seeded.item_id)
    context, modality = context_of(session, item), modality_of(item)
    payload = payload_of(session, answer.id)
    said, right = (modality.units(one, context) for one in (payload, payload_of(session, against or 0)))
    missed = seeded.decoy is not None and DECOYS.get(item.modality).is_kept(payload, seeded.decoy)
    session.execute(delete(CopyScore).where(CopyScore.item_id == item.id))
    session.add(
        CopyScore(
            submission_id=answer.id, against_id=against, project_id=project_id, item_id=item.id,
            person_id=answer.person_id, guideline_version_id=answer.guideline_version_id,
            is_retest=seeded.gold_id is None, wrong_json=canonical_json(wrong_labels(said, right)),
            decoys=int(seeded.decoy is not None), decoys_missed=int(missed), frozen_at=answer.frozen_at,
        )
    )  # fmt: skip


def gold_decisions(session: Session, project_id: int) -> list[CopyScore]:
    """Readings held against gold, in the order in which they were given: one decision a document and label."""
    own = (CopyScore.project_id == project_id, ~CopyScore.is_retest)
    return list(session.scalars(select(CopyScore).where(*own).order_by(CopyScore.frozen_at, CopyScore.submission_id)))


def copies_told(session: Session, project_id: int) -> dict[int, dict[str, Any]]:
    """Reader → decoys given and accepted, decisions beside gold, and how often they agree with themselves."""
    found: dict[int, Counter[str]] = {}
    for row in session.scalars(select(CopyScore).where(CopyScore.project_id == project_id)):
        own, wrong = found.setdefault(row.person_id, Counter()), json.loads(row.wrong_json).values()
        kind = "retest" if row.is_retest else "gold"
        own[f"{kind}_wrong"] += sum(wrong)
        own[kind] += len(wrong)
        own["decoys"] += row.decoys
        own["decoys_missed"] += row.decoys_missed
    return {person: _told(own) for person, own in found.items()}


def _told(own: Counter[str]) -> dict[str, Any]:
    names = ("gold", "gold_wrong", "retest", "retest_wrong", "decoys", "decoys_missed")
    told: dict[str, Any] = {name: own[name] for name in names}
    alike, of = own["retest"] - own["retest_wrong"], own["retest"]
    told["retest_interval"] = list(wilson(alike, of)) if of else None
    return told


def decoy_signals(told: dict[str, Any] | None) -> list[str]:
    """A reader who accepts false suggestions did not check: said once a share below 10 % is no longer likely."""
    if told is None or told["decoys"] < FEWEST_DECOYS or wilson(told["decoys_missed"], told["decoys"])[0] <= 0.1:
        return []
    return [f"{told['decoys_missed']} of {told['decoys']} false suggestions accepted"]
