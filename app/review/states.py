"""Which state follows which: one transition table per aggregate, written only by `advance`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Entry, LoggedActor, Subject, record, record_many
from app.core.counts import note_changes
from app.core.db import Session, lock
from app.core.errors import Conflict
from app.core.many import update_many
from app.core.registry import Registry


class ItemState(StrEnum):
    """Where an item stands (domain D.1). Holds are rows of their own: available = state ∧ no hold."""

    IMPORTED = "imported"
    READY = "ready"
    IN_ANNOTATION = "in_annotation"
    SUBMITTED = "submitted"
    AGREED = "agreed"
    DISAGREED = "disagreed"
    ADJUDICATION = "adjudication"
    ESCALATED = "escalated"
    VERIFICATION = "verification"
    PASSED_BY_SAMPLING = "passed_by_sampling"
    VERIFIED = "verified"
    SIGNED = "signed"
    RELEASED = "released"
    REREVIEW = "rereview"
    WITHDRAWN = "withdrawn"


class AssignmentState(StrEnum):
    """Where one person's task stands."""

    OFFERED = "offered"
    OPEN = "open"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    REVOKED = "revoked"


@dataclass(frozen=True)
class TransitionTable:
    """A transition table: (state, event) → state."""

    name: str
    start: str
    transitions: dict[tuple[str, str], str]

    def to_json(self) -> dict[str, Any]:
        """As exported for the auditor's replay."""
        rows = sorted([before, event, after] for (before, event), after in self.transitions.items())
        return {"start": self.start, "transitions": rows}

    def next(self, state: str, event: str) -> str:
        """The state after an event. Raises Conflict when the event cannot happen now."""
        try:
            return self.transitions[state, event]
        except KeyError:
            raise Conflict(
                "state", f"{event!r} cannot happen to this {self.name} now", details={"state": state}
            ) from None


_I, _A = ItemState, AssignmentState
_BEFORE_RELEASE = [s for s in ItemState if s not in (_I.RELEASED, _I.WITHDRAWN)]

ITEM = TransitionTable(
    "item",
    _I.IMPORTED,
    {
        (_I.IMPORTED, "deid_accepted"): _I.READY,
        (_I.READY, "assigned"): _I.IN_ANNOTATION,
        (_I.IN_ANNOTATION, "all_submitted"): _I.SUBMITTED,
        (_I.SUBMITTED, "found_agreed"): _I.AGREED,
        (_I.SUBMITTED, "found_disagreed"): _I.DISAGREED,
        (_I.AGREED, "sent_to_verification"): _I.VERIFICATION,
        (_I.AGREED, "passed_by_sampling"): _I.PASSED_BY_SAMPLING,
        (_I.DISAGREED, "sent_to_adjudication"): _I.ADJUDICATION,
        (_I.DISAGREED, "escalated"): _I.ESCALATED,
        (_I.ADJUDICATION, "escalated"): _I.ESCALATED,
        (_I.ADJUDICATION, "adjudicated"): _I.VERIFICATION,
        (_I.ADJUDICATION, "adjudicated_finally"): _I.VERIFIED,
        (_I.ESCALATED, "resolved"): _I.VERIFICATION,
        (_I.ESCALATED, "resolved_finally"): _I.VERIFIED,
        (_I.VERIFICATION, "accepted"): _I.VERIFIED,
        (_I.VERIFICATION, "changed"): _I.VERIFIED,
        (_I.VERIFICATION, "escalated"): _I.ESCALATED,
        (_I.VERIFICATION, "rejected"): _I.READY,
        # issue 14 (sampling and acceptance) will fire this
        (_I.PASSED_BY_SAMPLING, "sampled"): _I.VERIFICATION,
        (_I.VERIFIED, "signed"): _I.SIGNED,
        (_I.SIGNED, "included"): _I.RELEASED,
        (_I.REREVIEW, "reopened"): _I.READY,
        **{
            (state, "sent_to_rereview"): _I.REREVIEW
            for state in (_I.AGREED, _I.PASSED_BY_SAMPLING, _I.VERIFICATION, _I.VERIFIED, _I.SIGNED)
        },
        **{(state, "withdrawn"): _I.WITHDRAWN for state in _BEFORE_RELEASE},
    },
)

ASSIGNMENT = TransitionTable(
    "assignment",
    _A.OFFERED,
    {
        (_A.OFFERED, "opened"): _A.OPEN,
        (_A.OFFERED, "declined"): _A.DECLINED,
        (_A.OPEN, "declined"): _A.DECLINED,
        (_A.OFFERED, "revoked"): _A.REVOKED,
        (_A.OPEN, "revoked"): _A.REVOKED,
        (_A.OPEN, "submitted"): _A.SUBMITTED,
        (_A.SUBMITTED, "recalled"): _A.OPEN,
        # A task somebody took, in which nothing was done in time, when another takes its seat.
        (_A.OFFERED, "lapsed"): _A.REVOKED,
        (_A.OPEN, "lapsed"): _A.REVOKED,
    },
)

MACHINES = {machine.name: machine for machine in (ITEM, ASSIGNMENT)}


class Gate(Protocol):
    """What must hold before an item takes a transition; upper packages register theirs."""

    key: str
    event: str

    def problem(self, session: Session, item: Any, *, at: int) -> str | None:
        """Why the transition is refused, as a stable code, or None."""
        ...


GATES: Registry[Gate] = Registry("gate", Gate)


class Stateful(Protocol):
    """A row whose state one of the machines governs."""

    machine: ClassVar[TransitionTable]
    id: int
    state: str
    project_id: int


_TAGS = {"item": Tag.ITEM_ADVANCED, "assignment": Tag.ASSIGNMENT_ADVANCED}
_STREAMS = {"item": streams.item, "assignment": streams.assignment}


def require(row: Stateful, event: str) -> None:
    """Raises Conflict when the event cannot happen to the row now."""
    row.machine.next(row.state, event)


def advance(
    session: Session,
    actor: LoggedActor,
    row: Stateful,
    event: str,
    *,
    data: dict[str, Any] | None = None,
    at: int,
) -> None:
    """Take one transition and say so. Raises Conflict when it is not in the table, or a gate is shut."""
    lock(session, row)  # of two transitions at once the second sees what the first made of the row
    said = _step(session, row, event, data or {}, at=at)
    session.flush()
    record(
        session,
        _TAGS[row.machine.name],
        stream=said.stream,
        actor=actor,
        subject=said.subject,
        data=said.data,
        project_id=row.project_id,
        at=at,
    )


def advance_many(
    session: Session,
    actor: LoggedActor,
    model: type[Any],
    rows: Mapping[int, str],
    event: str,
    *,
    data: dict[str, Any],
    project_id: int,
    at: int,
) -> None:
    """Take the same transition with many rows of a table, which the caller has locked: id → the state it is in.

    As `advance` does with each, with a few statements for all; this session must hold none of them.
    """
    machine: TransitionTable = model.machine
    if any(machine is ITEM and gate.event == event for gate in GATES):
        raise ValueError(f"{event!r} has a gate: take it with one row at a time")
    after = {row: machine.next(state, event) for row, state in rows.items()}
    update_many(session, model, [{"id": row, "state": state} for row, state in after.items()])
    moves: Counter[tuple[int, str, str]] = Counter()
    for states, sign in ((after.values(), 1), (rows.values(), -1)):
        for state in states:
            moves[project_id, model.__tablename__, state] += sign
    note_changes(session, moves)
    entries = [_said(machine, row, (state, event, after[row]), data) for row, state in rows.items()]
    record_many(session, _TAGS[machine.name], entries, actor=actor, project_id=project_id, at=at)


def _step(session: Session, row: Stateful, event: str, data: dict[str, Any], *, at: int) -> Entry:
    """Change the state of a locked row; what is to be said of that."""
    machine = row.machine
    before, after = row.state, machine.next(row.state, event)
    for gate in GATES:
        if machine is ITEM and gate.event == event:
            problem = gate.problem(session, row, at=at)
            if problem:
                raise Conflict(problem, "a condition for this step does not hold")
    row.state = after
    return _said(machine, row.id, (before, event, after), data)


def _said(machine: TransitionTable, row_id: int, step: tuple[str, str, str], data: dict[str, Any]) -> Entry:
    """What an event says of one step: before, what happened, after."""
    before, event, after = step
    said = {"machine": machine.name, "from": before, "to": after, "event": event} | data
    return Entry(_STREAMS[machine.name](row_id), Subject(machine.name, row_id), said)
