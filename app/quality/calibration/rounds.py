"""Putting sets together, giving them to people to read blind, and taking up what they submitted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, record
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid
from app.corpus.free_text import require_free_text
from app.corpus.project import Project, project_subject
from app.quality.calibration.models import (
    CalibrationAttempt,
    CalibrationReading,
    CalibrationSet,
    PassMark,
    attempts_of,
    readings_of,
)
from app.quality.calibration.scoring import score_of
from app.quality.gold.making import WORKER, authors_of, usable_gold
from app.quality.gold.models import GoldAnswer, get_gold
from app.review.assignment import Assignment
from app.review.copies import CopyOrder, CopyPurpose
from app.review.copying import make_copy
from app.review.distribution import eligible_readers
from app.review.queries.answers import latest_of
from app.review.states import AssignmentState

#: failed attempts at a set after which somebody is trained first (domain D.6)
MOST_ATTEMPTS = 3
FEWEST_TEXTS = 2


def make_set(
    session: Session, actor: AnyActor, project: Project, modality: str, title: str, mark: PassMark | None = None,
    *, at: int,
) -> CalibrationSet:  # fmt: skip
    """Begin a calibration set, without texts yet. Raises Forbidden or Invalid."""
    _require(session, actor, project.id, at=at)
    title = title.strip()
    if not 1 <= len(title) <= 200:
        raise Invalid("title", "a title has 1 to 200 characters")
    require_free_text(title, "title")
    last = session.scalar(select(func.max(CalibrationSet.number)).where(CalibrationSet.project_id == project.id)) or 0
    row = CalibrationSet(
        project_id=project.id, number=last + 1, modality=modality, title=title,
        pass_json=canonical_json((mark or PassMark()).model_dump()), made_by=actor.id, made_at=at, closed_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    said = {"modality": modality, "pass": json.loads(row.pass_json)}
    _say(session, Tag.CALIBRATION_SET_MADE, actor, row, said, at=at)
    return row


def close_set(session: Session, actor: AnyActor, row: CalibrationSet, *, at: int) -> None:
    """No more rounds of it: it is known by now, or replaced. Who passed it has passed. Raises Forbidden or Conflict."""
    _require(session, actor, row.project_id, at=at)
    _require_open(row)
    row.closed_at = at
    _say(session, Tag.CALIBRATION_SET_CLOSED, actor, row, {}, at=at)


def begin_round(
    session: Session, actor: AnyActor, project: Project, row: CalibrationSet, people: Sequence[int],
    *, texts: int, trained: bool = False, at: int,
) -> list[CalibrationAttempt]:  # fmt: skip
    """Give each of these readers so many texts of the set that they never saw, to be read blind.

    What somebody read once is retired for them (memory, domain D.6); nobody is given what they made or worked on
    (INV-14). `trained`: whoever failed three times was trained since. Raises Forbidden, Invalid or Conflict.
    """
    _require(session, actor, project.id, at=at)
    _require_open(row)
    if not people or not set(people) <= set(eligible_readers(session, project, at=at)):
        raise Invalid("people", "choose readers of the project whose credentials are valid")
    if texts < FEWEST_TEXTS:
        raise Invalid("texts", f"a round has at least {FEWEST_TEXTS} texts")
    before = attempts_of(session, row.id)
    number = max((attempt.round for attempt in before), default=0) + 1
    gold = usable_gold(session, project.id, row.id)
    begun = []
    for person in dict.fromkeys(people):
        own = [attempt for attempt in before if attempt.person_id == person]
        _require_may_try(own, trained=trained)
        mine = _unread(session, gold, own, person)
        if len(mine) < texts:
            raise Conflict("not-enough-gold", f"{len(mine)} texts of this set are left for one of these readers")
        attempt = CalibrationAttempt(
            project_id=project.id, set_id=row.id, round=number, person_id=person, trained=trained, begun_by=actor.id,
            begun_at=at, passed=None, score_json=None, scored_at=None,
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        items = _give_out(session, actor, attempt, mine[:texts], at=at)
        data = {"round": number, "person": person, "attempt": attempt.id, "items": items, "trained": trained}
        _say(session, Tag.CALIBRATION_BEGUN, actor, row, data, at=at)
        begun.append(attempt)
    return begun


def _give_out(
    session: Session, actor: AnyActor, attempt: CalibrationAttempt, gold: list[GoldAnswer], *, at: int
) -> list[int]:
    items = []
    for one in gold:
        order = CopyOrder(one.source_item_id, attempt.person_id, CopyPurpose.CALIBRATION)
        task = make_copy(session, actor, order, at=at)
        session.add(CalibrationReading(item_id=task.item_id, attempt_id=attempt.id, gold_id=one.id))
        items.append(task.item_id)
    session.flush()
    return items


def _require_may_try(own: list[CalibrationAttempt], *, trained: bool) -> None:
    if any(attempt.scored_at is None for attempt in own):
        raise Conflict("attempt-running", "one of these readers has not finished the round before")
    since = 0
    for attempt in own:  # newest first
        if attempt.passed:
            break
        since += 1
        if attempt.trained:
            break
    if since >= MOST_ATTEMPTS and not trained:
        raise Conflict("train-first", f"one of these readers failed {since} times: they are trained first")


def _unread(
    session: Session, gold: list[GoldAnswer], own: list[CalibrationAttempt], person: int
) -> list[GoldAnswer]:
    seen = {reading.gold_id for attempt in own for reading in readings_of(session, attempt.id)}
    return [one for one in gold if one.id not in seen and person not in authors_of(session, one)]


def task_of(session: Session, item_id: int) -> Assignment:
    """The task of a copy's reader."""
    return session.scalars(select(Assignment).where(Assignment.item_id == item_id)).one()


def is_read(session: Session, attempt: CalibrationAttempt) -> bool:
    """Whether the whole of an attempt is submitted: until then nothing of its gold is shown."""
    items = [reading.item_id for reading in readings_of(session, attempt.id)]
    done = (Assignment.item_id.in_(items), Assignment.state == AssignmentState.SUBMITTED)
    return session.scalar(select(func.count()).select_from(Assignment).where(*done)) == len(items)


def score_finished(session: Session, project_id: int, *, at: int) -> int:
    """Score the attempts that were read to their end since; how many. For the worker: nobody decides here."""
    waiting = (CalibrationAttempt.project_id == project_id, CalibrationAttempt.scored_at.is_(None))
    scored = 0
    for attempt in session.scalars(select(CalibrationAttempt).where(*waiting).order_by(CalibrationAttempt.id)).all():
        if is_read(session, attempt):
            _score(session, attempt, at=at)
            scored += 1
    return scored


def _score(session: Session, attempt: CalibrationAttempt, *, at: int) -> None:
    row = session.get_one(CalibrationSet, attempt.set_id)
    pairs = []
    for reading in readings_of(session, attempt.id):
        answer = latest_of(session, task_of(session, reading.item_id).id).id
        pairs.append((reading.item_id, answer, get_gold(session, reading.gold_id).submission_id or 0))
    score = score_of(session, pairs, row.pass_mark)
    attempt.passed, attempt.scored_at = score["passed"], at
    attempt.score_json = json.dumps(score, sort_keys=True, allow_nan=False)
    session.flush()
    figures = {one["key"]: None if one["value"] is None else round(1e6 * one["value"]) for one in score["figures"]}
    data = {"attempt": attempt.id, "person": attempt.person_id, "passed": attempt.passed, "figures_ppm": figures}
    _say(session, Tag.CALIBRATION_SCORED, WORKER, row, data, at=at)


def _require_open(row: CalibrationSet) -> None:
    if row.closed_at is not None:
        raise Conflict("set-closed", "this set is closed")


def _require(session: Session, actor: AnyActor, project_id: int, *, at: int) -> None:
    policy.require(session, actor, policy.Action.SAMPLE_QUALITY, project_subject(project_id), at=at)


def _say(
    session: Session, tag: Tag, actor: LoggedActor, row: CalibrationSet, data: dict[str, Any], *, at: int
) -> None:
    record(
        session, tag, stream=streams.project(row.project_id), actor=actor, subject=Subject("calibration_set", row.id),
        data={"number": row.number} | data, project_id=row.project_id, at=at,
    )  # fmt: skip
