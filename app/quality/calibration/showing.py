"""What pages say of calibration: how everybody stands, how attempts went, and a reader's own answers beside gold."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts.actor import Actor, ProjectRole
from app.core.db import Session
from app.corpus.member import list_members
from app.corpus.project import Project, get_project
from app.quality.calibration.models import CalibrationAttempt, CalibrationReading, CalibrationSet, readings_of
from app.quality.calibration.rounds import is_read, task_of
from app.quality.calibration.standing import Calibrated, modalities_asked, standing_of
from app.quality.gold.models import get_gold
from app.review.assignment import Assignment
from app.review.copies import ItemCopy
from app.review.item import get_item
from app.review.states import AssignmentState


class CalibrationAnswers:
    """Gold beside a reader's own answer, once the whole attempt is submitted: never before, of any of its texts."""

    key = "calibration"

    def answer(self, session: Session, copy: ItemCopy) -> int | None:
        reading = session.get(CalibrationReading, copy.item_id)
        if reading is None or not is_read(session, session.get_one(CalibrationAttempt, reading.attempt_id)):
            return None
        return get_gold(session, reading.gold_id).submission_id


@dataclass(frozen=True)
class OwnAttempt:
    """An attempt as its reader sees it: texts with their tasks, how many are read, the result when it is there."""

    attempt: CalibrationAttempt
    title: str
    project: str
    texts: list[tuple[str, int]]
    read: int

    @property
    def is_read(self) -> bool:
        return self.read == len(self.texts)


def own_attempts(session: Session, actor: Actor, limit: int = 20) -> list[OwnAttempt]:
    """The actor's own attempts, newest first."""
    query = select(CalibrationAttempt).where(CalibrationAttempt.person_id == actor.id)
    return [_own(session, one) for one in session.scalars(query.order_by(CalibrationAttempt.id.desc()).limit(limit))]


def _own(session: Session, attempt: CalibrationAttempt) -> OwnAttempt:
    row = session.get_one(CalibrationSet, attempt.set_id)
    tasks = [task_of(session, reading.item_id) for reading in readings_of(session, attempt.id)]
    texts = [(get_item(session, task.item_id).label, task.id) for task in tasks]
    read = sum(task.state == AssignmentState.SUBMITTED for task in tasks)
    return OwnAttempt(attempt, row.title, get_project(session, row.project_id).title, texts, read)


def standings(session: Session, project: Project, *, at: int) -> list[Calibrated]:
    """How each reader stands, in each modality that has a set."""
    people = sorted({m.person_id for m in list_members(session, project.id) if m.role == ProjectRole.ANNOTATOR})
    modalities = modalities_asked(session, project.id)
    return [standing_of(session, project, person, name, at=at) for person in people for name in modalities]


def count_read(session: Session, attempt: CalibrationAttempt) -> tuple[int, int]:
    """Texts submitted, and all texts, of an attempt."""
    items = [reading.item_id for reading in readings_of(session, attempt.id)]
    done = (Assignment.item_id.in_(items), Assignment.state == AssignmentState.SUBMITTED)
    return session.scalar(select(func.count()).select_from(Assignment).where(*done)) or 0, len(items)
