"""The sequencer: gives waiting events their place in the tree and signs what it has become."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from app.audit.checkpoint import Signer, Statement
from app.audit.merkle import CompactRange, inclusion_proof, leaf_hash
from app.audit.models import Checkpoint, Event, Leaf, Outbox
from app.audit.tree import StoredTree
from app.core import clock, fault
from app.core.db import Database, Session
from app.core.digest import sha256
from app.core.errors import Conflict

BATCH = 1000
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


def sequence(database: Database, signer: Signer, *, at: int) -> int:
    """Seal all waiting events; returns how many. Does nothing while another sequencer leads.

    Raises Conflict when an event was altered before it was sealed, or when the tree is not an
    extension of the last signed checkpoint: nothing is signed then.
    """
    if not _anything_waiting(database):
        return 0
    total = 0
    while True:
        sealed, note = database.writing(lambda session: _seal_batch(session, signer, at))
        fault.point("seal")
        if note is not None:
            # Only a committed checkpoint is remembered: one that was rolled back may be signed anew.
            signer.remember(note)
        total += sealed
        if sealed < BATCH:
            return total


def await_proof(
    database: Database, signer: Signer, event_ids: Sequence[str], timeout: float
) -> list[Receipt] | None:
    """Receipts for committed events, in the order asked for; None when `timeout` seconds have passed.

    The act stays committed in any case; the adapter then answers 202 and the proof follows later.
    """
    deadline = time.monotonic() + timeout
    while True:
        sequence(database, signer, at=clock.now())
        receipts = find_receipts(database, event_ids)
        if receipts is not None or time.monotonic() >= deadline:
            return receipts
        time.sleep(POLL_SECONDS)


def find_receipts(database: Database, event_ids: Sequence[str]) -> list[Receipt] | None:
    """Receipts under the newest checkpoint, or None when some event is not sealed yet."""
    with database.reading() as session:
        query = (
            select(Event.event_id, Leaf.idx)
            .join(Leaf, Leaf.event_pk == Event.id)
            .where(Event.event_id.in_(event_ids))
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


def _seal_batch(session: Session, signer: Signer, at: int) -> tuple[int, str | None]:
    if not _lead(session):
        return 0, None
    waiting = _take_waiting(session)
    if not waiting:
        return 0, None
    tree = StoredTree(session)
    frontier = _checked_frontier(session, tree, signer)
    fault.point("seal")
    tree.extend(frontier, waiting)
    fault.point("seal")
    root = frontier.root()
    note = signer.sign(frontier.size, root)
    session.execute(insert(Checkpoint).values(size=frontier.size, root=root.hex(), note=note, at=at))
    session.execute(delete(Outbox).where(Outbox.event_pk.in_([pk for pk, _ in waiting])))
    fault.point("seal")
    return len(waiting), note


def _lead(session: Session) -> bool:
    """Whether this transaction may seal. On SQLite it holds the only write lock already."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LEADER))))


def _take_waiting(session: Session) -> list[tuple[int, bytes]]:
    """The next batch in order of event id, with leaf hashes.

    Within a stream ids grow under the lock of its head, so the order of leaves follows the chain.
    """
    query = (
        select(Event.id, Event.body, Event.sha256)
        .join(Outbox, Outbox.event_pk == Event.id)
        .order_by(Outbox.event_pk)
        .limit(BATCH)
    )
    batch = []
    for pk, body, digest in session.execute(query):
        if sha256(body) != digest:
            raise Conflict("event-altered", f"event {pk} was altered before it was sealed")
        batch.append((pk, leaf_hash(body.encode())))
    return batch


def _checked_frontier(session: Session, tree: StoredTree, signer: Signer) -> CompactRange:
    """What the tree is now, refused unless it extends every checkpoint we know to have signed."""
    size = tree.size()
    frontier = tree.frontier(size)
    last = newest_checkpoint(session)
    if last is None:
        if size:
            raise Conflict("log-inconsistent", f"{size} events have a place, but no checkpoint was signed")
    else:
        stated = signer.open(last.note)
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
