"""Passwords: argon2id hashes. Hashing is slow on purpose, so it happens outside transactions."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.accounts.notice import tell
from app.accounts.password_rules import normal_password, password_problems
from app.accounts.person import Person
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import new_salt
from app.core.errors import invalid

# ASVS 5.0 11.4.2: argon2id with t=2 needs at least 19456 KiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=32_768, parallelism=1)


class Password(Base):
    """A person's current password as an argon2id hash; there is no row until one is chosen."""

    __tablename__ = "password"
    __table_args__ = (
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": ("person_id",), "with": (("hash", "salt"),), "delete": True},
                "bundle": "never",
                "tags": (Tag.PASSWORD_CHANGED, Tag.PASSWORD_RESET_ISSUED),
            }
        },
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[int]
    #: for the digest of this row in the log; leaves the database in backups only
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)


def hash_password(password: str, person: Person) -> str:
    """The hash to store. Raises Invalid with what is wrong with the password."""
    if problems := password_problems(password, (person.username, person.display_name)):
        raise invalid(problems, "password-refused")
    return _HASHER.hash(normal_password(password))


def is_password(stored: str | None, password: str) -> bool:
    """Whether the password is right. Without a stored hash the same work is done, and it never is."""
    try:
        _HASHER.verify(stored or _nobodys_hash(), normal_password(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def find_hash(session: Session, person_id: int) -> str | None:
    row = session.get(Password, person_id)
    return row.hash if row else None


def store_hash(session: Session, actor: AnyActor, person_id: int, encoded: str, *, at: int) -> None:
    """Replace a person's password by one `hash_password` made, and say so."""
    row = session.get(Password, person_id)
    if row is None:
        session.add(Password(person_id=person_id, hash=encoded, changed_at=at))
    else:
        row.hash, row.changed_at, row.salt = encoded, at, new_salt()
    stream, subject = streams.account(person_id), Subject("person", person_id)
    tell(session, person_id, record(session, Tag.PASSWORD_CHANGED, stream=stream, actor=actor, subject=subject, at=at))


def drop_hash(session: Session, person_id: int) -> None:
    """Make a lost password worthless (21 CFR 11.300(c)); the caller records the event."""
    row = session.get(Password, person_id)
    if row is not None:
        session.delete(row)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("the password of nobody at all")
