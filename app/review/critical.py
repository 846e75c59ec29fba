"""Critical findings: noted as the answer that affirms one is frozen, so that a senior reviewer sees them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor
from app.agreement.judgements import Payload, Unit
from app.core import clock
from app.core.db import PROJECTION, Base, Session
from app.corpus.project import Project
from app.review.assignment import Assignment
from app.review.item import Item, context_of, modality_of
from app.review.states import ItemState
from app.review.submission import Submission, SubmissionKind
from app.review.weight import label_classes
from app.review.workflows import Step

#: what an assertion says of something that is not there, or not the patient's, now
_NOT_AFFIRMED = {
    ("polarity", "negated"), ("hypothetical", "true"), ("certainty", "unlikely"), ("temporality", "past"),
    ("experiencer", "family"), ("experiencer", "mother"), ("experiencer", "donor"), ("experiencer", "other"),
}  # fmt: skip
#: answers to a question by which it is not there
_ABSENT = {"negative", "not_mentioned", "not_present", "uncertain"}


class NotedFinding(Base):
    """An item in which a reader affirmed a critical label, since when, and when it was settled first.

    The row goes with the body of the answer that affirmed it.
    """

    __tablename__ = "critical_finding"
    __table_args__ = (
        Index("ix_critical_finding_project_id", "project_id", "settled_at"),
        {"info": {"kind": PROJECTION}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), index=True
    )
    noted_at: Mapped[int]
    settled_at: Mapped[int | None]


class CriticalFindings:
    """Keeps `critical_finding` in step with answers; a senior reviewer sees it with the next look at the queue."""

    key = "critical_finding"

    def frozen(self, session: Session, item: Item, submission: Submission, payload: Payload) -> None:
        row = session.get(NotedFinding, item.id)
        if submission.kind == SubmissionKind.SETTLED:
            if row is not None and row.settled_at is None:
                row.settled_at = submission.frozen_at
            return
        critical = {label for label, weight in label_classes(session, item).items() if weight == "critical"}
        if row is not None or not critical:
            return
        units = modality_of(item).units(payload, context_of(session, item))
        if affirmed_labels(units, critical):
            session.flush()  # the body's row must be there before what refers to it
            session.add(
                NotedFinding(
                    item_id=item.id, project_id=item.project_id, submission_id=submission.id,
                    noted_at=submission.frozen_at, settled_at=None,
                )
            )  # fmt: skip


def affirmed_labels(units: Iterable[Unit], critical: set[str]) -> set[str]:
    """Critical labels that an answer says are there, in this patient, now."""
    own = [unit for unit in units if unit.label in critical]
    denied = {
        (unit.label, unit.fragments) for unit in own
        if unit.kind == "assertion" and (unit.key, unit.value) in _NOT_AFFIRMED
    }  # fmt: skip
    return {
        unit.label for unit in own
        if unit.kind not in ("assertion", "code", "relation") and unit.value not in _ABSENT
        and (unit.label, unit.fragments) not in denied
    }  # fmt: skip


@dataclass(frozen=True)
class Pressing:
    """A critical finding that is not settled: where its item stands, and how long it has waited."""

    item: Item
    noted_at: int
    settled_at: int | None


def list_critical(session: Session, actor: Actor, project_id: int) -> list[Pressing]:
    """Findings of a project, those that wait first, oldest first; none of an item this person reads (INV-3)."""
    reading = select(Assignment.item_id).where(Assignment.person_id == actor.id, Assignment.step == Step.ANNOTATE)
    rows = session.execute(
        select(Item, NotedFinding.noted_at, NotedFinding.settled_at)
        .join(NotedFinding, NotedFinding.item_id == Item.id)
        .where(NotedFinding.project_id == project_id, Item.state != ItemState.WITHDRAWN)
        .where(Item.id.not_in(reading))
        .order_by(NotedFinding.settled_at.is_not(None), NotedFinding.noted_at)
        .limit(1000)
    )
    return [Pressing(*row) for row in rows]


@dataclass(frozen=True)
class OverdueFindings:
    """A project whose critical findings wait longer than it allows: items, and since when the oldest waits."""

    project: str
    items: tuple[int, ...]
    oldest_at: int


def overdue_findings(session: Session, *, at: int) -> list[OverdueFindings]:
    """Over all projects, for whoever watches the server: no actor, nothing of what was found."""
    rows = session.execute(
        select(Project, NotedFinding.item_id, NotedFinding.noted_at)
        .join(NotedFinding, NotedFinding.project_id == Project.id)
        .join(Item, Item.id == NotedFinding.item_id)
        .where(NotedFinding.settled_at.is_(None), Item.state != ItemState.WITHDRAWN)
        .order_by(Project.key, NotedFinding.noted_at)
    )
    late: dict[str, list[tuple[int, int]]] = {}
    for project, item, noted in rows:
        if at - noted >= project.setting("critical_minutes") * clock.MINUTE:
            late.setdefault(project.key, []).append((item, noted))
    return [OverdueFindings(key, tuple(item for item, _ in found), found[0][1]) for key, found in late.items()]
