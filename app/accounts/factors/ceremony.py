"""Ceremonies under way: a challenge or a step that is good once, for minutes, for one person, session and act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.session import new_token
from app.core.clock import DAY, MINUTE
from app.core.db import OPERATIONAL, Base, Session, for_update
from app.core.digest import sha256


class CeremonyStep(StrEnum):
    """What a ceremony is a step of."""

    TOTP_ENROLMENT = "totp-enrolment"
    PASSKEY_ENROLMENT = "passkey-enrolment"
    PASSKEY_USE = "passkey-use"
    SIGN_IN = "sign-in"  # the password was right, the second factor is still to come
    PROVIDER = "provider"  # somebody is on the way to the identity provider and back
    PROVIDER_PROOF = "provider-proof"  # … and what they show there is for a signature


LIFETIME = {
    CeremonyStep.TOTP_ENROLMENT: 15 * MINUTE,
    CeremonyStep.PASSKEY_ENROLMENT: 5 * MINUTE,
    CeremonyStep.PASSKEY_USE: 2 * MINUTE,
    CeremonyStep.SIGN_IN: 5 * MINUTE,
    CeremonyStep.PROVIDER: 10 * MINUTE,
    CeremonyStep.PROVIDER_PROOF: 10 * MINUTE,
}


class Ceremony(Base):
    """One step somebody has begun. Known by the SHA-256 of its token (of a passkey: its challenge) only."""

    __tablename__ = "ceremony"
    __table_args__ = (
        CheckConstraint("expires_at > begun_at", name="expires_later"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    step: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: what it is bound to besides its person: a session, an act
    scope: Mapped[str] = mapped_column(Text)
    #: what has to be known again when it ends, sealed
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    begun_at: Mapped[int]
    expires_at: Mapped[int]
    #: by what the identity provider says it knew the person, once its answer has come
    answer: Mapped[str | None] = mapped_column(Text)
    used_at: Mapped[int | None]


@dataclass(frozen=True)
class Bound:
    """What a ceremony is good for: the step, the person (None: not known yet), a session or act."""

    step: CeremonyStep
    person_id: int | None
    scope: str = ""


def begin(session: Session, bound: Bound, *, sealed: bytes | None = None, token: str = "", at: int) -> str:
    """Begin a ceremony; its token, 256 random bits unless one is given, is stored nowhere."""
    token = token or new_token()
    row = Ceremony(
        token_sha256=sha256(token),
        step=bound.step.value,
        person_id=bound.person_id,
        scope=bound.scope,
        sealed=sealed,
        begun_at=at,
        expires_at=at + LIFETIME[bound.step],
    )
    session.add(row)
    return token


def find(session: Session, token: str, step: CeremonyStep, *, at: int, lock: bool = False) -> Ceremony | None:
    """A ceremony that can still be ended; None for one that is unknown, used or too old."""
    query = select(Ceremony).where(Ceremony.token_sha256 == sha256(token), Ceremony.step == step.value)
    row = session.scalar(for_update(query) if lock else query)
    return row if row is not None and row.used_at is None and at < row.expires_at else None


def spend(session: Session, token: str, bound: Bound, *, at: int) -> Ceremony | None:
    """End a ceremony, once; None for one that is unknown, used, too old or bound to something else."""
    row = find(session, token, bound.step, at=at, lock=True)
    if row is None or (row.person_id, row.scope) != (bound.person_id, bound.scope):
        return None
    row.used_at = at
    return row


def sweep(session: Session, *, at: int) -> None:
    """Forget what was begun a day ago."""
    session.execute(delete(Ceremony).where(Ceremony.expires_at < at - DAY))
