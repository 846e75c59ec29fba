"""Withdrawing a delivery as an act for two: its texts and keys are destroyed for good."""

from __future__ import annotations

from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.approval import ActFacts
from app.core.db import Session
from app.corpus.batch import get_batch
from app.corpus.project import get_project, project_subject
from app.intake.withdraw import require_withdrawable, withdraw_batch


class WithdrawDelivery:
    """Facts: batch, project."""

    key = "withdrawal"
    title = "withdrawal of a delivery"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return None, facts["project"]

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        batch = get_batch(session, facts["batch"])
        policy.require(session, actor, policy.Action.WITHDRAW_BATCH, project_subject(batch.project_id), at=at)
        require_withdrawable(session, batch)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return True

    def words(self, session: Session, facts: ActFacts) -> str:
        batch = get_batch(session, facts["batch"])
        title = get_project(session, batch.project_id).title
        return f"Delivery {batch.id} of {title} ({batch.stored} records): its texts and keys are destroyed for good"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        return withdraw_batch(session, actor, get_batch(session, facts["batch"]), at=at)
