"""What readers made of suggestions: kept as first readings are frozen, rebuilt from them at will."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.agreement.judgements import Payload
from app.annotation.decisions import decisions
from app.core.db import PROJECTION, Base, Session
from app.core.errors import Conflict, NotFound
from app.core.isolation import set_aside
from app.corpus.suggestion import Suggestion
from app.projection.rebuilt import Rebuilt
from app.review.assignment import get_assignment
from app.review.item import Item, context_of, context_to_begin, get_item, modality_of
from app.review.queries.answers import Submission, SubmissionKind, payload_of, readings_kept, standing_readings
from app.review.round import Round

ACTIONS = ("accepted", "edited", "rejected")


class SuggestionUse(Base):
    """How many suggestions of one label a reader accepted, edited and rejected in one answer.

    The row goes with the answer's body, as every copy of what may be destroyed.
    """

    __tablename__ = "suggestion_use"
    __table_args__ = (
        CheckConstraint("accepted >= 0 AND edited >= 0 AND rejected >= 0", name="counts_positive"),
        Index("ix_suggestion_use_project_id_pipeline", "project_id", "pipeline", "month", "label"),
        {"info": {"kind": PROJECTION}},
    )

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    pipeline: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    #: UTC, as 2026-11
    month: Mapped[str] = mapped_column(Text)
    accepted: Mapped[int]
    edited: Mapped[int]
    rejected: Mapped[int]


class SuggestionUses:
    """Keeps `suggestion_use` in step with answers.

    Only first readings count: whoever settles or verifies starts from people's answers, and so do the
    readers of a later round. A suggestion nobody has judged keeps an answer from being frozen, so
    there is no fourth action.
    """

    key = "suggestion_use"

    def frozen(self, session: Session, item: Item, submission: Submission, payload: Payload) -> None:
        if submission.kind != SubmissionKind.READING or not _is_first_round(session, submission):
            return
        started_from = get_assignment(session, submission.assignment_id).suggestion_id
        suggestion = session.get(Suggestion, started_from) if started_from else None
        if suggestion is None:
            return
        names = {name: getattr(suggestion, name) for name in ("pipeline", "version", "digest")}
        modality = modality_of(item)
        about = context_to_begin(session, item, context_of(session, item))
        start = modality.suggest(about, [suggestion.content | names])
        session.flush()  # the body's row must be there before what refers to it
        month = datetime.fromtimestamp(submission.frozen_at // 1000, tz=UTC).strftime("%Y-%m")
        shared = {"submission_id": submission.id, "project_id": item.project_id, "month": month}
        counts = Counter(decisions(start, payload, modality.kinds))
        for label in sorted({label for label, _ in counts}):
            numbers = {action: counts[label, action] for action in ACTIONS}
            session.add(
                SuggestionUse(
                    **shared, pipeline=suggestion.pipeline, version=suggestion.version, label=label, **numbers
                )
            )


def _is_first_round(session: Session, submission: Submission) -> bool:
    row = session.get(Round, submission.round_id)
    return row is not None and row.number == 1


def rebuild(session: Session, project_id: int) -> Rebuilt:
    """Make a project's rows anew from the readings whose bodies still exist; one that breaks down is set aside.

    Items whose text is hidden at the moment are left out: rebuild again when their hold is closed.
    """
    own = SuggestionUse.project_id == project_id
    session.execute(delete(SuggestionUse).where(own))
    keeper = SuggestionUses()
    aside: dict[int, str] = {}
    for submission in readings_kept(session, project_id):
        with set_aside(aside, submission.id, stage="projection suggestion_use"), suppress(Conflict, NotFound):
            item, payload = get_item(session, submission.item_id), payload_of(session, submission.id)
            with session.begin_nested():
                keeper.frozen(session, item, submission, payload)
    session.flush()
    return Rebuilt(session.scalar(select(func.count()).select_from(SuggestionUse).where(own)) or 0, aside)


def rates(session: Session, project_id: int) -> list[dict[str, Any]]:
    """Counts and shares per pipeline, version, month (newest first) and label, over standing first readings.

    An answer that was recalled does not count. Nor does one whose co-readers are still at work: counts
    of a single item would tell them what the other said.
    """
    groups = (SuggestionUse.pipeline, SuggestionUse.version, SuggestionUse.month, SuggestionUse.label)
    rows = session.execute(
        select(*groups, *(func.sum(getattr(SuggestionUse, action)) for action in ACTIONS))
        .where(SuggestionUse.project_id == project_id, SuggestionUse.submission_id.in_(standing_readings(project_id)))
        .group_by(*groups)
        .order_by(SuggestionUse.pipeline, SuggestionUse.version, SuggestionUse.month.desc(), SuggestionUse.label)
    )
    return [_rate(row[:4], [int(count) for count in row[4:]]) for row in rows]


def _rate(group: tuple[str, ...], counts: list[int]) -> dict[str, Any]:
    total = sum(counts)
    found: dict[str, Any] = dict(zip(("pipeline", "version", "month", "label"), group, strict=True))
    found |= dict(zip(ACTIONS, counts, strict=True)) | {"total": total}
    return found | {f"{action}_share": round(n / total, 4) for action, n in zip(ACTIONS, counts, strict=True)}
