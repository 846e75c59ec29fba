"""What other packages put beside the events in a bundle: state machines, signatures, releases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import select

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Actor, Subject, record
from app.audit.models import Event
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.registry import Registry


class StateMachine(Protocol):
    """The transition table of one aggregate, and what the database says about its rows now.

    `key` is the `machine` in the data of its events ("item", "assignment"); the id of a row is the
    id of the events' subject.
    """

    key: str
    start: str
    #: (from, event, to)
    transitions: Sequence[tuple[str, str, str]]

    def current(self, session: Session, project_id: int | None) -> Iterable[tuple[int | str, str]]:
        """(id, state) of every row, or of those of one project."""
        ...


class Evidence(Protocol):
    """Rows whose digests are in events: `key` names the file `<key>.jsonl` of the bundle."""

    key: str

    def rows(self, session: Session, project_id: int | None) -> Iterable[dict[str, Any]]:
        """Each row with its id as its event names it, and what `verify.py` compares: for what is signed
        the manifest and the value, otherwise fields that the data of the event has too."""
        ...


STATE_MACHINES: Registry[StateMachine] = Registry("state machine", StateMachine)
EVIDENCE: Registry[Evidence] = Registry("evidence", Evidence)


def transitions_json() -> str:
    """All transition tables as canonical JSON: `transitions.json` of a bundle."""
    return canonical_json(
        {
            machine.key: {"start": machine.start, "transitions": sorted(map(list, machine.transitions))}
            for machine in STATE_MACHINES
        }
    )


def declare_transitions(session: Session, actor: Actor, *, at: int) -> bool:
    """Put the digest of the transition tables into the log, unless it is the last one declared.

    Called when a server is set up and after an upgrade. Tables may only grow: the history of a
    transition that was taken out would no longer replay.
    """
    digest = sha256(transitions_json())
    query = select(Event.body).where(Event.tag == str(Tag.TRANSITIONS_DECLARED)).order_by(Event.id.desc())
    last = session.scalars(query.limit(1)).first()
    if last is not None and f'"data":{{"sha256":"{digest}"}}' in last:
        return False
    record(
        session,
        Tag.TRANSITIONS_DECLARED,
        stream=streams.SERVER,
        actor=actor,
        subject=Subject("transitions", digest[:16]),
        data={"sha256": digest},
        at=at,
    )
    return True
