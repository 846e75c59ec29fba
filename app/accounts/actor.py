"""Who acts: a person as of now, a service that may never judge, or an operator at the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class ServerRole(StrEnum):
    """Functions on the whole server. None of them carries a clinical tier."""

    ADMIN = "admin"  # people, roles, credentials, code systems
    MANAGER = "manager"  # may start projects
    AUDITOR = "auditor"  # reads the log of every project
    PRIVACY_OFFICER = "privacy_officer"  # quarantine and withdrawal everywhere
    CREDENTIALING = "credentialing"  # verifies credentials of others; with T3 or T4 only


class ProjectRole(StrEnum):
    """Functions in one project."""

    MANAGER = "manager"  # quality lead
    ANNOTATOR = "annotator"
    VERIFIER = "verifier"
    ADJUDICATOR = "adjudicator"  # senior clinical reviewer
    PV_REVIEWER = "pv_reviewer"  # safety scientist
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"


class Kind(StrEnum):
    """What sort of actor: the policy says for each act which of them may."""

    PERSON = "person"
    SERVICE = "service"
    OPERATOR = "operator"


def _is_within(starts_at: int, ends_at: int | None, at: int) -> bool:
    return starts_at <= at and (ends_at is None or at < ends_at)


@dataclass(frozen=True)
class HeldCredential:
    """A qualification as an actor carries it; times in milliseconds, `ends_at` the earlier of expiry
    and revocation, None if neither is known."""

    id: int
    tier: int
    profession: str
    specialty: str
    country: str
    starts_at: int
    ends_at: int | None

    def is_valid(self, at: int) -> bool:
        return _is_within(self.starts_at, self.ends_at, at)


@dataclass(frozen=True)
class HeldTraining:
    """A completed course as an actor carries it; times in milliseconds, `ends_at` the earlier of expiry and
    withdrawal, None if neither is known."""

    course: str
    starts_at: int
    ends_at: int | None

    def is_valid(self, at: int) -> bool:
        return _is_within(self.starts_at, self.ends_at, at)


def as_held(
    number: int, profession: str, specialty: str, country: str, tier: int, starts: int, *ends: int | None
) -> HeldCredential:
    """A row's columns as an actor carries them: it ends with the earlier of expiry and revocation."""
    known = [end for end in ends if end is not None]
    return HeldCredential(number, tier, profession, specialty, country, starts, min(known, default=None))


class AnyActor(Protocol):
    """What services and the policy ask of whoever acts."""

    @property
    def id(self) -> int | None: ...
    @property
    def kind(self) -> Kind: ...
    def snapshot(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Actor:
    """A person at one moment: built anew for each request or command, so nothing is cached."""

    id: int
    username: str
    display_name: str
    at: int
    server_roles: frozenset[ServerRole] = frozenset()
    project_roles: Mapping[int, frozenset[ProjectRole]] = field(default_factory=dict)
    credentials: tuple[HeldCredential, ...] = ()
    trainings: tuple[HeldTraining, ...] = ()
    identity_verified: bool = False
    session_ref: str | None = None
    request_id: str | None = None
    kind: Kind = Kind.PERSON
    #: the approval under which this act, asked for by somebody else, is carried out
    approval: int | None = None

    def tier(self, at: int) -> int:
        """The highest clinical tier held at this moment: 1 to 4, 0 for none."""
        return max((c.tier for c in self.credentials if c.is_valid(at)), default=0)

    def roles_in(self, project_id: int | None) -> frozenset[ProjectRole]:
        return frozenset() if project_id is None else self.project_roles.get(project_id, frozenset())

    def snapshot(self) -> dict[str, Any]:
        """Ids, roles, tier, session and request; no name, no address."""
        under = {} if self.approval is None else {"approval": self.approval}
        return under | {
            "kind": self.kind.value,
            "id": self.id,
            "roles": sorted(self.server_roles),
            "project_roles": {str(p): sorted(roles) for p, roles in self.project_roles.items()},
            "tier": self.tier(self.at),
            "credentials": [c.id for c in self.credentials if c.is_valid(self.at)],
            "session": self.session_ref,
            "request": self.request_id,
        }


@dataclass(frozen=True)
class ServiceActor:
    """A model or a worker. It may prepare, but never submit, adjudicate, verify or sign (INV-9)."""

    name: str
    version: str = ""
    kind: Kind = Kind.SERVICE

    @property
    def id(self) -> int | None:
        return None

    def snapshot(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "name": self.name, "version": self.version}


@dataclass(frozen=True)
class OperatorActor:
    """Whoever runs commands on the machine itself: sets things up, has no clinical authority."""

    name: str = "command-line"
    kind: Kind = Kind.OPERATOR
    #: as an actor's: the approval by a named person under which the shell acts
    approval: int | None = None

    @property
    def id(self) -> int | None:
        return None

    def snapshot(self) -> dict[str, Any]:
        under = {} if self.approval is None else {"approval": self.approval}
        return under | {"kind": self.kind.value, "name": self.name}
