"""The record checks itself: a slice at a time, in the worker, over every event and every row that events commit to.

A pass goes over the log (each event hashes to its leaf, the leaves to the tree that was signed, each commitment is the
last one kept), then over the rows and bodies of each table, then over what the log speaks of and no table has. What it
finds stays until a whole pass finds it no more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Table, Text, and_, cast, or_, select

from app.audit.checkpoint import Signer
from app.audit.content import commitments_of
from app.audit.macs import leaf_of
from app.audit.merkle import CompactRange
from app.audit.models import Aside, Checkpoint, Erasure, Event, Leaf, Outbox, RecordCheck, RowCommitment, RowsBefore
from app.audit.replaying import AuthorityReplay, has_states, state_problems
from app.audit.rows import committed_tables, digest_of, key_of, set_digest
from app.core import clock
from app.core.db import Base, Database, Session, load_tables
from app.core.digest import canonical_json, salted_sha256, sha256

log = logging.getLogger(__name__)

SLICE = 2000
BREAKS_KEPT = 100
#: a new pass begins so long after the last one ended
REST = clock.DAY
EVENTS, LOST = "events", "lost"


@dataclass
class RecordPlace:
    """How far a pass has come: the step (`events`, a table, `lost`), the last key, and what it has to remember."""

    step: str = EVENTS
    after: list[Any] = field(default_factory=list)
    peaks: list[str] = field(default_factory=list)
    uncommitted: dict[str, int] = field(default_factory=dict)
    #: who had which role and credential when, so far; None in a pass that an earlier version began
    authority: dict[str, Any] | None = None


@dataclass(frozen=True)
class State:
    """What is known of the record: breaks of the last whole pass and of the one under way, and when they were."""

    breaks: list[str]
    started_at: int | None
    finished_at: int | None


def state_of(session: Session) -> State:
    row = session.get(RecordCheck, 1)
    if row is None:
        return State([], None, None)
    breaks = dict.fromkeys([*json.loads(row.breaks_json), *json.loads(row.found_json)])
    return State(list(breaks), row.started_at, row.finished_at)


def check_slice(database: Database, signer: Signer, *, at: int, slice_: int = SLICE, rest: int = REST) -> bool:
    """Go on with the pass under way, or begin one; False when there is nothing to do yet. A break is an alarm."""
    with database.snapshot() as session:
        row = session.get(RecordCheck, 1)
        if row is not None and row.finished_at is not None and at < row.finished_at + rest:
            return False
        fresh = row is None or row.finished_at is not None
        place = RecordPlace(authority={}) if row is None or fresh else RecordPlace(**json.loads(row.place_json))
        known = [] if row is None or fresh else json.loads(row.breaks_json)
        found = [problem for problem in _Pass(session, signer, place, slice_).go_on() if problem not in known]
    for problem in found:
        log.critical("the record was altered: %s", problem)
    database.writing(lambda session: _keep(session, place, [*known, *found][:BREAKS_KEPT], fresh, at))
    return True


def check_whole(database: Database, signer: Signer, *, at: int) -> list[str]:
    """A whole pass from its beginning, at once; what it found."""
    database.writing(lambda session: _keep(session, RecordPlace(authority={}), [], True, at))
    while check_slice(database, signer, at=at, rest=0):
        with database.reading() as session:
            row = session.get_one(RecordCheck, 1)
            if row.finished_at is not None:
                return list(json.loads(row.found_json))
    return []


def _keep(session: Session, place: RecordPlace, breaks: list[str], fresh: bool, at: int) -> None:
    row = session.get(RecordCheck, 1)
    if row is None:
        row = RecordCheck(id=1, found_json="[]")
        session.add(row)
    if fresh:
        row.started_at, row.finished_at = at, None
    row.place_json, row.breaks_json = canonical_json(asdict(place)), canonical_json(breaks)
    if place.step == "":
        row.finished_at, row.found_json, row.breaks_json = at, canonical_json(breaks), "[]"


class _Pass:
    """One slice of a pass, on a snapshot. `place` is moved on as far as it comes."""

    def __init__(self, session: Session, signer: Signer, place: RecordPlace, slice_: int) -> None:
        self.session, self.signer, self.place, self.slice = session, signer, place, slice_

    def go_on(self) -> Iterator[str]:
        if self.place.step == EVENTS:
            yield from self._events()
        elif self.place.step == LOST:
            yield from self._lost()
        else:
            load_tables()
            yield from self._rows(Base.metadata.tables[self.place.step])

    def _next_step(self) -> None:
        steps = [EVENTS, *(table.name for table in _tables()), LOST, ""]
        self.place.step, self.place.after = steps[steps.index(self.place.step) + 1], []

    # --- The log -------------------------------------------------------------------------------------------
    def _events(self) -> Iterator[str]:
        start = self.place.after[0] if self.place.after else 0
        query = (
            select(Leaf.idx, Leaf.leaf_sha256, Event.id, Event.event_id, Event.body, Event.sha256, Event.mac)
            .outerjoin(Event, Event.id == Leaf.event_pk)
            .where(Leaf.idx >= start)
            .order_by(Leaf.idx)
            .limit(self.slice)
        )
        leaves = self.session.execute(query).all()
        tree = CompactRange(start, map(bytes.fromhex, self.place.peaks))
        said: dict[str, tuple[int, str | None]] = {}
        replay = AuthorityReplay(self.place.authority) if self.place.authority is not None else None
        for row in leaves:
            tree.append(bytes.fromhex(row.leaf_sha256))
            if row.body is None:
                yield f"leaf {row.idx}: its event is gone"
            elif leaf_of(row.body, row.mac).hex() != row.leaf_sha256 or sha256(row.body) != row.sha256:
                yield f"leaf {row.idx}: event {row.id} was altered"
            else:
                event = json.loads(row.body)
                rows = event.get("rows", {})
                if replay is not None:
                    yield from (f"event {row.id}: {problem}" for problem in replay.judge(event))
                said |= {key: (row.id, digest) for key, digest in rows.items() if not key.endswith("/*")}
                yield from self._erased(row.event_id, rows.get("audit_erasure/*"))
        yield from self._kept(said)
        self.place.after, self.place.peaks = [tree.size], [peak.hex() for peak in tree.peaks]
        self.place.authority = replay.keep() if replay is not None else None
        if len(leaves) < self.slice:
            yield from self._signed(tree)
            yield from self._strays()
            self._next_step()

    def _kept(self, said: dict[str, tuple[int, str | None]]) -> Iterator[str]:
        """What is kept of the last event about a row must not be older than what the log says here."""
        kept = commitments_of(self.session, list(said))
        for key, (event_pk, _) in said.items():
            if key not in kept or kept[key].found.id < event_pk:
                yield f"{key}: what event {event_pk} says of it is not what is kept"

    def _erased(self, event_id: str, said: dict[str, Any] | None) -> Iterator[str]:
        if said is None:
            return
        table: Table = Erasure.__table__  # type: ignore[assignment]
        rows = self.session.execute(select(table).where(table.c.event_id == event_id)).mappings().all()
        if {"count": len(rows), "sha256": set_digest(digest_of(table, row) for row in rows)} != said:
            yield f"erasures of event {event_id} are not those it says"

    def _signed(self, tree: CompactRange) -> Iterator[str]:
        """The tree as it is now is the one of the last checkpoint, and goes on from the one kept beside the keys."""
        newest = self.session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()
        if newest is None:
            return
        stated = self.signer.open(newest.note)
        if (stated.size, stated.root) != (tree.size, tree.root()):
            yield f"the log of {tree.size} events is not the one that was signed at {stated.size}"

    def _strays(self) -> Iterator[str]:
        query = (
            select(Event.id)
            .outerjoin(Leaf, Leaf.event_pk == Event.id)
            .outerjoin(Outbox, Outbox.event_pk == Event.id)
            .outerjoin(Aside, Aside.event_pk == Event.id)
            .where(Leaf.idx.is_(None), Outbox.event_pk.is_(None), Aside.event_pk.is_(None))
            .limit(BREAKS_KEPT)
        )
        for event_pk in self.session.scalars(query):
            yield f"event {event_pk} has no place in the log and waits for none"

    # --- Rows and bodies -----------------------------------------------------------------------------------
    def _rows(self, table: Table) -> Iterator[str]:
        query = select(table).order_by(*table.primary_key).limit(self.slice)
        if self.place.after:
            query = query.where(_behind(list(table.primary_key), self.place.after))
        rows = self.session.execute(query).mappings().all()
        if "content" in table.info:
            yield from self._bodies(table, rows)
        elif not table.info.get("together"):
            yield from self._committed(table, rows)
        if has_states(table):
            yield from state_problems(self.session, table, rows)
        if rows:
            self.place.after = [rows[-1][column.name] for column in table.primary_key]
        if len(rows) < self.slice:
            yield from self._too_many(table)
            self._next_step()

    def _committed(self, table: Table, rows: Any) -> Iterator[str]:
        given = {key_of(table, row): row for row in rows}
        stated, last = commitments_of(self.session, list(given)), self._before(table)[1]
        first = next(iter(table.primary_key)).name
        for key, row in given.items():
            if key in stated:
                if (problem := stated[key].problem(key, digest_of(table, row))) is not None:
                    yield f"{key} {problem}"
            elif isinstance(row[first], int) and row[first] <= last:
                self.place.uncommitted[table.name] = self.place.uncommitted.get(table.name, 0) + 1
            else:
                yield f"{key} is in no event"

    def _before(self, table: Table) -> tuple[int, int]:
        row = self.session.get(RowsBefore, table.name)
        return (row.rows, row.last) if row is not None else (0, -1)

    def _too_many(self, table: Table) -> Iterator[str]:
        count = self.place.uncommitted.get(table.name, 0)
        if count > self._before(table)[0]:
            yield f"{table.name} has {count} rows from before; there were fewer then"

    def _bodies(self, table: Table, rows: Any) -> Iterator[str]:
        name, column, digest = table.info["content"]
        owner, (key,) = Base.metadata.tables[name], [one.name for one in table.primary_key]
        wanted = select(owner.c.id, owner.c[digest]).where(owner.c.id.in_([row[key] for row in rows]))
        stated = {row[0]: row[1] for row in self.session.execute(wanted)}
        opened = table.info.get("opened")
        for row in rows:
            body = opened(self.session, row) if opened else row[column]
            if salted_sha256(row["salt"], body) != stated.get(row[key]):
                yield f"{table.name}/{row[key]} is not what its digest says"

    # --- What the log speaks of and no table has -----------------------------------------------------------
    def _lost(self) -> Iterator[str]:
        query = select(RowCommitment.row_key).where(RowCommitment.sha256.is_not(None)).order_by(RowCommitment.row_key)
        if self.place.after:
            query = query.where(RowCommitment.row_key > self.place.after[0])
        keys = self.session.scalars(query.limit(self.slice)).all()
        by_table: dict[str, list[str]] = {}
        for key in keys:
            by_table.setdefault(key.split("/")[0], []).append(key)
        for name, wanted in by_table.items():
            there = self._there(Base.metadata.tables[name], wanted)
            yield from (f"{key} is in the log and no longer in the database" for key in wanted if key not in there)
        if keys:
            self.place.after = [keys[-1]]
        if len(keys) < self.slice:
            yield from self._bodies_gone()
            self._next_step()

    def _there(self, table: Table, keys: list[str]) -> set[str]:
        columns = list(table.primary_key)
        first = [key.split("/")[1] for key in keys]
        query = select(*columns).where(cast(columns[0], Text).in_(first))
        return {key_of(table, row) for row in self.session.execute(query).mappings()}

    def _bodies_gone(self) -> Iterator[str]:
        """Bodies that are not there and that no erasure names."""
        for table in _tables():
            if "content" not in table.info:
                continue
            owner, (key,) = Base.metadata.tables[table.info["content"][0]], list(table.primary_key)
            named = and_(Erasure.table_name == table.name, Erasure.row_id == cast(owner.c.id, Text))
            query = select(owner.c.id).outerjoin(table, key == owner.c.id).outerjoin(Erasure, named)
            query = query.where(key.is_(None), Erasure.row_id.is_(None)).limit(BREAKS_KEPT)
            for number in self.session.scalars(query):
                yield f"{table.name}/{number} is gone, and no erasure says why"


def _tables() -> list[Table]:
    load_tables()
    bodies = [table for table in Base.metadata.tables.values() if "content" in table.info]
    return sorted([*committed_tables(), *bodies], key=lambda table: table.name)


def _behind(columns: list[Any], after: list[Any]) -> Any:
    """Rows whose key comes after one, column by column."""
    steps = []
    for number, column in enumerate(columns):
        same = [earlier == value for earlier, value in zip(columns[:number], after, strict=False)]
        steps.append(and_(*same, column > after[number]))
    return or_(*steps)
