"""Writing events: `record` in the transaction of what happened, or not at all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Select, insert, select
from sqlalchemy.event import listens_for
from sqlalchemy.orm import SessionTransaction

from app.audit import streams
from app.audit.events import Tag
from app.audit.macs import INFO, EventKey, EventKeys
from app.audit.models import Event, Outbox, RowCommitment, StreamHead
from app.audit.rows import take_rows
from app.core.db import Session, find_by_key, insert_if_missing, watch_flushes
from app.core.digest import canonical_json, sha256
from app.core.errors import Unavailable
from app.core.many import insert_or_replace, update_many
from app.core.pieces import pieces

# Version 2 has `rows`, where it commits to any; version 1 is the same without.
EVENT_VERSION, WITH_ROWS = 1, 2
GENESIS = "0" * 64


class LoggedActor(Protocol):
    """Whoever acts: a person, a service account, or the system."""

    @property
    def id(self) -> int | None: ...

    def snapshot(self) -> dict[str, Any]:
        """Who this is at this moment: kind, id, roles, tier, session; no name, no address."""
        ...


@dataclass(frozen=True)
class SystemActor:
    """The server itself: a worker, a command, the sequencer."""

    name: str

    @property
    def id(self) -> int | None:
        return None

    def snapshot(self) -> dict[str, Any]:
        return {"kind": "system", "name": self.name}


@dataclass(frozen=True)
class Subject:
    """What an event is about: a type and the id of a row."""

    type: str
    id: int | str


@dataclass(frozen=True)
class Entry:
    """What one of many events says: its stream, what it is about, its data."""

    stream: str
    subject: Subject
    data: dict[str, Any]
    #: digests of the rows it commits to (`rows.py`)
    rows: dict[str, Any] = field(default_factory=dict)
    #: one that `new_event_id` gave earlier, where rows had to name the event first
    event_id: str | None = None


def record(
    session: Session,
    tag: Tag,
    *,
    stream: str,
    actor: LoggedActor,
    subject: Subject,
    data: dict[str, Any] | None = None,
    project_id: int | None = None,
    at: int,
) -> Event:
    """Append one event to a stream, in the caller's transaction; it commits to the records written until now.

    `data` holds identifiers, offsets, labels, codes and digests: never note text, covered text,
    comments or names.
    """
    said = Entry(stream, subject, data or {})
    return record_entry(session, tag, said, actor=actor, project_id=project_id, at=at)


def record_entry(
    session: Session, tag: Tag, said: Entry, *, actor: LoggedActor, project_id: int | None = None, at: int
) -> Event:
    """The same of an entry, whose `event_id` may be one that rows name already."""
    key = key_for(session, at)
    rows = take_rows(session, tag)
    head = _lock_head(session, said.stream)
    said, who = replace(said, rows=rows), (actor.snapshot(), actor.id)
    event = Event(**_event(Head(head.seq, head.head_sha256), tag, said, who, project_id, key, at=at))
    session.info.setdefault("commitments", []).append((event, rows))
    session.add(event)
    head.seq, head.head_sha256 = event.seq, event.sha256
    session.info.setdefault("tags", set()).add(str(tag))
    return event


def record_many(
    session: Session,
    tag: Tag,
    entries: Sequence[Entry],
    *,
    actor: LoggedActor,
    project_id: int | None = None,
    at: int,
) -> None:
    """Append one event to each of many streams, as `record` does, with a few statements for all.

    No stream may be named twice.
    """
    session.flush()  # what it holds of streams and events comes first
    who, key = (actor.snapshot(), actor.id), key_for(session, at)
    for piece in pieces(entries):
        heads = lock_heads(session, [one.stream for one in piece])
        rows = [_event(heads[one.stream], tag, one, who, project_id, key, at=at) for one in piece]
        ids = session.scalars(insert(Event).returning(Event.id), rows)
        session.execute(insert(Outbox), [{"event_pk": number} for number in ids])
        moved = [{"stream": row["stream"], "seq": row["seq"], "head_sha256": row["sha256"]} for row in rows]
        update_many(session, StreamHead, moved)
        for one in piece:
            session.info.get("heads", {}).pop(one.stream, None)  # read anew when it is asked for again
    session.info.setdefault("tags", set()).add(str(tag))


def named(ids: Iterable[int]) -> dict[str, Any]:
    """The rows of a chunk as its event names them: first and last id, how many, and a digest of all in order."""
    rows = sorted(ids)
    if not rows:
        return {"count": 0}
    return {"first": rows[0], "last": rows[-1], "count": len(rows), "sha256": sha256(canonical_json(rows))}


class Head(NamedTuple):
    """How far a stream has come: the number and the digest of its last event."""

    seq: int
    sha256: str


def _event(
    head: Head,
    tag: Tag,
    said: Entry,
    who: tuple[dict[str, Any], int | None],
    project_id: int | None,
    key: EventKey | None,
    *,
    at: int,
) -> dict[str, Any]:
    """The row of the event that follows the head of its stream."""
    event_id, seq = said.event_id or new_event_id(at), head.seq + 1
    body = canonical_json(
        {
            "v": WITH_ROWS if said.rows else EVENT_VERSION,
            "event_id": event_id,
            "stream": said.stream,
            "seq": seq,
            "prev": head.sha256,
            "tag": str(tag),
            "at": at,
            "project": project_id,
            "actor": who[0],
            "subject": {"type": said.subject.type, "id": said.subject.id},
            "data": said.data,
        }
        | ({"rows": said.rows} if said.rows else {})
    )
    digest = sha256(body)
    mac = key.mac(said.stream, seq, head.sha256, digest) if key else None
    copies = {"event_id": event_id, "stream": said.stream, "seq": seq, "tag": str(tag), "at": at}
    return copies | {"project_id": project_id, "actor_id": who[1], "body": body, "sha256": digest, "mac": mac}


def key_for(session: Session, at: int) -> EventKey | None:
    """The key that this installation's events are signed with; None where the database was given none (tests, tools).

    Raises Unavailable where the log names other keys than this host has: its events would be refused as forged.
    """
    keys: EventKeys | None = session.info.get(INFO)
    if keys is None:
        return None
    if keys.exist and keys.announced:
        return keys.signing
    if not session.info.get("announcing"):
        session.info["announcing"] = True
        _announce(session, keys, at)
    return keys.signing


def _announce(session: Session, keys: EventKeys, at: int) -> None:
    """See that the log names the key we sign with; where it names none, MACs begin, with a key made here."""
    said = announced_keys(session)
    if not said:
        _lock_head(session, streams.SERVER)  # one process begins
        said = announced_keys(session)
    if said:
        if not keys.exist:
            raise Unavailable("event-key-missing", f"{keys.path} is missing: copy it from a host that has it")
        if keys.signing.id not in said:
            raise Unavailable("event-key-unknown", f"{keys.path} holds a key this log does not know")
        keys.announced = True
        return
    if not keys.exist:
        keys.make()
    subject, data = Subject("event-key", keys.signing.id), {"key": keys.signing.id}
    record(session, Tag.MACS_BEGUN, stream=streams.SERVER, actor=SystemActor("log"), subject=subject, data=data, at=at)


def announced_keys(session: Session) -> set[str]:
    """Ids of keys that the log says are or were in use; a row that is no event of ours says nothing."""
    tags = (str(Tag.MACS_BEGUN), str(Tag.EVENT_KEY_CHANGED))
    said = set()
    for body in session.scalars(select(Event.body).where(Event.tag.in_(tags))):
        with suppress(ValueError, LookupError, TypeError):
            said.add(str(json.loads(body)["data"]["key"]))
    return said


def heads_of(session: Session, names: Sequence[str]) -> dict[str, Head]:
    """Stream → its head; that of nothing for a stream without events."""
    found = dict.fromkeys(names, Head(0, GENESIS))
    for piece in pieces(names):
        found |= {row.stream: Head(row.seq, row.head_sha256) for row in session.execute(_heads(piece))}
    return found


def lock_heads(session: Session, names: Sequence[str]) -> dict[str, Head]:
    """The same, of streams to which nobody adds until this transaction ends; name them in one order everywhere."""
    found: dict[str, Head] = {}
    for piece in pieces(names):
        rows = session.execute(_heads(piece).with_for_update())
        found |= {row.stream: Head(row.seq, row.head_sha256) for row in rows}
        for name in piece:
            if name not in found:
                head = _lock_head(session, name)
                found[name] = Head(head.seq, head.head_sha256)
    return found


def _heads(names: Sequence[str]) -> Select[str, int, str]:
    columns = (StreamHead.stream, StreamHead.seq, StreamHead.head_sha256)
    return select(*columns).where(StreamHead.stream.in_(names)).order_by(StreamHead.stream)


def _queue(session: Session) -> None:
    """Events that were just written wait for the sequencer."""
    written = [{"event_pk": row.id} for row in session.new if isinstance(row, Event)]
    session.connection().execute(insert(Outbox), written)
    _keep_commitments(session)


watch_flushes("sequenced", _queue)


def _keep_commitments(session: Session) -> None:
    """Which event committed to a row last: what is asked before somebody signs or releases it."""
    left, kept = [], dict[str, tuple[int, Any]]()
    for event, rows in session.info.pop("commitments", ()):
        if event.id is None:
            left.append((event, rows))  # not flushed yet
            continue
        # Of rows that are named together only their set is known.
        kept |= {key: (event.id, digest) for key, digest in rows.items() if not key.endswith("/*")}
    if left:
        session.info["commitments"] = left
    for piece in pieces(list(kept.items())):
        rows = [{"row_key": key, "event_pk": pk, "sha256": digest} for key, (pk, digest) in piece]
        insert_or_replace(session, RowCommitment, rows)


def _lock_head(session: Session, stream: str) -> StreamHead:
    """The stream's head, locked; made on first use without failing when two do so at once."""
    heads: dict[str, StreamHead] = session.info.setdefault("heads", {})
    if stream in heads:  # locked by this transaction: nobody else has moved it
        return heads[stream]
    with session.no_autoflush:  # what was written so far says nothing of this row, and is written with the event
        head = find_by_key(session, StreamHead, stream, lock=True)
        if head is None:
            head = insert_if_missing(session, StreamHead, {"stream": stream, "seq": 0, "head_sha256": GENESIS})
            head = head or find_by_key(session, StreamHead, stream, lock=True)
    assert head is not None  # noqa: S101  (inserted a line ago)
    heads[stream] = head
    return head


@listens_for(Session, "after_soft_rollback")
def _forget_heads(session: Session, undone: SessionTransaction) -> None:
    """What was locked or made since a savepoint is neither once that is undone."""
    session.info.pop("heads", None)
    session.info.pop("announcing", None)


def new_event_id(at: int) -> str:
    """RFC 9562 version 7: 48 bits of milliseconds, then random bits."""
    value = (at & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
