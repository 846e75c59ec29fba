"""A person: one account for one individual, never deleted, its username never given to another."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.notice import tell_unless_own
from app.accounts.policy import Action, PolicySubject
from app.accounts.second_person import require_two
from app.accounts.session import close_all
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import new_salt
from app.core.errors import Conflict, NotFound, Problem, invalid
from app.core.text import is_printable_line

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")
_TOLD = frozenset({Tag.PERSON_REACTIVATED, Tag.IDENTITY_VERIFIED, Tag.IDENTITY_SUSPENDED})


class Status(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Person(Base):
    """One individual. Usernames stay taken for ever (21 CFR 11.100(a)), so rows are never deleted."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("status in ('active', 'deactivated')", name="status_known"),
        CheckConstraint("(status = 'deactivated') = (deactivated_at is not null)", name="deactivated_dated"),
        CheckConstraint(
            "(identity_verified_at is null) = (identity_verified_by is null)"
            " and (identity_verified_at is null) = (identity_method is null)",
            name="identity_complete",
        ),
        CheckConstraint("identity_verified_by <> id", name="identity_by_another"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": ("id", "username", "display_name", "profession", "specialty", "created_at")},
                "tags": (
                    Tag.PERSON_CREATED,
                    Tag.PERSON_DEACTIVATED,
                    Tag.PERSON_REACTIVATED,
                    Tag.IDENTITY_VERIFIED,
                    Tag.IDENTITY_SUSPENDED,
                ),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    profession: Mapped[str] = mapped_column(Text, default="")
    specialty: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(Text, default=Status.ACTIVE.value)
    created_at: Mapped[int]
    deactivated_at: Mapped[int | None]
    # 21 CFR 11.100(b): whoever signs was identified first, by somebody else.
    identity_verified_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    identity_verified_at: Mapped[int | None]
    identity_method: Mapped[str | None] = mapped_column(Text)
    #: what the digest of this row in the log is made with, so that it tells nobody a name
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)

    @property
    def is_active(self) -> bool:
        return self.status == Status.ACTIVE


@dataclass(frozen=True)
class NewPerson:
    """What is asked for an account."""

    username: str
    display_name: str
    profession: str = ""
    specialty: str = ""

    def problems(self) -> list[Problem]:
        found = []
        if not USERNAME.fullmatch(normal_username(self.username)):
            rule = "3 to 64 of a-z, 0-9, dot, dash, underscore; a letter or digit at both ends"
            found.append(Problem("username-malformed", "username", rule))
        for where in ("display_name", "profession", "specialty"):
            value = getattr(self, where)
            if len(value) > 200 or not is_printable_line(value):
                found.append(Problem("text-unfit", where, "at most 200 printable characters"))
        if not self.display_name.strip():
            # 21 CFR 11.50(a)(1): signatures print the name.
            found.append(Problem("name-missing", "display_name", "a printed name is needed"))
        return found


def subject_of(person: Person) -> PolicySubject:
    return PolicySubject("person", person.id)


def normal_username(username: str) -> str:
    """Upper and lower case, full-width and plain letters are one username."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def create_person(session: Session, actor: AnyActor, new: NewPerson, *, at: int) -> Person:
    """Open an account, without a password. Raises Forbidden, Invalid, Conflict("username-taken")."""
    policy.require(session, actor, Action.MANAGE_PEOPLE, PolicySubject("person", None), at=at)
    if problems := new.problems():
        raise invalid(problems)
    username = normal_username(new.username)
    if session.scalar(select(Person.id).where(Person.username == username)) is not None:
        raise Conflict("username-taken", "this username is or was somebody's")
    person = Person(
        username=username,
        display_name=new.display_name.strip(),
        profession=new.profession.strip(),
        specialty=new.specialty.strip(),
        status=Status.ACTIVE.value,
        created_at=at,
    )
    session.add(person)
    session.flush()
    _say(session, actor, person, Tag.PERSON_CREATED, at=at)
    return person


def verify_identity(session: Session, actor: AnyActor, person: Person, by: int, method: str, *, at: int) -> None:
    """State that `by` has established who this is (21 CFR 11.100(b)); without it nobody signs. It takes two."""
    require_may_identify(session, actor, person, by, method, at=at)
    authority = require_two(session, actor)
    person.identity_verified_by, person.identity_verified_at = by, at
    person.identity_method = method.strip()
    _say(session, actor, person, Tag.IDENTITY_VERIFIED, {"by": by} | authority, at=at)


def require_may_identify(session: Session, actor: AnyActor, person: Person, by: int, method: str, *, at: int) -> None:
    """Raises Forbidden, Invalid or Conflict("own-identity")."""
    policy.require(session, actor, Action.MANAGE_PEOPLE, subject_of(person), at=at)
    if not method.strip():
        raise invalid([Problem("method-missing", "method", "say how the identity was established")])
    if by == person.id:
        raise Conflict("own-identity", "somebody else has to verify a person's identity")


def suspend_identity(session: Session, actor: AnyActor, person: Person, *, at: int) -> None:
    """After a reset it is open again who has the account: nothing is signed until somebody has established it."""
    if person.identity_verified_at is None:
        return
    person.identity_verified_by = person.identity_verified_at = person.identity_method = None
    _say(session, actor, person, Tag.IDENTITY_SUSPENDED, at=at)


def deactivate(session: Session, actor: AnyActor, person: Person, *, at: int) -> None:
    """Close an account and end its sessions at once; its work stays. Raises Forbidden, Conflict."""
    policy.require(session, actor, Action.DEACTIVATE_PERSON, subject_of(person), at=at)
    if not person.is_active:
        raise Conflict("already-deactivated", "this account is closed already")
    person.status, person.deactivated_at = Status.DEACTIVATED.value, at
    _say(session, actor, person, Tag.PERSON_DEACTIVATED, at=at)
    close_all(session, actor, person.id, "deactivated", at=at)


def reactivate(session: Session, actor: AnyActor, person: Person, *, at: int) -> None:
    """Open a closed account again. Its old sessions stay ended. Raises Forbidden, Conflict."""
    policy.require(session, actor, Action.MANAGE_PEOPLE, subject_of(person), at=at)
    if person.is_active:
        raise Conflict("already-active", "this account is open")
    person.status, person.deactivated_at = Status.ACTIVE.value, None
    _say(session, actor, person, Tag.PERSON_REACTIVATED, at=at)


def end_sessions(session: Session, actor: AnyActor, person: Person, *, at: int) -> int:
    """Sign a person out everywhere; how many sessions ended. Raises Forbidden."""
    policy.require(session, actor, Action.MANAGE_PEOPLE, subject_of(person), at=at)
    return close_all(session, actor, person.id, "ended-by-admin", at=at)


def get_person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("not-found", "no such person")
    return person


def find_by_username(session: Session, username: str) -> Person | None:
    return session.scalar(select(Person).where(Person.username == normal_username(username)))


def get_by_username(session: Session, username: str) -> Person:
    person = find_by_username(session, username)
    if person is None:
        raise NotFound("unknown-person", f"nobody has the user name {username!r}")
    return person


def list_people(session: Session, *, after: str = "", limit: int = 100) -> list[Person]:
    """People by username, a page at a time: `after` is the last username of the page before."""
    query = select(Person).where(Person.username > after).order_by(Person.username).limit(limit)
    return list(session.scalars(query))


def _say(session: Session, actor: AnyActor, person: Person, tag: Tag, data: dict | None = None, *, at: int) -> None:
    person.salt = person.salt or new_salt()  # rows from before had none
    stream, subject = streams.account(person.id), Subject("person", person.id)
    event = record(session, tag, stream=stream, actor=actor, subject=subject, data=data, at=at)
    if tag in _TOLD:
        tell_unless_own(session, person.id, event)
