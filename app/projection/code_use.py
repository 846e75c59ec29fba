"""Which codes the settled answers of a project use: kept as answers are frozen, rebuilt from them at will."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ForeignKey, Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.agreement.judgements import Payload
from app.annotation.coding.encounter import codes_in
from app.core.db import PROJECTION, Base, Session
from app.core.isolation import set_aside
from app.projection.rebuilt import Rebuilt
from app.review.item import Item, get_item
from app.review.queries.answers import Submission, SubmissionKind, payload_of, settled_answers


class CodeUse(Base):
    """One code in the settled answer of one item.

    The row goes with the answer's body: what was destroyed must not live on in a copy.
    """

    __tablename__ = "code_use"
    __table_args__ = (
        Index("ix_code_use_project_code", "project_id", "system", "code"),
        {"info": {"kind": PROJECTION}},
    )

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    system: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))


class CodeUses:
    """Keeps `code_use` in step with settled answers."""

    key = "code_use"

    def frozen(self, session: Session, item: Item, submission: Submission, payload: Payload) -> None:
        """The item's codes are those of its newest settled answer."""
        if submission.kind != SubmissionKind.SETTLED:
            return
        session.flush()  # the body's row must be there before what refers to it
        session.execute(delete(CodeUse).where(CodeUse.item_id == item.id))
        place = {"submission_id": submission.id, "item_id": item.id, "project_id": item.project_id}
        session.add_all(CodeUse(**place, system=system, code=code) for system, code in sorted(codes_in(payload)))


def rebuild(session: Session, project_id: int) -> Rebuilt:
    """Make a project's rows anew from its settled answers; an answer that breaks down is set aside."""
    session.execute(delete(CodeUse).where(CodeUse.project_id == project_id))
    keeper = CodeUses()
    aside: dict[int, str] = {}
    for answer in settled_answers(session, project_id):
        with set_aside(aside, answer.submission_id, stage="projection code_use"), session.begin_nested():
            submission = session.get_one(Submission, answer.submission_id)
            keeper.frozen(session, get_item(session, answer.item_id), submission, payload_of(session, submission.id))
    session.flush()
    rows = select(func.count()).select_from(CodeUse).where(CodeUse.project_id == project_id)
    return Rebuilt(session.scalar(rows) or 0, aside)


def usage(session: Session, project_id: int, system: str) -> dict[str, int]:
    """Code → number of items in whose settled answer it stands, for the ranking of searches."""
    rows = session.execute(
        select(CodeUse.code, func.count())
        .where(CodeUse.project_id == project_id, CodeUse.system == system)
        .group_by(CodeUse.code)
    )
    return dict(rows.all())


def uses_of(session: Session, project_ids: Iterable[int], system: str, code: str) -> dict[int, int]:
    """Project id → number of items that use a code, for those projects only."""
    rows = session.execute(
        select(CodeUse.project_id, func.count())
        .where(CodeUse.project_id.in_(list(project_ids)), CodeUse.system == system, CodeUse.code == code)
        .group_by(CodeUse.project_id)
    )
    return dict(rows.all())


def codes_in_use(session: Session, project_ids: Iterable[int], system: str) -> set[str]:
    """Every code of a system these projects use: what a new release must be compared with."""
    chosen = (CodeUse.project_id.in_(list(project_ids)), CodeUse.system == system)
    return set(session.scalars(select(CodeUse.code).where(*chosen).distinct()))
