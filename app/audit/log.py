"""Writing events: `record` in the transaction of what happened, or not at all."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import insert

from app.audit.events import Tag
from app.audit.models import Event, Outbox, StreamHead
from app.core.db import Session, insert_if_missing
from app.core.digest import canonical_json, sha256

EVENT_VERSION = 1
GENESIS = "0" * 64


class Actor(Protocol):
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


def record(
    session: Session,
    tag: Tag,
    *,
    stream: str,
    actor: Actor,
    subject: Subject,
    data: dict[str, Any] | None = None,
    project_id: int | None = None,
    at: int,
) -> Event:
    """Append one event to a stream, in the caller's transaction.

    `data` holds identifiers, offsets, labels, codes and digests: never note text, covered text,
    comments or names.
    """
    head = _lock_head(session, stream)
    event_id = uuid7(at)
    body = canonical_json(
        {
            "v": EVENT_VERSION,
            "event_id": event_id,
            "stream": stream,
            "seq": head.seq + 1,
            "prev": head.head_sha256,
            "tag": str(tag),
            "at": at,
            "project": project_id,
            "actor": actor.snapshot(),
            "subject": {"type": subject.type, "id": subject.id},
            "data": data or {},
        }
    )
    event = Event(
        event_id=event_id,
        stream=stream,
        seq=head.seq + 1,
        tag=str(tag),
        at=at,
        project_id=project_id,
        actor_id=actor.id,
        body=body,
        sha256=sha256(body),
    )
    session.add(event)
    session.flush()
    session.execute(insert(Outbox).values(event_pk=event.id))
    head.seq, head.head_sha256 = event.seq, event.sha256
    session.info["events"] = session.info.get("events", 0) + 1
    return event


def _lock_head(session: Session, stream: str) -> StreamHead:
    """The stream's head, locked; made on first use without failing when two do so at once."""
    head = session.get(StreamHead, stream, with_for_update=True)
    if head is not None:
        return head
    insert_if_missing(session, StreamHead, {"stream": stream, "seq": 0, "head_sha256": GENESIS})
    head = session.get(StreamHead, stream, with_for_update=True)
    assert head is not None  # noqa: S101  (inserted a line ago)
    return head


def uuid7(at: int) -> str:
    """RFC 9562 version 7: 48 bits of milliseconds, then random bits."""
    value = (at & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
