"""One-time links: an admin makes one, only its owner chooses the password (21 CFR 11.200(a)(3))."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.loading import load_actor
from app.accounts.password import drop_hash, find_hash, hash_password, is_password, store_hash
from app.accounts.person import Person, get_person, subject_of
from app.accounts.policy import Action
from app.accounts.session import close_all, new_token
from app.accounts.throttle import brake_account, forgive_try, take_try
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.clock import HOUR
from app.core.db import OPERATIONAL, Base, Database, Session
from app.core.digest import sha256
from app.core.errors import Conflict, Forbidden, NotFound

LINK_LIFETIME = 24 * HOUR


class PasswordLink(Base):
    """A link to choose a password: known to the database by the SHA-256 of its token only."""

    __tablename__ = "password_link"
    __table_args__ = (
        CheckConstraint("expires_at > issued_at", name="expires_later"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issued_at: Mapped[int]
    expires_at: Mapped[int]
    used_at: Mapped[int | None]


def issue_link(session: Session, actor: AnyActor, person: Person, *, at: int) -> str:
    """A token to show once; the old password, older links and all sessions end now.

    Raises Forbidden, Conflict("account-closed").
    """
    policy.require(session, actor, Action.MANAGE_PEOPLE, subject_of(person), at=at)
    if not person.is_active:
        raise Conflict("account-closed", "this account is closed")
    _spend_links(session, person.id, at=at)
    drop_hash(session, person.id)
    token = new_token()
    session.add(
        PasswordLink(token_sha256=sha256(token), person_id=person.id, issued_at=at, expires_at=at + LINK_LIFETIME)
    )
    subject = Subject("person", person.id)
    stream = streams.account(person.id)
    record(session, Tag.PASSWORD_RESET_ISSUED, stream=stream, actor=actor, subject=subject, at=at)
    close_all(session, actor, person.id, "reset", at=at)
    return token


def find_link_owner(session: Session, token: str, *, at: int) -> Person:
    """Whose password a link chooses. Raises NotFound for a spent, old or unknown link."""
    link = session.scalar(select(PasswordLink).where(PasswordLink.token_sha256 == sha256(token)))
    if link is not None and link.used_at is None and at < link.expires_at:
        person = get_person(session, link.person_id)
        if person.is_active:
            return person
    raise NotFound("link-spent", "this link has been used or is too old; ask for a new one")


def choose_password(database: Database, token: str, password: str, *, at: int) -> int:
    """Spend a link; returns the person's id. Raises NotFound, Invalid("password-refused")."""
    with database.reading() as session:
        person = find_link_owner(session, token, at=at)
    encoded = hash_password(password, person)

    def unit(session: Session) -> int:
        # Again, under the lock: the link is good once.
        owner = find_link_owner(session, token, at=at)
        _spend_links(session, owner.id, at=at)
        actor = load_actor(session, owner.id, at=at)
        store_hash(session, actor, owner.id, encoded, at=at)
        close_all(session, actor, owner.id, "password-changed", at=at)
        forgive_try(session, [brake_account("sign-in", owner.username)], at=at)
        return owner.id

    return database.writing(unit)


def change_password(
    database: Database, actor: Actor, current: str, new: str, *, keep: str | None = None, at: int
) -> None:
    """Change one's own password; other sessions end, that of token `keep` stays.

    Raises Forbidden("password-wrong"), Unavailable("too-many-attempts"), Invalid.
    """
    brakes = [brake_account("change", actor.id)]
    database.writing(lambda session: take_try(session, brakes, at=at))
    with database.reading() as session:
        person, stored = get_person(session, actor.id), find_hash(session, actor.id)
    if not is_password(stored, current):
        raise Forbidden("password-wrong", "your current password is not right")
    encoded = hash_password(new, person)

    def unit(session: Session) -> None:
        forgive_try(session, brakes, at=at)
        _spend_links(session, actor.id, at=at)
        store_hash(session, actor, actor.id, encoded, at=at)
        close_all(session, actor, actor.id, "password-changed", keep=keep, at=at)

    database.writing(unit)


def _spend_links(session: Session, person_id: int, *, at: int) -> None:
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.person_id == person_id, PasswordLink.used_at.is_(None))
        .values(used_at=at)
    )
