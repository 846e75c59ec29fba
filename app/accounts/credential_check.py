"""Each check of a credential: the one it was recorded by, and every later one; rows never change."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.clock import DAY
from app.core.db import RECORD, Base, Session

#: within this time a clinician looks again at what was recorded before there was one to verify credentials
BOOTSTRAP_TERM = 90 * DAY


class CheckKind(StrEnum):
    """By whose authority a credential was checked."""

    BOOTSTRAP = "bootstrap"  # before anybody could verify: proposed by one person, confirmed by another
    VERIFIED = "verified"  # by a clinician of T3 or T4 who verifies credentials, re-authenticated


class CredentialCheck(Base):
    """Somebody looked at the evidence of a credential, how, and when it has to be looked at next."""

    __tablename__ = "credential_check"
    __table_args__ = (
        CheckConstraint("kind in ('bootstrap', 'verified')", name="kind_known"),
        CheckConstraint("evidence_sha256 is null or length(evidence_sha256) = 64", name="evidence_sha256"),
        CheckConstraint("next_due_at > at", name="next_later"),
        {
            "info": {
                "kind": RECORD,
                "bundle": "whole",
                "tags": (Tag.CREDENTIAL_GRANTED, Tag.CREDENTIAL_CHECKED),
                "append_only": True,
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    method: Mapped[str] = mapped_column(Text)
    evidence_sha256: Mapped[str | None] = mapped_column(Text)
    next_due_at: Mapped[int | None]
    at: Mapped[int]


def list_checks(session: Session, credential_ids: Collection[int]) -> dict[int, list[CredentialCheck]]:
    """Credential → its checks, oldest first. One recorded by a version without checks has none."""
    found: dict[int, list[CredentialCheck]] = {number: [] for number in credential_ids}
    query = select(CredentialCheck).where(CredentialCheck.credential_id.in_(credential_ids))
    for row in session.scalars(query.order_by(CredentialCheck.id)):
        found[row.credential_id].append(row)
    return found


def overdue_bootstrap(session: Session, credential_ids: Collection[int], *, at: int) -> set[int]:
    """Those recorded by a bootstrap verification that no clinician has looked at within its term."""
    kinds = (
        select(CredentialCheck.credential_id, func.min(CredentialCheck.at), func.max(CredentialCheck.kind))
        .where(CredentialCheck.credential_id.in_(credential_ids))
        .group_by(CredentialCheck.credential_id)
    )
    # Of the two kinds "verified" is the greater word: where it is not the greatest, there is none.
    return {
        number
        for number, first, last_kind in session.execute(kinds)
        if last_kind == CheckKind.BOOTSTRAP and first + BOOTSTRAP_TERM <= at
    }
