"""What the sequencer asks of an event before it seals it: did the application write it, does it continue its stream."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, tuple_

from app.audit import streams
from app.audit.events import Tag
from app.audit.log import GENESIS, Head, Subject, SystemActor, heads_of, record
from app.audit.macs import EventKeys, leaf_of
from app.audit.models import Aside, Event, Leaf, Outbox
from app.core.db import Session
from app.core.digest import sha256
from app.core.errors import Unavailable
from app.core.pieces import pieces

NAMED = 100
# What a forged row says of itself goes into the log only where it looks like a stream of ours.
STREAM = re.compile(r"[a-z_]{1,20}(:\d{1,19}){0,2}")


@dataclass
class Inspection:
    """Events that may be sealed, as (row id, leaf hash), rows that may not, and streams that do not go on."""

    good: list[tuple[int, bytes]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    begins: bool = False

    @property
    def found(self) -> bool:
        return bool(self.refused or self.broken)


@dataclass
class _Place:
    """How far a stream is sealed; `head` None: nothing of it is known to be."""

    seq: int
    digest: str | None
    #: whether something after what waits is sealed already
    passed: bool = False


def must_have_macs(session: Session, keys: EventKeys | None) -> bool:
    """Whether an event without a MAC is refused. Raises Unavailable on a host without keys of a log that has them."""
    if keys is None:
        return False
    query = select(Event.id).join(Leaf, Leaf.event_pk == Event.id).where(Event.tag == str(Tag.MACS_BEGUN)).limit(1)
    begun = keys.begun or session.scalar(query) is not None
    if begun and not keys.exist:
        raise Unavailable("event-key-missing", f"{keys.path} is missing: copy it from a host that has it")
    return begun


def inspect(session: Session, rows: Sequence[Any], keys: EventKeys | None) -> Inspection:
    """Look at waiting rows in the order of their ids.

    Raises nothing for what it finds: a row that no application wrote must not keep the others from being sealed.
    """
    said = Inspection()
    ours = _written_by_us(session, rows, keys, said)
    if keys is None:
        said.good = [(row.id, leaf_of(row.body, row.mac)) for row, _ in ours]
        return said
    places = _places(session, [row for row, _ in ours])
    for row, prev in ours:
        place = places[row.stream]
        if row.seq <= place.seq or place.passed:
            said.refused.append(_refusal(row, "out-of-order"))
            continue
        if (row.seq, prev) != (place.seq + 1, place.digest):
            said.broken.append({"stream": row.stream, "seq": row.seq, "why": "gap"})
        place.seq, place.digest = row.seq, row.sha256
        said.good.append((row.id, leaf_of(row.body, row.mac)))
    said.broken += _heads_set_back(session, places)
    return said


def _written_by_us(
    session: Session, rows: Sequence[Any], keys: EventKeys | None, said: Inspection
) -> list[tuple[Any, str]]:
    """Rows whose MAC holds (or that are from before there were MACs), each with the digest it continues."""
    required = must_have_macs(session, keys)
    sealed = _sealed_already(session, rows)
    ours = []
    for row in rows:
        event = _event_of(row)
        why = "queued-twice" if row.id in sealed else _problem(row, event, keys, required)
        if why or event is None:
            said.refused.append(_refusal(row, why))
            continue
        if row.tag == Tag.MACS_BEGUN and row.mac is not None:
            required = said.begins = True
        ours.append((row, event["prev"]))
    return ours


def _problem(row: Any, event: dict[str, Any] | None, keys: EventKeys | None, required: bool) -> str:
    """Why a row may not be sealed, as a code, or ""."""
    if event is None or sha256(row.body) != row.sha256:
        return "altered"
    columns = (row.event_id, row.stream, row.seq, row.tag, row.at)
    if columns != tuple(event[name] for name in ("event_id", "stream", "seq", "tag", "at")):
        return "altered"
    if keys is None:
        return ""
    if row.mac is None:
        return "no-mac" if required else ""
    return keys.problem(row.mac, row.stream, row.seq, event["prev"], row.sha256)


def _event_of(row: Any) -> dict[str, Any] | None:
    try:
        event = json.loads(row.body)
        return event if {"event_id", "stream", "seq", "prev", "tag", "at"} <= event.keys() else None
    except (ValueError, AttributeError, RecursionError):
        return None


def _places(session: Session, rows: Sequence[Any]) -> dict[str, _Place]:
    """Stream → how far it is sealed, by the event before the first and after the last of those that wait."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for row in rows:
        first[row.stream] = min(row.seq, first.get(row.stream, row.seq))
        last[row.stream] = max(row.seq, last.get(row.stream, row.seq))
    wanted = [(stream, seq - 1) for stream, seq in first.items()] + [(s, seq + 1) for s, seq in last.items()]
    found: dict[tuple[str, int], str] = {}
    for piece in pieces(wanted):
        query = (
            select(Event.stream, Event.seq, Event.sha256)
            .join(Leaf, Leaf.event_pk == Event.id)
            .where(tuple_(Event.stream, Event.seq).in_(piece))
        )
        found |= {(row.stream, row.seq): row.sha256 for row in session.execute(query)}
    places = {}
    for stream, seq in first.items():
        before = GENESIS if seq == 1 else found.get((stream, seq - 1))
        places[stream] = _Place(seq - 1, before, (stream, last[stream] + 1) in found)
    return places


def _sealed_already(session: Session, rows: Sequence[Any]) -> set[int]:
    found: set[int] = set()
    for piece in pieces(rows):
        found |= set(session.scalars(select(Leaf.event_pk).where(Leaf.event_pk.in_([row.id for row in piece]))))
    return found


def _heads_set_back(session: Session, places: dict[str, _Place]) -> list[dict[str, Any]]:
    """Streams whose head is behind what is sealed of them: the next event would take a number that is taken."""
    heads = heads_of(session, list(places))
    behind = [name for name, place in places.items() if heads.get(name, Head(0, GENESIS)).seq < place.seq]
    return [{"stream": name, "seq": heads[name].seq, "why": "head"} for name in behind if STREAM.fullmatch(name)]


def _refusal(row: Any, why: str) -> dict[str, Any]:
    """What the log says of a refused row: where it lies and a digest, nothing that whoever wrote it may have put in."""
    known = bool(STREAM.fullmatch(row.stream))
    return {
        "row": row.id,
        "why": why,
        "stream": row.stream if known else None,
        "seq": row.seq if known else None,
        "sha256": sha256(row.body),
    }


def set_aside(session: Session, said: Inspection, *, at: int) -> None:
    """Take refused rows out of the queue, and say in the log what was found."""
    rows = [one["row"] for one in said.refused]
    for piece in pieces(rows):
        session.execute(delete(Outbox).where(Outbox.event_pk.in_(piece)))
    kept = [one for one in said.refused if one["why"] != "queued-twice"]
    if kept:
        values = [{"event_pk": one["row"], "why": one["why"], "at": at} for one in kept]
        session.execute(insert(Aside), values)
    data = {
        "refused": said.refused[:NAMED],
        "refused_count": len(said.refused),
        "broken": said.broken[:NAMED],
        "broken_count": len(said.broken),
    }
    record(
        session,
        Tag.TAMPERING_FOUND,
        # A stream of its own, whose name nobody could know: who takes the next number of another stream by SQL must not
        # keep the log from saying so.
        stream=streams.finding(secrets.token_hex(8)),
        actor=SystemActor("sequencer"),
        subject=Subject("log", "whole"),
        data=data,
        at=at,
    )
