"""One-time links: only their owner chooses the password (21 CFR 11.200(a)(3)).

One administrator makes the link of somebody without power over texts. For whoever has such power it takes two: who
asks gets a code, who approves gets the link, and a password is chosen with both, so that neither can do it alone.
"""

from __future__ import annotations

import base64
import hmac
import secrets

from sqlalchemy import CheckConstraint, ForeignKey, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.loading import load_actor
from app.accounts.notice import Notice, tell
from app.accounts.password import drop_hash, find_hash, hash_password, is_password, store_hash
from app.accounts.person import Person, get_person, subject_of, suspend_identity
from app.accounts.policy import Action
from app.accounts.role import RoleGrant
from app.accounts.second_person import (
    PROJECT_ROLES_FOR_TWO,
    SERVER_ROLES_FOR_TWO,
    TIER_FOR_TWO,
    require_two,
)
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
        CheckConstraint("code_sha256 is null or length(code_sha256) = 64", name="code_sha256"),
        {"info": {"kind": OPERATIONAL}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    token_sha256: Mapped[str] = mapped_column(Text, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issued_at: Mapped[int]
    expires_at: Mapped[int]
    used_at: Mapped[int | None]
    #: of the code that has to be typed as well, where two people made the link
    code_sha256: Mapped[str | None] = mapped_column(Text)


def issue_link(session: Session, actor: AnyActor, person: Person, *, code_sha256: str | None = None, at: int) -> str:
    """A token to show once; the old password, older links and all sessions end now.

    Where a password was in force, its owner signs nothing until identified anew, and is told.
    Raises Forbidden, Conflict (account closed, takes two).
    """
    require_may_issue(session, actor, person, at=at)
    authority = require_two(session, actor) if has_power(session, person, at=at) else {}
    was_in_use = find_hash(session, person.id) is not None
    _spend_links(session, person.id, at=at)
    drop_hash(session, person.id)
    token = new_token()
    session.add(
        PasswordLink(
            token_sha256=sha256(token),
            person_id=person.id,
            issued_at=at,
            expires_at=at + LINK_LIFETIME,
            code_sha256=code_sha256,
        )
    )
    subject = Subject("person", person.id)
    stream = streams.account(person.id)
    tag = Tag.PASSWORD_RESET_ISSUED
    issued = record(session, tag, stream=stream, actor=actor, subject=subject, data=authority, at=at)
    if was_in_use:
        tell(session, person.id, issued)
        suspend_identity(session, actor, person, at=at)
    close_all(session, actor, person.id, "reset", at=at)
    return token


def require_may_issue(session: Session, actor: AnyActor, person: Person, *, at: int) -> None:
    """Raises Forbidden, Conflict("account-closed")."""
    policy.require(session, actor, Action.MANAGE_PEOPLE, subject_of(person), at=at)
    if not person.is_active:
        raise Conflict("account-closed", "this account is closed")


def has_power(session: Session, person: Person, *, at: int) -> bool:
    """Whether this person reads texts, judges, signs, or says who may, or did: nobody alone becomes them, not even
    by first taking away what they are, to have it given back later."""
    if not person.is_active:
        return False
    held = load_actor(session, person.id, at=at)
    in_projects = frozenset().union(*held.project_roles.values())
    granted = select(RoleGrant.id).where(RoleGrant.person_id == person.id, RoleGrant.role.in_(SERVER_ROLES_FOR_TWO))
    joined = select(Notice.id).where(Notice.person_id == person.id, Notice.tag == Tag.MEMBER_ADDED)
    return bool(
        in_projects & PROJECT_ROLES_FOR_TWO
        or held.identity_verified
        or any(one.tier >= TIER_FOR_TWO for one in held.credentials)
        or any(session.scalar(ever.limit(1)) is not None for ever in (granted, joined))
    )


def new_code() -> str:
    """What has to be typed beside a link: 60 random bits, in groups that are read out easily."""
    drawn = base64.b32encode(secrets.token_bytes(10)).decode("ascii")[:12]
    return "-".join(drawn[place : place + 4] for place in range(0, 12, 4))


def digest_of_code(code: str) -> str:
    """As it is stored: case, spaces and dashes do not count."""
    return sha256("reset-code:" + "".join(filter(str.isalnum, code)).upper())


def find_link_owner(session: Session, token: str, *, at: int) -> Person:
    """Whose password a link chooses. Raises NotFound for a spent, old or unknown link."""
    link = session.scalar(select(PasswordLink).where(PasswordLink.token_sha256 == sha256(token)))
    if link is not None and link.used_at is None and at < link.expires_at:
        person = get_person(session, link.person_id)
        if person.is_active:
            return person
    raise NotFound("link-spent", "this link has been used or is too old; ask for a new one")


def needs_code_of(session: Session, token: str) -> bool:
    """Whether a link is good only with the code that the first of two administrators has."""
    wanted = select(PasswordLink.code_sha256).where(PasswordLink.token_sha256 == sha256(token))
    return session.scalar(wanted) is not None


def _require_code(session: Session, token: str, code: str) -> None:
    wanted = session.scalar(select(PasswordLink.code_sha256).where(PasswordLink.token_sha256 == sha256(token)))
    if wanted is not None and not hmac.compare_digest(wanted, digest_of_code(code)):
        raise Forbidden("code-wrong", "the code is not the one that was given to you with this link")


def choose_password(database: Database, token: str, password: str, *, code: str = "", at: int) -> int:
    """Spend a link; returns the person's id.

    Raises NotFound, Invalid("password-refused"), Forbidden("code-wrong"), Unavailable("too-many-attempts").
    """
    with database.reading() as session:
        person, needs_code = find_link_owner(session, token, at=at), needs_code_of(session, token)
    encoded = hash_password(password, person)
    brakes = [brake_account("reset-code", person.id)]
    if needs_code:
        database.writing(lambda session: take_try(session, brakes, at=at))

    def unit(session: Session) -> int:
        # Again, under the lock: the link is good once.
        owner = find_link_owner(session, token, at=at)
        _require_code(session, token, code)
        forgive_try(session, brakes, at=at)
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
