"""The sequencer: gives waiting events their place in the tree and signs what it has become."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from app.audit import streams
from app.audit.checkpoint import Signer, Statement, parse_statement
from app.audit.events import Tag
from app.audit.inspection import Inspection, inspect, set_aside
from app.audit.log import Subject, SystemActor, record
from app.audit.macs import INFO, EventKeys
from app.audit.merkle import CompactRange, inclusion_proof
from app.audit.models import Checkpoint, Event, Leaf, Outbox
from app.audit.tree import StoredTree
from app.core import clock, fault
from app.core.db import Database, Session
from app.core.errors import Conflict, Unavailable, code_of

log = logging.getLogger(__name__)

BATCH = 1000
CLOCKS_DIFFER = clock.MINUTE
POLL_SECONDS = 0.02
# Name of the PostgreSQL advisory lock that makes one sequencer the leader.
LEADER = int.from_bytes(b"chartlog")


@dataclass(frozen=True)
class Receipt:
    """Proof that an event is in the log: for whoever wants to hold the operator to it."""

    event_id: str
    index: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """The receipt as C2SP tlog-proof, which carries its checkpoint and is checked offline."""
        hashes = "".join(base64.b64encode(value).decode() + "\n" for value in self.proof)
        return f"c2sp.org/tlog-proof@v1\nindex {self.index}\n{hashes}\n{self.checkpoint}"


def sequence(database: Database, signer: Signer, *, at: int, anew: bool = False) -> int:
    """Seal all waiting events; returns how many. Does nothing while another sequencer leads.

    `anew`: the first checkpoint continues one whose key is lost, and which therefore cannot be checked.

    An event that the application did not write, or that was altered since, is set aside with an alarm: the log says
    so and goes on. Raises Conflict when the tree is not an extension of the last signed checkpoint: nothing is signed.
    """
    keys: EventKeys | None = database.info.get(INFO)
    total = 0
    while _anything_waiting(database):
        sealed = database.writing(lambda session, anew=anew: _seal_batch(session, signer, keys, at, anew))  # type: ignore[misc]
        fault.point("seal")
        if sealed is None:
            break
        if sealed.note is not None:
            # Only a committed checkpoint is remembered: one that was rolled back may be signed anew.
            signer.remember(sealed.note)
        anew = False
        _tell(sealed.said, keys)
        total += len(sealed.said.good)
    return total


@dataclass(frozen=True)
class Sealed:
    """One batch: what was found of it, and the checkpoint, if the tree grew."""

    said: Inspection
    note: str | None


def _tell(said: Inspection, keys: EventKeys | None) -> None:
    """Alarm, and remember outside the database that events have MACs from now on."""
    for one in said.refused:
        log.critical("row %s of the log was refused and set aside: %s", one["row"], one["why"])
    for one in said.broken:
        log.critical("stream %s does not go on at event %s: %s", one["stream"], one["seq"], one["why"])
    if said.begins and keys is not None:
        with suppress(OSError):  # a file system that is only read: the log says it too
            keys.mark_begun()


def await_proof(database: Database, signer: Signer, event_ids: Sequence[str], timeout: float) -> list[Receipt] | None:
    """Receipts for committed events, in the order asked for; None when `timeout` seconds have passed.

    The act stays committed in any case; the adapter then answers 202 and the proof follows later.
    """
    deadline = time.monotonic() + timeout
    while True:
        receipts = None
        if seal_committed(database, lambda: signer, at=clock.now()):
            with suppress(DBAPIError):
                receipts = find_receipts(database, event_ids)
        if receipts is not None or time.monotonic() >= deadline:
            return receipts
        time.sleep(POLL_SECONDS)


def seal_committed(database: Database, signer: Callable[[], Signer], *, at: int) -> bool:
    """Seal what was committed a moment ago; False, and an alarm, when that cannot be done now.

    The act stands: a full disk or a database that went away must not make it look undone. The worker seals later.
    """
    try:
        sequence(database, signer(), at=at)
    except (DBAPIError, OSError, Conflict, Unavailable) as error:
        log.critical("the audit log is not sealed: %s", code_of(error))
        return False
    return True


def find_receipts(database: Database, event_ids: Sequence[str]) -> list[Receipt] | None:
    """Receipts under the newest checkpoint, or None when some event is not sealed yet."""
    with database.reading() as session:
        query = (
            select(Event.event_id, Leaf.idx).join(Leaf, Leaf.event_pk == Event.id).where(Event.event_id.in_(event_ids))
        )
        places = {row.event_id: row.idx for row in session.execute(query)}
        checkpoint = newest_checkpoint(session)
        if checkpoint is None or len(places) < len(set(event_ids)):
            return None
        tree, size, note = StoredTree(session), checkpoint.size, checkpoint.note
        proofs = {event_id: inclusion_proof(tree.node, places[event_id], size) for event_id in event_ids}
        return [Receipt(event_id, places[event_id], tuple(proofs[event_id]), note) for event_id in event_ids]


def newest_checkpoint(session: Session) -> Checkpoint | None:
    return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()


def _anything_waiting(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(Outbox.event_pk).limit(1)) is not None


def _seal_batch(session: Session, signer: Signer, keys: EventKeys | None, at: int, anew: bool) -> Sealed | None:
    """None where there is nothing to do, or another leads."""
    if not _lead(session):
        return None
    _note_clock(session, at)
    waiting = _take_waiting(session)
    if not waiting:
        return None
    said = inspect(session, waiting, keys)
    if said.found:
        set_aside(session, said, at=at)
    if not said.good:
        return Sealed(said, None)
    tree = StoredTree(session)
    frontier = _checked_frontier(session, tree, signer, anew)
    fault.point("seal")
    tree.extend(frontier, said.good)
    fault.point("seal")
    root = frontier.root()
    note = signer.sign(frontier.size, root)
    session.execute(insert(Checkpoint).values(size=frontier.size, root=root.hex(), note=note, at=at))
    session.execute(delete(Outbox).where(Outbox.event_pk.in_([pk for pk, _ in said.good])))
    fault.point("seal")
    return Sealed(said, note)


def _note_clock(session: Session, at: int) -> None:
    """Say in the log that the clock was set back: times in it run backwards then, and nobody made that up.

    Clocks of several hosts differ by a little; that is within what `verify.py` allows.
    """
    last = newest_checkpoint(session)
    waiting = session.scalar(select(func.max(Event.at)).join(Outbox, Outbox.event_pk == Event.id))
    latest = max(last.at if last else at, waiting or at)
    if at >= latest - CLOCKS_DIFFER:
        return
    record(
        session,
        Tag.CLOCK_SET_BACK,
        stream=streams.SERVER,
        actor=SystemActor("sequencer"),
        subject=Subject("log", "whole"),
        data={"from": latest, "to": at},
        at=at,
    )


def _lead(session: Session) -> bool:
    """Whether this transaction may seal. On SQLite it holds the only write lock already."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LEADER))))


def _take_waiting(session: Session) -> list[Any]:
    """The next batch in order of row id.

    Within a stream ids grow under the lock of its head, so the order of leaves follows the chain.
    """
    query = (
        select(
            Event.id, Event.event_id, Event.stream, Event.seq, Event.tag, Event.at, Event.body, Event.sha256, Event.mac
        )
        .join(Outbox, Outbox.event_pk == Event.id)
        .order_by(Outbox.event_pk)
        .limit(BATCH)
    )
    return list(session.execute(query))


def _checked_frontier(session: Session, tree: StoredTree, signer: Signer, anew: bool) -> CompactRange:
    """What the tree is now, refused unless it extends every checkpoint we know to have signed."""
    size = tree.size()
    frontier = tree.frontier(size)
    last = newest_checkpoint(session)
    if last is None:
        if size:
            raise Conflict("log-inconsistent", f"{size} events have a place, but no checkpoint was signed")
    else:
        stated = parse_statement(last.note.rpartition("\n\n")[0] + "\n") if anew else signer.open(last.note)
        if (stated.size, stated.root) != (size, frontier.root()):
            raise Conflict("log-inconsistent", f"the tree of {size} is not the one signed at {stated.size}")
    _refuse_second_history(tree, size, signer)
    return frontier


def continues(tree: StoredTree, size: int, kept: Statement) -> bool:
    """Whether a tree of this size only appended to what a checkpoint states."""
    return kept.size <= size and tree.frontier(kept.size).root() == kept.root


def _refuse_second_history(tree: StoredTree, size: int, signer: Signer) -> None:
    kept = signer.remembered()
    if kept is not None and not continues(tree, size, kept):
        raise Conflict(
            "log-forked",
            f"the database (log size {size}) does not continue the checkpoint of size {kept.size} in "
            f"{signer.memory}: restore a newer backup, or admit the loss (audit accept-restore)",
        )


def count_waiting(session: Session) -> int:
    """How many events no checkpoint covers yet."""
    return session.scalar(select(func.count()).select_from(Outbox)) or 0
