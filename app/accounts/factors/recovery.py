"""Recovery codes: ten strings on paper that stand in for a lost factor, each once; only their digests are stored."""

from __future__ import annotations

import base64
import re
import secrets

from sqlalchemy import CheckConstraint, ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, record
from app.core.db import RECORD, Base, Session, for_update
from app.core.digest import sha256

COUNT = 10
#: 120 random bits: from 112 on a plain digest is enough (ASVS 5.0 6.5.2)
RANDOM_BYTES = 15


class RecoveryCode(Base):
    """One code of one person, by its SHA-256. It ends by being used, or replaced, or with all factors."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        CheckConstraint("length(code_sha256) = 64", name="code_sha256"),
        CheckConstraint("(ended_at is null) = (ended_because is null)", name="end_reasoned"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.RECOVERY_CODES_MADE, Tag.RECOVERY_CODE_USED, Tag.FACTOR_REMOVED, Tag.FACTORS_RESET),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(Text, unique=True)
    made_at: Mapped[int]
    ended_at: Mapped[int | None]
    ended_because: Mapped[str | None] = mapped_column(Text)


def make_codes(session: Session, actor: AnyActor, person_id: int, *, at: int) -> list[str]:
    """New codes, to be shown once; older ones open nothing from now on."""
    end_codes(session, person_id, "replaced", at=at)
    codes = [_written(secrets.token_bytes(RANDOM_BYTES)) for _ in range(COUNT)]
    session.add_all(RecoveryCode(person_id=person_id, code_sha256=_digest(code), made_at=at) for code in codes)
    stream, subject = streams.account(person_id), Subject("person", person_id)
    record(
        session, Tag.RECOVERY_CODES_MADE, stream=stream, actor=actor, subject=subject, data={"count": COUNT}, at=at
    )
    return codes


def use_code(session: Session, actor: LoggedActor, person_id: int, typed: str, *, at: int) -> bool:
    """Whether it is an unused code of this person; it is used then, and the log says so."""
    query = select(RecoveryCode).where(
        RecoveryCode.person_id == person_id, RecoveryCode.code_sha256 == _digest(typed), RecoveryCode.ended_at.is_(None)
    )
    row = session.scalar(for_update(query))
    if row is None:
        return False
    row.ended_at, row.ended_because = at, "used"
    session.flush()
    stream, subject = streams.account(person_id), Subject("person", person_id)
    data = {"left": count_codes(session, person_id)}
    record(session, Tag.RECOVERY_CODE_USED, stream=stream, actor=actor, subject=subject, data=data, at=at)
    return True


def count_codes(session: Session, person_id: int) -> int:
    """How many codes are left."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.person_id == person_id, RecoveryCode.ended_at.is_(None))) or 0


def end_codes(session: Session, person_id: int, because: str, *, at: int) -> None:
    """The caller records the event."""
    query = select(RecoveryCode).where(RecoveryCode.person_id == person_id, RecoveryCode.ended_at.is_(None))
    for row in session.scalars(query):
        row.ended_at, row.ended_because = at, because


def _written(data: bytes) -> str:
    """In groups of four, as it is read from paper: `abcd-efgh-…`"""
    letters = base64.b32encode(data).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _digest(typed: str) -> str:
    """Case, spaces and dashes say nothing; base 32 has no 0, 1 and 8, which are read for O, L and B."""
    plain = re.sub(r"[\W_]+", "", typed.casefold()).translate(str.maketrans("018", "olb"))
    return sha256(f"recovery code:{plain}")
