"""Export: the log as a folder that an auditor checks without us (`verify.py`)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.audit import streams, verify
from app.audit.bundle_rows import BundleScope, bodies, people_of, rows
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.evidence import EVIDENCE, STATE_MACHINES, declare, transitions_json
from app.audit.log import LoggedActor, Subject, record
from app.audit.macs import commitment, leaf_of
from app.audit.models import Aside, Checkpoint, Event, Leaf, Outbox
from app.audit.sequencer import sequence
from app.audit.witnessing import cosignatures
from app.core.db import Database, Session
from app.core.digest import sha256
from app.core.errors import Conflict

FORMAT = 2
CHUNK = 2000
EVERYTHING = BundleScope()
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
    database: Database, signer: Signer, folder: Path, *, actor: LoggedActor, scope: BundleScope = EVERYTHING, at: int
) -> Exported:
    """Write a bundle into a new or empty folder, after recording and sealing that this was done.

    In the bundle of a project events of others appear by their leaf hash only. A log that cannot be
    sealed any more is exported all the same, with the reason: that is when an auditor needs it.
    Raises Conflict when the folder holds anything.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("folder-not-empty", f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    database.writing(lambda session: _record_export(session, actor, scope, at))
    refusals = _seal(database, signer, at)
    with database.snapshot() as session:  # everything in the bundle is of one moment: states and events must agree
        if scope.project_id is not None:
            scope = replace(scope, people=people_of(session, scope.project_id))
        return _write(session, signer, folder, scope, refusals)


def _seal(database: Database, signer: Signer, at: int) -> list[str]:
    """Why the log could not be sealed, if so."""
    try:
        sequence(database, signer, at=at)
    except Conflict as error:
        return [f"the log is not sealed any more: {error}"]
    return []


def _record_export(session: Session, actor: LoggedActor, scope: BundleScope, at: int) -> None:
    declare(session, actor, at=at)
    subject = Subject("project", scope.project_id) if scope.project_id else Subject("log", "whole")
    data = {"profile": str(scope.profile)} | ({"texts": True} if scope.texts else {})
    record(session, Tag.AUDIT_EXPORTED, stream=streams.SERVER, actor=actor, subject=subject, data=data, at=at)


def _write(session: Session, signer: Signer, folder: Path, scope: BundleScope, refusals: list[str]) -> Exported:
    checkpoints = session.scalars(select(Checkpoint).order_by(Checkpoint.size)).all()
    size = checkpoints[-1].size if checkpoints else 0
    under = cosignatures(session)
    signed = ({"size": c.size, "note": c.note, "cosignatures": under.get(c.size, [])} for c in checkpoints)
    _write_lines(folder / "checkpoints.jsonl", map(_json, signed))
    (folder / "checkpoint.txt").write_text(checkpoints[-1].note if checkpoints else "", encoding="utf-8")
    _write_lines(folder / "vkeys.txt", signer.vkeys())
    (folder / "transitions.json").write_text(transitions_json(), encoding="utf-8")
    _write_lines(folder / "states.jsonl", _states(session, scope.project_id))
    for name in {*EXPECTED_EVIDENCE, *EVIDENCE.keys()}:
        stated = EVIDENCE.get(name).rows(session, scope.project_id) if name in EVIDENCE else ()
        _write_lines(folder / f"{name}.jsonl", map(_json, stated))
    _write_lines(folder / "rows.jsonl", map(_json, rows(session, scope)))
    _write_lines(folder / "bodies.jsonl", map(_json, bodies(session, scope)))
    shown, discrepancies = _write_events(session, folder, scope, refusals)
    _write_lines(folder / "pending.jsonl", _pending(session, scope))
    shutil.copyfile(verify.__file__, folder / "verify.py")
    shutil.copyfile(README, folder / "README.md")
    _sign_scope(signer, folder, scope, size)
    return Exported(size, shown, discrepancies)


def _sign_scope(signer: Signer, folder: Path, scope: BundleScope, size: int) -> None:
    """Say what the bundle is of, and every file in it by digest, under the log's key: it cannot pass for another."""
    files = {path.name: sha256(path.read_bytes()) for path in sorted(folder.iterdir())}
    about = {"format": FORMAT, "origin": signer.origin, "project": scope.project_id, "size": size, "files": files}
    text = _json(about | {"profile": str(scope.profile), "texts": scope.texts}) + "\n"
    (folder / "bundle.json").write_text(text, encoding="utf-8")
    (folder / "bundle.sig").write_text(signer.attest(verify.SCOPE_LINE + text), encoding="utf-8")


def _write_events(session: Session, folder: Path, scope: BundleScope, refusals: list[str]) -> tuple[int, int]:
    """Events, leaves and discrepancies; returns how many were shown and how many did not agree."""
    shown, discrepancies = 0, 0
    with (
        (folder / "events.jsonl").open("w", encoding="utf-8", newline="\n") as events,
        (folder / "leaves.txt").open("w", newline="\n") as leaves,
        (folder / "macs.txt").open("w", newline="\n") as macs,
        (folder / "discrepancies.jsonl").open("w", encoding="utf-8", newline="\n") as differences,
    ):
        for leaf, event in _leaves(session):
            visible = event is None or scope.shows(event)
            events.write((event.body if event is not None and visible else "null") + "\n")
            leaves.write(leaf.leaf_sha256 + "\n")
            macs.write(((commitment(event.mac) if event is not None and visible else None) or "-") + "\n")
            shown += visible
            for message in _disagreements(leaf, event):
                differences.write(_json({"leaf": leaf.idx, "message": message}) + "\n")
                discrepancies += 1
        wide = [{"leaf": None, "check": "sealing", "message": message} for message in refusals]
        for row in (*wide, *({"leaf": None, "message": message} for message in _strays(session))):
            differences.write(_json(row) + "\n")
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


def _disagreements(leaf: Any, event: Any) -> Iterator[str]:
    """Columns are copies of the hashed body: where one differs, somebody wrote to the table."""
    if event is None:
        yield "the event of this leaf is not in the table"
        return
    if leaf_of(event.body, event.mac).hex() != leaf.leaf_sha256:
        yield "column body or mac: the event was altered after it was sealed"
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
        select(Event.id, Aside.why)
        .outerjoin(Leaf, Leaf.event_pk == Event.id)
        .outerjoin(Outbox, Outbox.event_pk == Event.id)
        .outerjoin(Aside, Aside.event_pk == Event.id)
        .where(Leaf.idx.is_(None), Outbox.event_pk.is_(None))
        .order_by(Event.id)
    )
    for event_pk, why in session.execute(query):
        fate = f"was refused ({why})" if why else "has no place in the log and is not waiting for one"
        yield f"row {event_pk} of the table {fate}"


def _pending(session: Session, scope: BundleScope) -> Iterator[str]:
    query = select(Event).join(Outbox, Outbox.event_pk == Event.id).order_by(Event.id)
    for event in session.scalars(query):
        yield event.body if scope.shows(event) else "null"


def _states(session: Session, project_id: int | None) -> Iterator[str]:
    for machine in STATE_MACHINES:
        for row_id, state in machine.current(session, project_id):
            yield _json({"machine": machine.key, "id": row_id, "state": state})


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
