"""Second factors a person has: the records, what is remembered of their use, adding and removing them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import OPERATIONAL, RECORD, Base, Session, unique_where
from app.core.errors import NotFound, Problem, invalid
from app.core.text import is_printable_line

LONGEST_TITLE = 60
#: more than anybody carries; a session that was taken over fills no table
MOST = 10


class FactorKind(StrEnum):
    """What a second factor is."""

    TOTP = "totp"
    PASSKEY = "passkey"


class SecondFactor(Base):
    """One factor of one person. Rows are never changed but for their end."""

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint("kind in ('totp', 'passkey')", name="kind_known"),
        CheckConstraint("(kind = 'totp') = (secret_sealed is not null)", name="totp_has_secret"),
        CheckConstraint(
            "(kind = 'passkey') = (credential_id is not null)"
            " and (kind = 'passkey') = (public_key is not null) and (kind = 'passkey') = (host is not null)",
            name="passkey_has_key",
        ),
        CheckConstraint("(ended_at is null) = (ended_because is null)", name="end_reasoned"),
        # One app at a time: a code says nothing of which secret it is from.
        unique_where("uq_second_factor_totp", "person_id", where="kind = 'totp' and ended_at is null"),
        {"info": {"kind": RECORD, "tags": (Tag.FACTOR_ADDED, Tag.FACTOR_REMOVED, Tag.FACTORS_RESET)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    #: what its owner calls it
    title: Mapped[str] = mapped_column(Text)
    #: of an app: the shared secret, sealed under the master key
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: of a passkey: its id (base64url) and public key (COSE), and the host it was made for (RP ID)
    credential_id: Mapped[str | None] = mapped_column(Text, unique=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    host: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[int]
    ended_at: Mapped[int | None]
    ended_because: Mapped[str | None] = mapped_column(Text)


class FactorUse(Base):
    """What is remembered so that nothing is accepted twice: the last time step of an app, a passkey's counter."""

    __tablename__ = "factor_use"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    factor_id: Mapped[int] = mapped_column(ForeignKey("second_factor.id"), primary_key=True, autoincrement=False)
    counter: Mapped[int]
    last_used_at: Mapped[int]


def list_factors(session: Session, person_id: int) -> list[SecondFactor]:
    """The factors a person has now, oldest first."""
    query = select(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.ended_at.is_(None))
    return list(session.scalars(query.order_by(SecondFactor.id)))


def kinds_of(session: Session, person_id: int) -> frozenset[FactorKind]:
    return frozenset(FactorKind(row.kind) for row in list_factors(session, person_id))


def title_of(typed: str, otherwise: str) -> str:
    """What a factor is called. Raises Invalid."""
    title = typed.strip() or otherwise
    if len(title) > LONGEST_TITLE or not is_printable_line(title):
        raise invalid([Problem("text-unfit", "title", f"at most {LONGEST_TITLE} printable characters")])
    return title


def require_room(session: Session, person_id: int) -> None:
    """Raises Invalid for whoever has too many factors."""
    if len(list_factors(session, person_id)) >= MOST:
        raise invalid([Problem("too-many-factors", "title", f"at most {MOST}; remove one first")])


def add(session: Session, actor: AnyActor, row: SecondFactor, counter: int, *, at: int) -> SecondFactor:
    """Store a factor that has just passed a live check (21 CFR 11.300(e)), and what that check used up."""
    session.add(row)
    session.flush()
    session.add(FactorUse(factor_id=row.id, counter=counter, last_used_at=at))
    say(session, Tag.FACTOR_ADDED, actor, row, at=at)
    return row


def use_of(session: Session, row: SecondFactor) -> FactorUse:
    """The memory of a factor, locked: of two at once one is a repetition."""
    found = session.get(FactorUse, row.id, with_for_update=True, populate_existing=True)
    assert found is not None  # noqa: S101  (stored with its factor)
    return found


def get_own(session: Session, person_id: int, factor_id: int) -> SecondFactor:
    row = session.get(SecondFactor, factor_id)
    if row is None or row.person_id != person_id or row.ended_at is not None:
        raise NotFound("not-found", "you have no such factor")
    return row


def end(rows: Iterable[SecondFactor], because: str, *, at: int) -> None:
    """The caller records the event. A secret that opens nothing any more is not kept."""
    for row in rows:
        row.ended_at, row.ended_because = at, because
        if row.secret_sealed is not None:
            row.secret_sealed = b""


def say(session: Session, tag: Tag, actor: AnyActor, row: SecondFactor, *, at: int) -> None:
    """FactorKind and number; what its owner calls it stays out of the log."""
    stream, subject = streams.account(row.person_id), Subject("second_factor", row.id)
    record(session, tag, stream=stream, actor=actor, subject=subject, data={"kind": row.kind}, at=at)
