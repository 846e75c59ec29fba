"""What other packages put beside the events in a bundle: state machines, signatures, releases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select

from app.audit import streams, verify
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, record
from app.audit.models import Event, RowsBefore
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


def declare(session: Session, actor: LoggedActor, *, at: int) -> None:
    """Put into the log what a check of it rests on, where it is not there yet or another: the transition tables, the
    checking script, and from where on events commit to rows. Called when a server is set up and after an upgrade."""
    declare_transitions(session, actor, at=at)
    _declare(session, actor, Tag.SCRIPT_DECLARED, "script", {"sha256": script_digest()}, at=at)
    if session.scalar(select(Event.id).where(Event.tag == str(Tag.ROWS_DECLARED)).limit(1)) is None:
        before = {row.table_name: [row.rows, row.last] for row in session.scalars(select(RowsBefore))}
        _declare(session, actor, Tag.ROWS_DECLARED, "rows", {"before": before}, at=at)


def script_digest() -> str:
    """Of `verify.py`, which goes into every bundle: an outsider compares it with what is printed on a checkpoint."""
    return sha256(Path(verify.__file__).read_bytes())


def declare_transitions(session: Session, actor: LoggedActor, *, at: int) -> bool:
    """Put the digest of the transition tables into the log, unless it is the last one declared.

    Tables may only grow: the history of a transition that was taken out would no longer replay.
    """
    data = {"sha256": sha256(transitions_json())}
    return _declare(session, actor, Tag.TRANSITIONS_DECLARED, "transitions", data, at=at)


def _declare(
    session: Session, actor: LoggedActor, tag: Tag, what: str, data: dict[str, Any], *, at: int
) -> bool:
    """Say it, unless it was said last."""
    query = select(Event.body).where(Event.tag == str(tag)).order_by(Event.id.desc())
    last = session.scalars(query.limit(1)).first()
    if last is not None and f'"data":{canonical_json(data)}' in last:
        return False
    subject = Subject(what, str(data.get("sha256", "all"))[:16])
    record(session, tag, stream=streams.SERVER, actor=actor, subject=subject, data=data, at=at)
    return True
