"""Training records: which course a person completed, until when it counts, and who recorded it (21 CFR 11.10(i))."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.notice import tell
from app.accounts.person import Person, get_person, subject_of
from app.accounts.policy import Action
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Conflict, NotFound, Problem, invalid

_STATED = ("id", "person_id", "course", "provider", "completed_at", "expires_at", "evidence_sha256", "recorded_at")


class TrainingRecord(Base):
    """One course of one person. Rows are never changed but for the revocation."""

    __tablename__ = "training_record"
    __table_args__ = (
        CheckConstraint("expires_at > completed_at", name="expires_later"),
        CheckConstraint("evidence_sha256 is null or length(evidence_sha256) = 64", name="evidence_sha256"),
        CheckConstraint("(revoked_at is null) = (revoked_because is null)", name="revoked_reasoned"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": _STATED, "once": ("revoked_at", "revoked_because")},
                "bundle": "whole",
                "tags": (Tag.TRAINING_RECORDED, Tag.TRAINING_REVOKED),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: as projects ask for it: compared in lower case
    course: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    completed_at: Mapped[int]
    expires_at: Mapped[int | None]
    evidence_sha256: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[int]
    revoked_at: Mapped[int | None]
    revoked_because: Mapped[str | None] = mapped_column(Text)

    def is_valid(self, at: int) -> bool:
        """Completed, not too long ago, and not withdrawn, at this moment."""
        lasts = self.expires_at is None or at < self.expires_at
        return self.completed_at <= at and lasts and (self.revoked_at is None or at < self.revoked_at)


@dataclass(frozen=True)
class Training:
    """What is stated of a training; times in milliseconds."""

    course: str
    provider: str
    completed_at: int
    expires_at: int | None = None
    evidence_sha256: str | None = None

    def problems(self, at: int) -> list[Problem]:
        found = []
        if not self.course.strip() or len(self.course) > 80:
            found.append(Problem("course-missing", "course", "name the course, in at most 80 characters"))
        if not self.provider.strip() or len(self.provider) > 200:
            found.append(Problem("provider-missing", "provider", "say who gave it, in at most 200 characters"))
        if self.completed_at > at:
            found.append(Problem("completed-later", "completed_at", "a day that is past"))
        if self.expires_at is not None and self.expires_at <= self.completed_at:
            found.append(Problem("expiry-early", "expires_at", "the expiry must follow the completion"))
        if self.evidence_sha256 and not re.fullmatch(r"[0-9a-f]{64}", self.evidence_sha256):
            found.append(Problem("evidence-malformed", "evidence_sha256", "64 lower-case hex digits"))
        return found


def normal_course(course: str) -> str:
    """Courses are compared in lower case: those projects ask for and those people completed."""
    return " ".join(course.split()).casefold()


def record_training(session: Session, actor: AnyActor, person: Person, stated: Training, *, at: int) -> TrainingRecord:
    """Record a course somebody completed; nobody records their own. Raises Forbidden, Invalid."""
    policy.require(session, actor, Action.RECORD_TRAINING, subject_of(person), at=at)
    if problems := stated.problems(at):
        raise invalid(problems)
    row = TrainingRecord(
        person_id=person.id,
        course=normal_course(stated.course),
        provider=stated.provider.strip(),
        completed_at=stated.completed_at,
        expires_at=stated.expires_at,
        evidence_sha256=stated.evidence_sha256,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    data = {"course": row.course, "completed_at": row.completed_at, "expires_at": row.expires_at}
    _say(session, actor, row, Tag.TRAINING_RECORDED, data, at=at)
    return row


def revoke_training(session: Session, actor: AnyActor, training_id: int, because: str, *, at: int) -> None:
    """Withdraw a record from now on. Raises NotFound, Forbidden, Invalid, Conflict."""
    row = get_training(session, training_id)
    policy.require(session, actor, Action.RECORD_TRAINING, subject_of(get_person(session, row.person_id)), at=at)
    if not because.strip():
        raise invalid([Problem("reason-missing", "because", "say why")])
    if row.revoked_at is not None:
        raise Conflict("already-revoked", "this record is withdrawn already")
    row.revoked_at, row.revoked_because = at, because.strip()
    _say(session, actor, row, Tag.TRAINING_REVOKED, {}, at=at)


def get_training(session: Session, training_id: int) -> TrainingRecord:
    """Raises NotFound."""
    row = session.get(TrainingRecord, training_id)
    if row is None:
        raise NotFound("not-found", "no such record of a training")
    return row


def list_trainings(session: Session, person_id: int) -> list[TrainingRecord]:
    """What a person completed, oldest first, withdrawn records too."""
    query = select(TrainingRecord).where(TrainingRecord.person_id == person_id).order_by(TrainingRecord.id)
    return list(session.scalars(query))


def trained_in(session: Session, people: Collection[int], courses: Collection[str], *, at: int) -> set[int]:
    """Those of these people who have completed every one of the courses, valid at this moment."""
    wanted = {normal_course(course) for course in courses}
    if not wanted:
        return set(people)
    query = select(TrainingRecord).where(TrainingRecord.person_id.in_(people), TrainingRecord.course.in_(wanted))
    done: dict[int, set[str]] = {}
    for row in session.scalars(query):
        if row.is_valid(at):
            done.setdefault(row.person_id, set()).add(row.course)
    return {person for person in people if done.get(person) == wanted}


def _say(session: Session, actor: AnyActor, row: TrainingRecord, tag: Tag, data: dict, *, at: int) -> None:
    stream, subject = streams.account(row.person_id), Subject("training", row.id)
    event = record(session, tag, stream=stream, actor=actor, subject=subject, data=data, at=at)
    tell(session, row.person_id, event)
