"""Which account at the identity provider is whose: tied by its owner, never by a name that looks alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, unique_where
from app.core.digest import sha256
from app.core.errors import Conflict, NotFound

PROVIDER, STRONG = "provider", "mfa"


class ExternalIdentity(Base):
    """One account at a provider (issuer and subject, OpenID Connect Core 5.7), and whose it is here."""

    __tablename__ = "external_identity"
    __table_args__ = (
        CheckConstraint("ended_at >= linked_at", name="ended_later"),
        unique_where("uq_external_identity_subject", "issuer", "subject", where="ended_at is null"),
        unique_where("uq_external_identity_person", "person_id", where="ended_at is null"),
        {"info": {"kind": RECORD, "tags": (Tag.PROVIDER_LINKED, Tag.PROVIDER_UNLINKED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[int]
    ended_at: Mapped[int | None]


@dataclass(frozen=True)
class ShownIdentity:
    """What the provider says of whoever signed in there; `auth_time` in seconds, 0 where it does not say."""

    issuer: str
    subject: str
    auth_time: int
    is_strong: bool
    groups: tuple[str, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """As a session and a signature name it; `mfa` (RFC 8176) where the provider asked for two factors."""
        return (PROVIDER, STRONG) if self.is_strong else (PROVIDER,)


def find_identity(session: Session, person_id: int) -> ExternalIdentity | None:
    """The account at the provider a person's account is tied to."""
    query = select(ExternalIdentity).where(
        ExternalIdentity.person_id == person_id, ExternalIdentity.ended_at.is_(None)
    )
    return session.scalar(query)


def find_owner(session: Session, shown: ShownIdentity) -> int | None:
    """Whose account here this is."""
    query = select(ExternalIdentity.person_id).where(
        ExternalIdentity.issuer == shown.issuer,
        ExternalIdentity.subject == shown.subject,
        ExternalIdentity.ended_at.is_(None),
    )
    return session.scalar(query)


def link(session: Session, actor: AnyActor, person_id: int, shown: ShownIdentity, *, at: int) -> None:
    """Tie a person's account to the one they have just shown. Raises Conflict where either is tied already."""
    if find_owner(session, shown) is not None:
        raise Conflict("provider-taken", "that account is tied to somebody here already")
    if find_identity(session, person_id) is not None:
        raise Conflict("provider-there", "your account is tied to another one; untie it first")
    row = ExternalIdentity(person_id=person_id, issuer=shown.issuer, subject=shown.subject, linked_at=at)
    session.add(row)
    session.flush()
    _say(session, actor, Tag.PROVIDER_LINKED, row, at=at)


def unlink(session: Session, actor: AnyActor, person_id: int, *, at: int) -> None:
    """Untie it; from the next request on nothing shown there counts here. Raises NotFound."""
    row = find_identity(session, person_id)
    if row is None:
        raise NotFound("not-found", "this account is not tied to the identity provider")
    row.ended_at = at
    _say(session, actor, Tag.PROVIDER_UNLINKED, row, at=at)


def _say(session: Session, actor: AnyActor, tag: Tag, row: ExternalIdentity, *, at: int) -> None:
    """The provider by name, its account by digest: a subject may be a name."""
    data: dict[str, Any] = {"issuer": row.issuer, "subject_sha256": sha256(f"{row.issuer} {row.subject}")}
    stream, subject = streams.account(row.person_id), Subject("person", row.person_id)
    record(session, tag, stream=stream, actor=actor, subject=subject, data=data, at=at)
