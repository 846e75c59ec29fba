"""Browsers in which a person has signed in before: strangers who guess at the account do not lock these out.

A cookie holds a random token, the database its SHA-256; it opens nothing (OWASP: "Slow Down Online Guessing Attacks
with Device Cookies"). Each browser has a brake of its own.
"""

from __future__ import annotations

import re

from sqlalchemy import ForeignKey, Text, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.person import Person, normal_username
from app.accounts.session import new_token
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, record
from app.core.clock import DAY
from app.core.db import OPERATIONAL, Base, Session, find_by_key
from app.core.digest import sha256

KEEP = 180 * DAY


class KnownBrowser(Base):
    """One person in one browser; a ward's browser is known to several."""

    __tablename__ = "known_browser"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    token_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False, index=True)
    first_at: Mapped[int]
    last_at: Mapped[int]


def is_known(session: Session, token: str, username: str, *, at: int) -> bool:
    """Whether this person has signed in with this token's browser lately."""
    if not token:
        return False
    query = (
        select(KnownBrowser.person_id)
        .join(Person, Person.id == KnownBrowser.person_id)
        .where(
            KnownBrowser.token_sha256 == sha256(token),
            Person.username == normal_username(username),
            KnownBrowser.last_at > at - KEEP,
        )
    )
    return session.scalar(query) is not None


def know(session: Session, token: str, person_id: int, *, at: int) -> str:
    """Remember a browser; its token: the one it has, where that is ours, else a new one."""
    session.execute(delete(KnownBrowser).where(KnownBrowser.last_at < at - KEEP))
    digest = sha256(token) if token else ""
    ours = session.scalar(select(KnownBrowser.person_id).where(KnownBrowser.token_sha256 == digest).limit(1))
    if ours is None:
        token, digest = new_token(), ""
    digest = digest or sha256(token)
    row = find_by_key(session, KnownBrowser, digest, person_id)
    if row is None:
        session.add(KnownBrowser(token_sha256=digest, person_id=person_id, first_at=at, last_at=at))
    else:
        row.last_at = at
    return token


def count_known(session: Session, person_id: int) -> int:
    query = select(func.count()).select_from(KnownBrowser).where(KnownBrowser.person_id == person_id)
    return session.scalar(query) or 0


def forget_all(session: Session, actor: LoggedActor, person_id: int, *, at: int) -> None:
    """A lost or sold machine is no known browser any more; nothing is said where none was known."""
    known = count_known(session, person_id)
    if not known:
        return
    session.execute(delete(KnownBrowser).where(KnownBrowser.person_id == person_id))
    stream, subject = streams.account(person_id), Subject("person", person_id)
    data = {"count": known}
    record(session, Tag.BROWSERS_FORGOTTEN, stream=stream, actor=actor, subject=subject, data=data, at=at)


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def name_of(user_agent: str) -> str:
    """`Firefox on Linux`: enough to know one's own again, and none of what else a browser says of itself."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if re.search(rf"\b{sign}\b", user_agent)), "")
    return " on ".join(part for part in (browser, system) if part)
