"""Groups at the identity provider → proposals to give or take a role. A person decides; groups alone give nothing.

Tiers never come from groups: only a credential gives one (domain G.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.approval import Done, do_or_ask
from app.accounts.person import Person, get_person
from app.accounts.role import list_roles, revoke_role
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, SystemActor, record
from app.core.db import RECORD, Base, Session, get_locked
from app.core.errors import Conflict, NotFound
from app.corpus.member import Member, remove_member
from app.corpus.project import Project

GROUPS = SystemActor("identity-provider")
GIVE, TAKE = "give", "take"
ACCEPTED, DECLINED, LAPSED = "accepted", "declined", "lapsed"


class RoleProposal(Base):
    """One change of roles that a person's groups suggest, until somebody has decided on it."""

    __tablename__ = "role_proposal"
    __table_args__ = (
        CheckConstraint("change in ('give', 'take')", name="change_known"),
        CheckConstraint("outcome in ('accepted', 'declined', 'lapsed')", name="outcome_known"),
        CheckConstraint("(decided_at is null) = (outcome is null)", name="decided_dated"),
        CheckConstraint("decided_by <> person_id", name="decided_by_another"),
        {"info": {"kind": RECORD, "tags": (Tag.ROLE_PROPOSED, Tag.ROLE_PROPOSAL_DECIDED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: null: on the whole server
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[int]
    decided_at: Mapped[int | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    outcome: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class MappedRole:
    """A role that a group stands for: in the project with this key, or on the server where it is empty."""

    role: str
    project: str = ""


@dataclass(frozen=True)
class WaitingProposal:
    """A proposal as it is read: who, which role where, to be given or taken."""

    id: int
    username: str
    display_name: str
    role: str
    project: str
    change: str
    proposed_at: int


def read_mapping(text: str) -> dict[str, MappedRole]:
    """`group=role` or `group=project:role`, separated by commas (`CHARTMARK_OIDC_ROLES`). Raises ValueError."""
    found: dict[str, MappedRole] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        group, is_there, stands_for = (part.strip() for part in entry.rpartition("="))
        project, _, role = stands_for.rpartition(":")
        known = set(ProjectRole) if project else set(ServerRole)
        if not (group and is_there) or role not in known:
            raise ValueError(f"CHARTMARK_OIDC_ROLES: {entry!r} is no group=role or group=project:role")
        found[group] = MappedRole(role, project)
    return found


def propose(
    session: Session, person_id: int, groups: Sequence[str], mapping: Mapping[str, MappedRole], *, at: int
) -> int:
    """Write down what a person's groups suggest and is not so; how many proposals are new.

    Roles no group stands for are left alone. What was declined is not asked again.
    """
    keys = {row.key: row.id for row in session.execute(select(Project.key, Project.id))}
    # A project the mapping names may not be there yet.
    places = {group: _place(one, keys) for group, one in mapping.items() if not one.project or one.project in keys}
    wanted = {places[group] for group in groups if group in places}
    held = _held(session, person_id) & set(places.values())
    changes = {(*place, GIVE) for place in wanted - held} | {(*place, TAKE) for place in held - wanted}
    earlier = select(RoleProposal).where(RoleProposal.person_id == person_id).order_by(RoleProposal.id)
    asked = {(row.project_id, row.role): row for row in session.scalars(earlier)}
    for row in asked.values():
        if row.outcome is None and (row.project_id, row.role, row.change) not in changes:
            _decide(session, GROUPS, row, LAPSED, at=at)
    new = [one for one in sorted(changes, key=str) if not _stands(asked.get(one[:2]), one[2])]
    for project_id, role, change in new:
        _propose(session, person_id, project_id, role, change, at=at)
    return len(new)


def list_waiting(session: Session) -> list[WaitingProposal]:
    """What waits for somebody's decision, oldest first."""
    query = (
        select(RoleProposal, Person.username, Person.display_name, Project.key)
        .join(Person, Person.id == RoleProposal.person_id)
        .outerjoin(Project, Project.id == RoleProposal.project_id)
        .where(RoleProposal.outcome.is_(None))
        .order_by(RoleProposal.id)
    )
    return [
        WaitingProposal(row.id, username, name, row.role, project or "", row.change, row.proposed_at)
        for row, username, name, project in session.execute(query)
    ]


def decide(session: Session, actor: Actor, proposal_id: int, *, accept: bool, at: int) -> Done:
    """Do what is proposed, under the rules of whoever gives and takes roles, or decline it.

    A role that takes two people is asked for; what is returned says which approval it waits for.

    Raises NotFound, Conflict (decided already), and what giving or taking the role raises.
    """
    row = get_locked(session, RoleProposal, proposal_id)
    if row is None:
        raise NotFound("not-found", "there is no such proposal")
    if row.outcome is not None:
        raise Conflict("proposal-decided", f"this was {row.outcome} already")
    _decide(session, actor, row, ACCEPTED if accept else DECLINED, at=at)
    return _carry_out(session, actor, row, at=at) if accept else Done()


def _carry_out(session: Session, actor: Actor, row: RoleProposal, *, at: int) -> Done:
    person = get_person(session, row.person_id)
    if row.project_id is None:
        if row.change == GIVE:
            return do_or_ask(session, actor, "server-role", {"person": person.id, "role": row.role}, at=at)
        revoke_role(session, actor, person, ServerRole(row.role), at=at)
        return Done()
    project = session.get_one(Project, row.project_id)
    if row.change == GIVE:
        facts = {"person": person.id, "project": project.id, "role": row.role}
        return do_or_ask(session, actor, "member", facts, at=at)
    mine = (Member.project_id == project.id, Member.person_id == person.id, Member.role == row.role)
    member = session.scalar(select(Member).where(*mine, Member.ended_at.is_(None)))
    if member is None:
        raise Conflict("role-not-held", "this person does not have this role any more")
    remove_member(session, actor, member, at=at)
    return Done()


def _held(session: Session, person_id: int) -> set[tuple[int | None, str]]:
    held: set[tuple[int | None, str]] = {(None, role.value) for role in list_roles(session, person_id)}
    query = select(Member.project_id, Member.role).where(Member.person_id == person_id, Member.ended_at.is_(None))
    return held | {(project_id, role) for project_id, role in session.execute(query)}


def _place(one: MappedRole, keys: Mapping[str, int]) -> tuple[int | None, str]:
    return (keys.get(one.project) if one.project else None, one.role)


def _stands(last: RoleProposal | None, change: str) -> bool:
    """Whether the same was proposed last, and waits or was declined."""
    return last is not None and last.change == change and last.outcome in (None, DECLINED)


def _propose(session: Session, person_id: int, project_id: int | None, role: str, change: str, *, at: int) -> None:
    row = RoleProposal(person_id=person_id, project_id=project_id, role=role, change=change, proposed_at=at)
    session.add(row)
    session.flush()
    _say(session, GROUPS, Tag.ROLE_PROPOSED, row, {}, at=at)


def _decide(session: Session, actor: LoggedActor, row: RoleProposal, outcome: str, *, at: int) -> None:
    row.decided_at, row.decided_by, row.outcome = at, actor.id, outcome
    _say(session, actor, Tag.ROLE_PROPOSAL_DECIDED, row, {"outcome": outcome}, at=at)


def _say(session: Session, actor: LoggedActor, tag: Tag, row: RoleProposal, more: dict[str, str], *, at: int) -> None:
    data = {"role": row.role, "change": row.change, "project": row.project_id} | more
    record(
        session, tag, stream=streams.account(row.person_id), actor=actor, subject=Subject("role_proposal", row.id),
        data=data, project_id=row.project_id, at=at,
    )  # fmt: skip
