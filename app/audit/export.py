"""Export: the log as a folder that an auditor checks without us (`verify.py`)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.audit import streams, verify
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.evidence import EVIDENCE, STATE_MACHINES, declare_transitions, transitions_json
from app.audit.log import Actor, Subject, record
from app.audit.merkle import leaf_hash
from app.audit.models import Checkpoint, Event, Leaf, Outbox
from app.audit.sequencer import sequence
from app.core.db import Database, Session
from app.core.digest import sha256
from app.core.errors import Conflict

FORMAT = 1
CHUNK = 2000
README = Path(__file__).with_name("bundle_readme.md")
# Always there, empty where nothing fills them: a file that is missing must not pass for nothing to check.
EXPECTED_EVIDENCE = ("signatures", "releases", "recalls", "pipelines", "withdrawals")


@dataclass(frozen=True)
class Exported:
    """What was written: leaves in all, events shown, and columns that did not agree with their event."""

    size: int
    shown: int
    discrepancies: int


def export(
    database: Database, signer: Signer, folder: Path, *, actor: Actor, project_id: int | None = None, at: int
) -> Exported:
    """Write a bundle into a new or empty folder, after recording and sealing that this was done.

    With `project_id` events of other projects appear by their leaf hash only. A log that cannot be
    sealed any more is exported all the same, with the reason: that is when an auditor needs it.
    Raises Conflict when the folder holds anything.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("folder-not-empty", f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    database.writing(lambda session: _record_export(session, actor, project_id, at))
    refusals = _seal(database, signer, at)
    with database.reading() as session:
        _freeze(session)
        return _write(session, signer, folder, project_id, refusals)


def _seal(database: Database, signer: Signer, at: int) -> list[str]:
    """Why the log could not be sealed, if so."""
    try:
        sequence(database, signer, at=at)
    except Conflict as error:
        return [f"the log is not sealed any more: {error}"]
    return []


def _record_export(session: Session, actor: Actor, project_id: int | None, at: int) -> None:
    declare_transitions(session, actor, at=at)
    scope = Subject("project", project_id) if project_id else Subject("log", "whole")
    record(session, Tag.AUDIT_EXPORTED, stream=streams.SERVER, actor=actor, subject=scope, at=at)


def _freeze(session: Session) -> None:
    """Everything in the bundle is of one moment: states and events must agree."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _write(session: Session, signer: Signer, folder: Path, project_id: int | None, refusals: list[str]) -> Exported:
    checkpoints = session.scalars(select(Checkpoint).order_by(Checkpoint.size)).all()
    size = checkpoints[-1].size if checkpoints else 0
    _write_lines(folder / "checkpoints.jsonl", (_json({"size": c.size, "note": c.note}) for c in checkpoints))
    (folder / "checkpoint.txt").write_text(checkpoints[-1].note if checkpoints else "", encoding="utf-8")
    _write_lines(folder / "vkeys.txt", signer.vkeys())
    about = {"format": FORMAT, "origin": signer.origin, "project": project_id}
    (folder / "bundle.json").write_text(_json(about) + "\n")
    (folder / "transitions.json").write_text(transitions_json(), encoding="utf-8")
    _write_lines(folder / "states.jsonl", _states(session, project_id))
    for name in {*EXPECTED_EVIDENCE, *EVIDENCE.keys()}:
        rows = EVIDENCE.get(name).rows(session, project_id) if name in EVIDENCE else ()
        _write_lines(folder / f"{name}.jsonl", map(_json, rows))
    shown, discrepancies = _write_events(session, folder, project_id, refusals)
    _write_lines(folder / "pending.jsonl", _pending(session, project_id))
    shutil.copyfile(verify.__file__, folder / "verify.py")
    shutil.copyfile(README, folder / "README.md")
    return Exported(size, shown, discrepancies)


def _write_events(session: Session, folder: Path, project_id: int | None, refusals: list[str]) -> tuple[int, int]:
    """Events, leaves and discrepancies; returns how many were shown and how many did not agree."""
    shown, discrepancies = 0, 0
    with (
        (folder / "events.jsonl").open("w", encoding="utf-8", newline="\n") as events,
        (folder / "leaves.txt").open("w", newline="\n") as leaves,
        (folder / "discrepancies.jsonl").open("w", encoding="utf-8", newline="\n") as differences,
    ):
        for leaf, event in _leaves(session):
            visible = event is None or _is_shown(event, project_id)
            events.write((event.body if event is not None and visible else "null") + "\n")
            leaves.write(leaf.leaf_sha256 + "\n")
            shown += visible
            for message in _disagreements(leaf, event):
                differences.write(_json({"leaf": leaf.idx, "message": message}) + "\n")
                discrepancies += 1
        for message in (*refusals, *_strays(session)):
            differences.write(_json({"leaf": None, "message": message}) + "\n")
            discrepancies += 1
    return shown, discrepancies


def _leaves(session: Session) -> Iterator[tuple[Any, Any]]:
    """(leaf, event or None) in leaf order, in chunks so that memory stays flat."""
    columns = (Leaf.idx, Leaf.leaf_sha256, *Event.__table__.columns)
    query = select(*columns).outerjoin(Event, Event.id == Leaf.event_pk).order_by(Leaf.idx)
    start = 0
    while rows := session.execute(query.where(Leaf.idx >= start).limit(CHUNK)).all():
        for row in rows:
            yield row, row if row.body is not None else None
        start = rows[-1].idx + 1


def _is_shown(event: Any, project_id: int | None) -> bool:
    """A project's bundle shows its events and those of the server (keys, transition tables)."""
    return project_id is None or event.project_id == project_id or event.stream == streams.SERVER


def _disagreements(leaf: Any, event: Any) -> Iterator[str]:
    """Columns are copies of the hashed body: where one differs, somebody wrote to the table."""
    if event is None:
        yield "the event of this leaf is not in the table"
        return
    if leaf_hash(event.body.encode()).hex() != leaf.leaf_sha256:
        yield "column body: the event was altered after it was sealed"
    if sha256(event.body) != event.sha256:
        yield "column sha256 is not the digest of the body"
    try:
        body = json.loads(event.body)
        stated = {
            "event_id": body["event_id"],
            "stream": body["stream"],
            "seq": body["seq"],
            "tag": body["tag"],
            "at": body["at"],
            "project_id": body["project"],
            "actor_id": body["actor"].get("id"),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "column body is no event"
        return
    for column, value in stated.items():
        if getattr(event, column) != value:
            yield f"column {column} is not what the event says"


def _strays(session: Session) -> Iterator[str]:
    """Rows of the table that are neither in the log nor waiting for it: nothing of ours writes such."""
    query = (
        select(Event.id)
        .outerjoin(Leaf, Leaf.event_pk == Event.id)
        .outerjoin(Outbox, Outbox.event_pk == Event.id)
        .where(Leaf.idx.is_(None), Outbox.event_pk.is_(None))
        .order_by(Event.id)
    )
    for event_pk in session.scalars(query):
        yield f"row {event_pk} of the table has no place in the log and is not waiting for one"


def _pending(session: Session, project_id: int | None) -> Iterator[str]:
    query = select(Event).join(Outbox, Outbox.event_pk == Event.id).order_by(Event.id)
    for event in session.scalars(query):
        yield event.body if _is_shown(event, project_id) else "null"


def _states(session: Session, project_id: int | None) -> Iterator[str]:
    for machine in STATE_MACHINES:
        for row_id, state in machine.current(session, project_id):
            yield _json({"machine": machine.key, "id": row_id, "state": state})


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
