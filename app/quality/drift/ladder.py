"""What a lead answers to an alarm: notify, coach, pause new tasks, have what was read since read again."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session, lock
from app.core.errors import Conflict, Invalid
from app.corpus.project import project_subject
from app.quality.agreement.read_round import ScoredReading
from app.quality.drift.models import DriftAlarm, Rung
from app.review import states
from app.review.item import get_item
from app.review.states import ItemState


def answer_alarm(session: Session, actor: Actor, alarm: DriftAlarm, rung: str, *, at: int) -> list[int]:
    """Take one rung of the ladder; returns the items that are read again. Raises Forbidden, Invalid or Conflict."""
    policy.require(session, actor, policy.Action.ANSWER_DRIFT, project_subject(alarm.project_id), at=at)
    if rung not in tuple(Rung):
        raise Invalid("rung", f"an answer is one of {', '.join(Rung)}")
    if actor.id == alarm.person_id:
        raise Invalid("own-alarm", "somebody else has to answer an alarm about you")
    lock(session, alarm)
    if alarm.answered_at is not None:
        raise Conflict("answered-already", "this alarm was answered")
    alarm.rung, alarm.answered_by, alarm.answered_at = rung, actor.id, at
    again = _read_again(session, actor, alarm, at=at) if rung == Rung.REREVIEW else []
    _say(session, actor, alarm, {"rung": rung, "read_again": again}, at=at)
    return again


def resume(session: Session, actor: Actor, alarm: DriftAlarm, *, at: int) -> None:
    """End a pause: the reader is given new tasks again. Raises Forbidden or Conflict."""
    policy.require(session, actor, policy.Action.ANSWER_DRIFT, project_subject(alarm.project_id), at=at)
    lock(session, alarm)
    if alarm.rung != Rung.PAUSE or alarm.resumed_at is not None or actor.id == alarm.person_id:
        raise Conflict("not-paused", "there is no pause that you can end")
    alarm.resumed_at = at
    _say(session, actor, alarm, {"rung": alarm.rung, "resumed": True}, at=at)


class PausedReaders:
    """Readers who get no new task in a project, after an alarm that was answered so."""

    key = "drift"

    def paused(self, session: Session, project_id: int) -> set[int]:
        query = select(DriftAlarm.person_id).where(
            DriftAlarm.project_id == project_id, DriftAlarm.rung == Rung.PAUSE, DriftAlarm.resumed_at.is_(None)
        )
        return set(session.scalars(query))


def _read_again(session: Session, actor: Actor, alarm: DriftAlarm, *, at: int) -> list[int]:
    """Items this person read since the estimated change, that carry the label and were not released."""
    query = select(ScoredReading).where(
        ScoredReading.project_id == alarm.project_id, ScoredReading.person_id == alarm.person_id,
        ScoredReading.submission_id >= alarm.change_submission_id,
    )  # fmt: skip
    again = []
    for row in session.scalars(query.order_by(ScoredReading.item_id)):
        item = get_item(session, row.item_id, lock=True)
        if f'"{alarm.label}":' in row.wrong_json and item.state in (ItemState.VERIFIED, ItemState.SIGNED):
            data = {"alarm": alarm.id, "label": alarm.label}
            states.advance(session, actor, item, "sent_to_rereview", data=data, at=at)
            states.advance(session, actor, item, "reopened", data=data, at=at)
            again.append(item.id)
    return again


def _say(session: Session, actor: Actor, alarm: DriftAlarm, data: dict[str, object], *, at: int) -> None:
    record(
        session, Tag.DRIFT_ANSWERED, stream=streams.project(alarm.project_id), actor=actor,
        subject=Subject("drift_alarm", alarm.id), data={"person": alarm.person_id, "label": alarm.label} | data,
        project_id=alarm.project_id, at=at,
    )  # fmt: skip
