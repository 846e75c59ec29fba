"""Sessions of signed-in people: kept on the server, known to the browser by a random token only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.notice import tell
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor as Recorded
from app.audit.log import Subject, record
from app.core.clock import DAY, HOUR, MINUTE, SECOND
from app.core.db import OPERATIONAL, Base, Session
from app.core.digest import sha256
from app.core.errors import NotFound

TOKEN_BYTES = 32
# `last_seen_at` is written at most this often, so that reading pages does not write.
TOUCH_EVERY = 30 * SECOND


class SignInSession(Base):
    """One browser's session. Only the SHA-256 of its token is kept: the database cannot be replayed."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_because is null)", name="end_reasoned"),
        CheckConstraint("expires_at > created_at", name="expires_later"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[int]
    last_seen_at: Mapped[int]
    expires_at: Mapped[int]
    ended_at: Mapped[int | None]
    ended_because: Mapped[str | None] = mapped_column(Text)
    #: by what its person was known, words separated by spaces (`password totp`)
    factors: Mapped[str] = mapped_column(Text, default="password", server_default="password")
    #: which browser and network it was opened from, for its owner to know it again
    browser: Mapped[str] = mapped_column(Text, default="", server_default="")
    network: Mapped[str] = mapped_column(Text, default="", server_default="")

    @property
    def has_two_factors(self) -> bool:
        return len(self.factors.split()) > 1

    @property
    def ref(self) -> str:
        """How the log names the session: neither the token nor what it is looked up by."""
        return sha256(f"session:{self.token_sha256}")[:32]

    def is_living(self, lifetime: Lifetime, *, at: int) -> bool:
        """Neither ended, nor idle too long, nor too old."""
        return self.ended_at is None and at < self.expires_at and at - self.last_seen_at < lifetime.idle


@dataclass(frozen=True)
class Lifetime:
    """How long a session lives, in milliseconds: without a request, and in any case."""

    idle: int
    absolute: int

    @classmethod
    def of(cls, idle_minutes: int, session_hours: int) -> Lifetime:
        return cls(idle_minutes * MINUTE, session_hours * HOUR)


@dataclass(frozen=True)
class SessionOrigin:
    """How a session came about: by which factors, in which browser, from which network."""

    factors: tuple[str, ...] = ("password",)
    browser: str = ""
    network: str = ""


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def open_session(
    session: Session, person_id: int, token: str, lifetime: Lifetime, origin: SessionOrigin | None = None, *, at: int
) -> SignInSession:
    """Start a session under a token made for it; `sign_in` records the event."""
    origin = origin or SessionOrigin()
    row = SignInSession(
        token_sha256=sha256(token),
        person_id=person_id,
        created_at=at,
        last_seen_at=at,
        expires_at=at + lifetime.absolute,
        factors=" ".join(origin.factors),
        browser=origin.browser,
        network=origin.network,
    )
    session.add(row)
    session.flush()
    return row


def strengthen(session: Session, token: str, factor: str) -> None:
    """Its person has just shown another factor in this session."""
    row = session.scalar(select(SignInSession).where(SignInSession.token_sha256 == sha256(token)))
    if row is not None and factor not in row.factors.split():
        row.factors = f"{row.factors} {factor}"


def needs_touch(row: SignInSession, *, at: int) -> bool:
    return at - row.last_seen_at >= TOUCH_EVERY


def touch(session: Session, session_id: int, *, at: int) -> None:
    """Note that the session is in use."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.last_seen_at < at)
        .values(last_seen_at=at)
    )


def close_session(session: Session, actor: Recorded, token: str, *, at: int) -> None:
    """Sign out. A token without a living session is no error."""
    row = session.scalar(select(SignInSession).where(SignInSession.token_sha256 == sha256(token)))
    if row is not None and row.ended_at is None:
        _end(session, actor, [row], "signed-out", at=at)


def close_all(
    session: Session, actor: Recorded, person_id: int, because: str, *, keep: str | None = None, at: int
) -> int:
    """End every session of a person, but for the one whose token is `keep`; how many ended."""
    query = select(SignInSession).where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
    kept = sha256(keep) if keep else None
    rows = [row for row in session.scalars(query) if row.token_sha256 != kept]
    _end(session, actor, rows, because, at=at)
    return len(rows)


def _end(session: Session, actor: Recorded, rows: list[SignInSession], because: str, *, at: int) -> None:
    for row in rows:
        row.ended_at, row.ended_because = at, because
        stream, subject = streams.account(row.person_id), Subject("session", row.ref)
        data = {"because": because}
        event = record(session, Tag.SIGNED_OUT, stream=stream, actor=actor, subject=subject, data=data, at=at)
        if because == "ended-by-admin":
            tell(session, row.person_id, event)


def close_one(session: Session, actor: Recorded, person_id: int, ref: str, *, at: int) -> None:
    """End one session of a person, named as the log names it. Raises NotFound."""
    rows = [row for row in list_open(session, person_id, at=at) if row.ref == ref]
    if not rows:
        raise NotFound("not-found", "there is no such session")
    _end(session, actor, rows, "ended-by-owner", at=at)


def list_open(session: Session, person_id: int, *, at: int) -> list[SignInSession]:
    """The sessions that have neither ended nor grown too old, newest first."""
    query = select(SignInSession).where(
        SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.expires_at > at
    )
    return list(session.scalars(query.order_by(SignInSession.id.desc())))


def count_open(session: Session, person_id: int, *, at: int) -> int:
    """How many sessions have neither ended nor grown too old."""
    return len(list_open(session, person_id, at=at))


def sweep(session: Session, person_id: int, *, at: int) -> None:
    """Forget a person's sessions that expired a month ago; the log keeps their events."""
    session.execute(
        delete(SignInSession).where(SignInSession.person_id == person_id, SignInSession.expires_at < at - 30 * DAY)
    )


def count_all_open(session: Session, *, at: int) -> int:
    """How many sessions of anybody have neither ended nor grown too old."""
    open_now = select(func.count()).where(SignInSession.ended_at.is_(None), SignInSession.expires_at > at)
    return session.scalar(open_now) or 0
