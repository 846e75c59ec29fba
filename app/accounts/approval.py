"""Requests for acts that take two people: one asks, another who may ask for it too approves, by password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import Actor, AnyActor, OperatorActor
from app.accounts.loading import load_actor
from app.accounts.notice import tell
from app.accounts.person import normal_username
from app.accounts.policy import Action
from app.accounts.second_person import is_setting_up
from app.accounts.signing import Factors, Intent, Proof, reauthenticate, spend_proof
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core.clock import DAY
from app.core.db import RECORD, Base, Database, Session, get_locked
from app.core.digest import canonical_json, new_salt, sha256
from app.core.errors import ChartmarkError, Conflict, Forbidden, NotFound
from app.core.registry import Registry

LIFETIME = 7 * DAY
ActFacts = Mapping[str, Any]
_TAGS = (Tag.APPROVAL_ASKED, Tag.APPROVAL_GIVEN, Tag.APPROVAL_REFUSED, Tag.APPROVAL_USED)
APPROVED, REFUSED, WITHDRAWN = "approved", "refused", "withdrawn"


class GuardedAct(Protocol):
    """An act that takes two people, at least for some subjects. `facts` are plain values: ids, words, times."""

    key: str
    title: str

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        """The person and the project it is about."""
        ...

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        """Whether it is this actor's to ask for or to approve, and can be done now. Raises."""
        ...

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool: ...

    def words(self, session: Session, facts: ActFacts) -> str:
        """What a second person reads before approving."""
        ...

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any: ...


@runtime_checkable
class NamedDecider(Protocol):
    """An act that one named person approves; who asks for it and who approves it have different rights."""

    def waits_anyway(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        """Whether it waits for its person even while the server is set up."""
        ...

    def require_decider(self, session: Session, actor: Actor, facts: ActFacts, *, at: int) -> None:
        """Whether this is the person, and may still. Raises."""
        ...


GUARDED: Registry[GuardedAct] = Registry("act for two", GuardedAct)


class Approval(Base):
    """One act somebody asked for, until another has decided on it or a week is over."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("decision in ('approved', 'refused', 'withdrawn')", name="decision_known"),
        CheckConstraint("(decided_at is null) = (decision is null)", name="decided_dated"),
        CheckConstraint("decision <> 'approved' or decided_by is not null", name="approved_by_somebody"),
        CheckConstraint("decision <> 'approved' or decided_by <> requested_by", name="approved_by_another"),
        CheckConstraint("decision <> 'approved' or decided_by <> person_id", name="approved_by_no_subject"),
        CheckConstraint("(requested_by is null) <> (operator is null)", name="requested_by_one"),
        CheckConstraint("expires_at > requested_at", name="expires_later"),
        {"info": {"kind": RECORD, "tags": _TAGS}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    act: Mapped[str] = mapped_column(Text)
    facts_json: Mapped[str] = mapped_column(Text)  # with a salt: its digest in the log lets nobody guess
    facts_sha256: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    project_id: Mapped[int | None]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    operator: Mapped[str | None] = mapped_column(Text)  # the login at the machine, where the shell asked
    requested_at: Mapped[int]
    expires_at: Mapped[int]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    decided_at: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(Text)
    #: when the requester used it, where the act is done outside the database
    used_at: Mapped[int | None]

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads(self.facts_json)

    def is_open(self, *, at: int) -> bool:
        return self.decided_at is None and at < self.expires_at


@dataclass(frozen=True)
class Done:
    """What became of an act: its result, or the approval it waits for."""

    result: Any = None
    approval: int | None = None


def do_or_ask(session: Session, actor: AnyActor, key: str, facts: ActFacts, *, at: int) -> Done:
    """Do it where one person is enough, or while the server is set up; else ask for a second person.

    Raises what the act raises: Forbidden, Invalid, Conflict, NotFound.
    """
    act = GUARDED.get(key)
    act.require(session, actor, facts, at=at)
    alone = is_setting_up(session, actor)
    if alone and isinstance(act, NamedDecider):
        alone = not act.waits_anyway(session, facts, at=at)
    if alone or not act.takes_two(session, facts, at=at):
        return Done(act.carry_out(session, actor, facts, at=at))
    return Done(approval=ask(session, actor, key, facts, at=at).id)


def ask(session: Session, actor: AnyActor, key: str, facts: ActFacts, *, at: int) -> Approval:
    """Ask for an act. Raises Conflict("already-asked") where the same waits already."""
    person_id, project_id = GUARDED.get(key).about(facts)
    for other in list_open(session, at=at):
        if other.act == key and _same(other.facts, facts):
            raise Conflict("already-asked", f"the same waits for approval {other.id} already")
    stored = canonical_json(dict(facts) | {"salt": new_salt().hex()})
    row = Approval(
        act=key,
        facts_json=stored,
        facts_sha256=sha256(stored),
        person_id=person_id,
        project_id=project_id,
        requested_by=actor.id,
        operator=actor.name if isinstance(actor, OperatorActor) else None,
        requested_at=at,
        expires_at=at + LIFETIME,
    )
    session.add(row)
    session.flush()
    _say(session, Tag.APPROVAL_ASKED, actor, row, {"expires_at": row.expires_at}, at=at)
    return row


def decide(
    database: Database, actor: Actor, approval_id: int, factors: Factors, *, approves: bool = True, at: int
) -> Any:
    """Approve and carry out, or refuse, after showing again who one is; returns what the act returns.

    Raises Forbidden (a factor is wrong; the requester, the subject, no right to it), Conflict (decided, too old,
    changed), NotFound.
    """
    with database.reading() as session:
        intent = _intent(_require_decider(session, actor, get_approval(session, approval_id), at=at), approves)
    token = reauthenticate(database, actor, factors, intent, at=at)

    def unit(session: Session) -> Any:
        row = get_locked(session, Approval, approval_id)
        if row is None:
            raise NotFound("approval", f"there is no approval {approval_id}")
        _require_decider(session, actor, row, at=at)
        proof = spend_proof(session, actor, token, intent, at=at)
        if approves:
            return _carry_out(session, actor, row, proof, at=at)
        _close(session, actor, row, REFUSED, proof, at=at)
        return None

    return database.writing(unit)


def take_back(session: Session, actor: AnyActor, approval_id: int, *, at: int) -> None:
    """Withdraw what one asked for oneself. Raises NotFound, Forbidden, Conflict."""
    row = get_locked(session, Approval, approval_id)
    if row is None:
        raise NotFound("approval", f"there is no approval {approval_id}")
    if not _asked(row, actor):
        raise Forbidden("not-yours", "somebody else asked for this")
    _require_open(row, at=at)
    _close(session, actor, row, WITHDRAWN, None, at=at)


def get_approval(session: Session, approval_id: int) -> Approval:
    row = session.get(Approval, approval_id)
    if row is None:
        raise NotFound("approval", f"there is no approval {approval_id}")
    return row


def list_open(session: Session, *, at: int) -> list[Approval]:
    """What waits for a second person, oldest first."""
    query = select(Approval).where(Approval.decided_at.is_(None), Approval.expires_at > at)
    return list(session.scalars(query.order_by(Approval.id)))


def list_decided(session: Session, *, limit: int = 50) -> list[Approval]:
    """What was decided, newest first."""
    query = select(Approval).where(Approval.decided_at.is_not(None)).order_by(Approval.decided_at.desc())
    return list(session.scalars(query.limit(limit)))


def may_decide(session: Session, actor: Actor, row: Approval, *, at: int) -> bool:
    """Whether `decide` would let this person."""
    try:
        _require_decider(session, actor, row, at=at)
    except (ChartmarkError, KeyError):
        return False
    return True


def take_ticket(session: Session, actor: AnyActor, key: str, facts: ActFacts, *, at: int) -> Done:
    """For an act that is done outside the database: the approval its requester may use now, once, within a day; where
    there is none, it is asked for. `Done.result` is None where it waits, else the number, or 0 while setting up.
    """
    GUARDED.get(key).require(session, actor, facts, at=at)
    if is_setting_up(session, actor):
        return Done(0)
    number = use_ticket(session, actor, key, facts, at=at)
    return Done(number) if number is not None else Done(approval=ask(session, actor, key, facts, at=at).id)


def use_ticket(session: Session, actor: AnyActor, key: str, facts: ActFacts, *, at: int) -> int | None:
    """Spend the approval that this requester was given for just this within a day, if there is one; its number.

    What only the table says was asked for or approved counts for nothing: the log must say so too.
    """
    granted = select(Approval).where(Approval.act == key, Approval.decision == APPROVED, Approval.used_at.is_(None))
    for row in session.scalars(granted.where(Approval.decided_at > at - DAY).order_by(Approval.id)):
        same = _asked(row, actor) and _same(row.facts, facts)
        if same and sha256(row.facts_json) == _logged_digest(session, row) and _was_given(session, row):
            row.used_at = at
            _say(session, Tag.APPROVAL_USED, actor, row, {}, at=at)
            return row.id
    return None


def require_standing(session: Session, number: int, key: str, project_id: int | None) -> None:
    """Raises Forbidden unless approval `number` was given for such an act on this project; the log says so too."""
    row = session.get(Approval, number)
    given = row is not None and (row.act, row.decision, row.project_id) == (key, APPROVED, project_id)
    if row is None or not given or not _was_given(session, row):
        raise Forbidden("approval-missing", "this was not approved")


def _asked(row: Approval, actor: AnyActor) -> bool:
    return row.requested_by == actor.id and row.operator == getattr(actor, "name", None)


def _was_given(session: Session, row: Approval) -> bool:
    query = select(Event.body).where(Event.stream == _stream(row), Event.tag == str(Tag.APPROVAL_GIVEN))
    return any(json.loads(body)["subject"]["id"] == row.id for body in session.scalars(query))


def words_of(session: Session, row: Approval) -> str:
    """What is asked for, in a sentence."""
    return GUARDED.get(row.act).words(session, row.facts)


def _require_decider(session: Session, actor: Actor, row: Approval, *, at: int) -> Approval:
    act, facts = GUARDED.get(row.act), row.facts
    # Who may not know of the act is answered first; whether it can be done comes after who may.
    if actor.id in (row.requested_by, row.person_id):
        raise Forbidden("second-person", "somebody else has to decide this: you asked for it, or it is about you")
    if row.operator is not None and normal_username(row.operator) == actor.username:
        raise Forbidden("second-person", "whoever asked at the machine has your name: somebody else has to decide")
    _require_open(row, at=at)
    if sha256(row.facts_json) != _logged_digest(session, row):
        raise Conflict("approval-changed", "what was asked for is not what the log says; it cannot be approved")
    if isinstance(act, NamedDecider):
        act.require_decider(session, actor, facts, at=at)
    else:
        act.require(session, actor, facts, at=at)
    if row.requested_by is not None:
        # Who lost the right, or the account, meanwhile is no second person.
        act.require(session, load_actor(session, row.requested_by, at=at), facts, at=at)
    return row


def _logged_digest(session: Session, row: Approval) -> str | None:
    """What the log says was asked for: the row alone could have been changed."""
    query = select(Event.body).where(Event.stream == _stream(row), Event.tag == str(Tag.APPROVAL_ASKED))
    bodies = (json.loads(body) for body in session.scalars(query))
    return next((one["data"]["facts"] for one in bodies if one["subject"]["id"] == row.id), None)


def _stream(row: Approval) -> str:
    if row.person_id is not None:
        return streams.account(row.person_id)
    return streams.SERVER if row.project_id is None else streams.project(row.project_id)


def _require_open(row: Approval, *, at: int) -> None:
    if row.decided_at is not None:
        raise Conflict("approval-decided", f"this was {row.decision} already")
    if at >= row.expires_at:
        raise Conflict("approval-old", "this was asked for more than a week ago: ask again")


def _carry_out(session: Session, actor: Actor, row: Approval, proof: Proof, *, at: int) -> Any:
    _close(session, actor, row, APPROVED, proof, at=at)
    under = replace(actor, approval=row.id)
    return GUARDED.get(row.act).carry_out(session, under, row.facts, at=at)


def _close(session: Session, actor: AnyActor, row: Approval, decision: str, proof: Proof | None, *, at: int) -> None:
    row.decided_by, row.decided_at, row.decision = actor.id, at, decision
    tag = Tag.APPROVAL_GIVEN if decision == APPROVED else Tag.APPROVAL_REFUSED
    said = {"decision": decision, "requested_by": row.requested_by, "operator": row.operator}
    _say(session, tag, actor, row, said | ({"authentication": proof.to_dict()} if proof else {}), at=at)


def _intent(row: Approval, approves: bool) -> Intent:
    said = {"approval": row.id, "facts": row.facts_sha256, "approves": approves}
    return Intent(Action.APPROVE, sha256(canonical_json(said)))


def _same(stored: ActFacts, facts: ActFacts) -> bool:
    """The same act, but for what is made anew each time."""
    ignored = {"salt", "code_sha256"}
    return {k: v for k, v in stored.items() if k not in ignored} == {k: v for k, v in facts.items() if k not in ignored}


def _say(session: Session, tag: Tag, actor: AnyActor, row: Approval, data: dict[str, Any], *, at: int) -> None:
    said = {"act": row.act, "person": row.person_id, "facts": row.facts_sha256} | data
    subject = Subject("approval", row.id)
    event = record(
        session,
        tag,
        stream=_stream(row),
        actor=actor,
        subject=subject,
        data=said,
        project_id=row.project_id,
        at=at,
    )
    if row.person_id is not None:
        tell(session, row.person_id, event)
