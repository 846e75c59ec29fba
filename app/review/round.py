"""Rounds: one independent reading of an item; rework is a new round that cites what it reconsiders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import NotFound
from app.review.item import Item
from app.review.workflows import Workflow, frozen_workflow


class Round(Base):
    """The n-th reading of an item by `readers` people who do not see each other."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("readers >= 1", name="readers_positive"),
        CheckConstraint("number = 1 OR cites_submission_id IS NOT NULL", name="rework_cites"),
        {"info": {"kind": RECORD, "tags": (Tag.ROUND_OPENED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    readers: Mapped[int]
    #: the rules it began under, whatever the project's settings say later: key, SHA-256 and canonical JSON
    workflow_key: Mapped[str] = mapped_column(Text)
    workflow_sha256: Mapped[str] = mapped_column(Text)
    workflow_json: Mapped[str] = mapped_column(Text)
    #: the submission this round reconsiders; no foreign key, since submissions refer to rounds
    cites_submission_id: Mapped[int | None]
    opened_at: Mapped[int]

    @property
    def workflow(self) -> Workflow:
        """The rules of this round."""
        return frozen_workflow(self.workflow_json)


def open_round(
    session: Session, actor: LoggedActor, item: Item, workflow: Workflow, *, cites: int | None = None, at: int
) -> Round:
    """Begin the next round of an item, under rules that are frozen into it."""
    last = session.scalar(select(func.max(Round.number)).where(Round.item_id == item.id)) or 0
    row = Round(
        item_id=item.id,
        number=last + 1,
        readers=workflow.readers,
        workflow_key=workflow.key,
        workflow_sha256=workflow.digest,
        workflow_json=workflow.document,
        cites_submission_id=cites,
        opened_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        Tag.ROUND_OPENED,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("round", row.id),
        data={
            "item": item.id,
            "number": row.number,
            "readers": row.readers,
            "cites": cites,
            "workflow": row.workflow_key,
            "workflow_sha256": row.workflow_sha256,
        }
        | _applied(workflow),
        project_id=item.project_id,
        at=at,
    )
    return row


def _applied(workflow: Workflow) -> dict[str, Any]:
    """Of rules that vary by item: what they came to here, and the digest of the project's."""
    if workflow.applied is None:
        return {}
    return {"applied": workflow.applied.model_dump(mode="json"), "composed_sha256": workflow.composed.digest}


def get_round(session: Session, round_id: int) -> Round:
    """Raises NotFound."""
    row = session.get(Round, round_id)
    if row is None:
        raise NotFound("round", f"there is no round {round_id}")
    return row


def newest() -> ColumnElement[bool]:
    """The round is the newest of its item."""
    other = aliased(Round)
    return Round.number == select(func.max(other.number)).where(other.item_id == Round.item_id).scalar_subquery()


def current_round(session: Session, item_id: int) -> Round:
    """The newest round. Raises NotFound before the first."""
    row = session.scalar(select(Round).where(Round.item_id == item_id).order_by(Round.number.desc()).limit(1))
    if row is None:
        raise NotFound("round", f"item {item_id} has not been assigned yet")
    return row
