"""Papers: agreements, approvals and legal bases a project works under; data, never code."""

from __future__ import annotations

import re
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.errors import Invalid, Problem, invalid
from app.corpus.project import Project, project_subject


class PaperKind(StrEnum):
    """What a paper is."""

    AGREEMENT = "agreement"
    ETHICS = "ethics"
    LEGAL_BASIS = "legal_basis"
    EXPERT_DETERMINATION = "expert_determination"
    #: that and how texts were de-identified before they came
    DEIDENTIFICATION = "deidentification"


class Paper(Base):
    """One paper; `sha256` is of the filed document, which is kept elsewhere."""

    __tablename__ = "paper"
    __table_args__ = (
        CheckConstraint("kind IN (" + ",".join(f"'{kind}'" for kind in PaperKind) + ")", name="kind_known"),
        {"info": {"kind": RECORD, "tags": (Tag.PAPER_FILED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[int]
    expires_at: Mapped[int | None]
    #: before that it is not in force; None: from its filing on
    starts_at: Mapped[int | None]


def file_paper(
    session: Session,
    actor: Actor,
    project: Project,
    kind: str,
    title: str,
    *,
    sha256: str,
    starts_at: int | None = None,
    expires_at: int | None = None,
    at: int,
) -> Paper:
    """File a paper, in force from `starts_at` (None: now) until `expires_at` (None: no end), in ms.

    Raises Forbidden or Invalid.
    """
    policy.require(session, actor, policy.Action.FILE_PAPER, project_subject(project.id), at=at)
    if kind not in set(PaperKind):
        raise Invalid("paper-kind", f"a paper is one of {', '.join(PaperKind)}")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Invalid("paper-digest", "the SHA-256 of the filed document is 64 hexadecimal digits")
    if starts_at is not None and expires_at is not None and starts_at >= expires_at:
        raise invalid([Problem("ends-before-it-begins", "expires_at", "it ends before it begins")])
    dates = {"starts_at": starts_at, "expires_at": expires_at}
    paper = Paper(project_id=project.id, kind=kind, title=title, sha256=sha256, filed_at=at, **dates)
    session.add(paper)
    session.flush()
    record(
        session,
        Tag.PAPER_FILED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("paper", paper.id),
        data={"kind": kind, "sha256": sha256} | dates,
        project_id=project.id,
        at=at,
    )
    return paper


def papers_in_force(session: Session, project_id: int, kind: PaperKind, *, at: int) -> list[Paper]:
    """Papers of a kind that have begun and have not expired at `at`."""
    rows = session.scalars(select(Paper).where(Paper.project_id == project_id, Paper.kind == kind))
    return [paper for paper in rows if is_in_force((paper.starts_at, paper.expires_at), at=at)]


def is_in_force(dates: tuple[int | None, int | None], *, at: int) -> bool:
    """Whether what begins and ends so counts at `at`; None is no bound."""
    starts, ends = dates
    return (starts is None or starts <= at) and (ends is None or ends > at)


def list_papers(session: Session, project_id: int) -> list[Paper]:
    """All papers of a project, expired ones too, newest first."""
    return list(session.scalars(select(Paper).where(Paper.project_id == project_id).order_by(Paper.id.desc())))
