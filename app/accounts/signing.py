"""Re-authentication for a signature: user name, password and second factor again, for one act on one digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor
from app.accounts.factors.checking import scope_of, use_second
from app.accounts.factors.desk import FactorDesk, Typed
from app.accounts.factors.factor import kinds_of
from app.accounts.password import find_hash, is_password
from app.accounts.person import normal_username
from app.accounts.policy import Action
from app.accounts.provider.flow import use_provider
from app.accounts.provider.identity import STRONG
from app.accounts.session import new_token
from app.accounts.throttle import brake_account, forgive_try, take_try
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.clock import MINUTE
from app.core.db import OPERATIONAL, Base, Database, Session, for_update
from app.core.digest import sha256
from app.core.errors import Forbidden

PROOF_LIFETIME = 2 * MINUTE


class Reauthentication(Base):
    """A proof, good once and for two minutes, that a person is there to sign one thing."""

    __tablename__ = "reauthentication"
    __table_args__ = (
        CheckConstraint("expires_at > made_at", name="expires_later"),
        CheckConstraint("length(signed_sha256) = 64", name="signed_sha256"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    session_ref: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    signed_sha256: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int]
    expires_at: Mapped[int]
    used_at: Mapped[int | None]
    #: by what the person was known, words separated by spaces
    factors: Mapped[str] = mapped_column(Text, default="username password", server_default="username password")


@dataclass(frozen=True)
class Intent:
    """What is about to be signed: the act, and the SHA-256 of the record or of the list of records."""

    action: Action
    signed_sha256: str


@dataclass(frozen=True)
class Factors:
    """The components of 21 CFR 11.200(a)(1)(i), all shown again each time: name, password (or a sign-in at the
    identity provider made for this act: its ceremony's token), and a second factor.

    `desk` checks the second factor; without one nobody who has a second factor is let through.
    """

    username: str
    password: str
    second: Typed | None = None
    provider: str = ""
    desk: FactorDesk | None = None


@dataclass(frozen=True)
class Proof:
    """What the signature manifest says about authentication."""

    factors: tuple[str, ...]
    reauth_at: int
    session_ref: str | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "factors": list(self.factors),
            "reauth_at": self.reauth_at,
            "session_id_hash": self.session_ref,
        }


def reauthenticate(database: Database, actor: Actor, factors: Factors, intent: Intent, *, at: int) -> str:
    """A token for `spend_proof`. Raises Forbidden("reauthentication-refused") without saying which
    factor was wrong, Forbidden("second-factor-missing") for whoever has none and needs one,
    Unavailable("too-many-attempts"). Both outcomes are in the log.
    """
    brakes = [brake_account("signing", actor.id)]
    with database.reading() as session:
        needs_second = _needs_second(session, actor, factors, intent)
    locks = database.writing(lambda session: take_try(session, brakes, at=at))
    with database.reading() as session:
        stored = find_hash(session, actor.id)
    is_named = normal_username(factors.username) == actor.username
    first = "password" if is_password(stored, factors.password) else None

    def unit(session: Session) -> str | None:
        known = first or use_provider(session, actor, factors.provider, intent.action, at=at)
        # What is good once is not spent on somebody who is not known.
        second = _second(session, actor, factors, intent, at=at) if is_named and known else None
        shown = tuple(filter(None, ("username", *(known or "").split(), second)))
        if not (is_named and known) or (needs_second and second is None and STRONG not in shown):
            _say_refused(session, actor, intent, locks, at=at)
            return None
        forgive_try(session, brakes, at=at)
        _say(session, Tag.REAUTHENTICATED, actor, intent, shown, at=at)
        return _make_proof(session, actor, intent, shown, at=at)

    token = database.writing(unit)
    if token is None:
        words = "user name, password or second factor is wrong" if needs_second else "user name or password is wrong"
        raise Forbidden("reauthentication-refused", f"{words}; nothing was signed")
    return token


def _needs_second(session: Session, actor: Actor, factors: Factors, intent: Intent) -> bool:
    """Whoever has a second factor shows it; who needs one and has none learns so before a try is counted."""
    if kinds_of(session, actor.id):
        return True
    demanded = factors.desk is not None and factors.desk.demands(intent.action)
    if demanded and not factors.provider:
        raise Forbidden("second-factor-missing", "this takes a second factor: set one up under your account first")
    return demanded


def _second(session: Session, actor: Actor, factors: Factors, intent: Intent, *, at: int) -> str | None:
    if factors.desk is None or not factors.second:
        return None
    scope = scope_of(actor.session_ref, intent.action)
    return use_second(session, factors.desk, actor, actor.id, factors.second, scope, at=at)


def spend_proof(session: Session, actor: Actor, token: str, intent: Intent, *, at: int) -> Proof:
    """Use a proof, in the transaction that signs. Raises Forbidden("proof-refused") for one that is
    unknown, used, older than two minutes, or another person's, session's, act's or record's.
    """
    query = select(Reauthentication).where(Reauthentication.token_sha256 == sha256(token))
    row = session.scalar(for_update(query))
    bound = (actor.id, actor.session_ref, intent.action.value, intent.signed_sha256)
    if (
        row is None
        or row.used_at is not None
        or at >= row.expires_at
        or (row.person_id, row.session_ref, row.action, row.signed_sha256) != bound
    ):
        raise Forbidden("proof-refused", "the confirmation is used, too old or for another record")
    row.used_at = at
    return Proof(tuple(row.factors.split()), row.made_at, row.session_ref)


def _make_proof(session: Session, actor: Actor, intent: Intent, shown: tuple[str, ...], *, at: int) -> str:
    token = new_token()
    session.add(
        Reauthentication(
            token_sha256=sha256(token),
            person_id=actor.id,
            session_ref=actor.session_ref,
            action=intent.action.value,
            signed_sha256=intent.signed_sha256,
            made_at=at,
            expires_at=at + PROOF_LIFETIME,
            factors=" ".join(shown),
        )
    )
    return token


def _say_refused(session: Session, actor: Actor, intent: Intent, locks: bool, *, at: int) -> None:
    _say(session, Tag.REAUTH_FAILED, actor, intent, at=at)
    if locks:
        _say(session, Tag.SIGN_IN_LOCKED, actor, intent, at=at)


def _say(session: Session, tag: Tag, actor: Actor, intent: Intent, shown: tuple[str, ...] = (), *, at: int) -> None:
    stream, subject = streams.account(actor.id), Subject("person", actor.id)
    data: dict[str, Any] = {"action": intent.action.value, "signed": intent.signed_sha256}
    if shown:
        data["factors"] = list(shown)
    record(session, tag, stream=stream, actor=actor, subject=subject, data=data, at=at)
