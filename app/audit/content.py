"""Reading what the record says: digests are computed again, and compared with what is in the log.

Whoever opens, signs, cuts or exports asks here first. What does not agree is refused and raised as an alarm: somebody
wrote to the database past this server, or a disk did.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Table, select

from app.audit.macs import leaf_of
from app.audit.models import Event, Leaf, RowCommitment, RowsBefore
from app.audit.rows import Values, digest_of, key_of
from app.core.db import Base, Session
from app.core.digest import salted_sha256, sha256
from app.core.errors import Conflict
from app.core.pieces import pieces

log = logging.getLogger(__name__)
ALTERED = "record-altered"


def altered(place: str, what: str) -> Conflict:
    """The refusal, after the alarm; `place` names a row, never what is in it."""
    log.critical("the record was altered: %s %s", place, what)
    return Conflict(ALTERED, f"{place} {what}; nothing was done: tell whoever runs this server", details={"at": place})


def require_content(place: str, salt: bytes, content: str, digest: str) -> None:
    """Raises Conflict when a body is not the one whose salted digest its row states."""
    if salted_sha256(salt, content) != digest:
        raise altered(place, "is not what its digest says")


def require_rows(session: Session, model: type[Base], keys: Collection[Any]) -> None:
    """Raises Conflict unless each of these rows is as the last event about it says.

    `keys`: values of the first column of the primary key. A row from before events committed to rows passes.
    """
    table: Table = model.__table__  # type: ignore[assignment]
    first = next(iter(table.primary_key))
    for piece in pieces(sorted(keys)):
        rows = session.execute(select(table).where(first.in_(piece))).mappings().all()
        require_values(session, table, rows)
        missing = set(piece) - {row[first.name] for row in rows}
        if missing:
            raise altered(f"{table.name} {min(missing)}", "is not there any more")


def require_values(session: Session, table: Table, rows: Sequence[Values]) -> None:
    """The same of rows in hand, all columns of each."""
    given = {key_of(table, row): row for row in rows}
    stated = commitments_of(session, list(given))
    last = session.scalar(select(RowsBefore.last).where(RowsBefore.table_name == table.name)) or 0
    first = next(iter(table.primary_key)).name
    for key, row in given.items():
        place = key.replace("/", " ", 1)
        if key not in stated:
            if not (isinstance(row[first], int) and row[first] <= last):
                raise altered(place, "is in no event")
        elif (problem := stated[key].problem(key, digest_of(table, row))) is not None:
            raise altered(place, problem)


class Commitment:
    """What the log says of one row: the event that spoke of it last, and its leaf, where it has one."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def problem(self, key: str, digest: str | None) -> str | None:
        """Why a row of this digest is not the one in the log; None when it is."""
        event = self.found
        said = f'"{key}":' + ("null" if digest is None else f'"{digest}"')
        if event.stated != digest:
            return "is not as the last event about it says"
        if said not in event.body:
            return "is in no event as it stands"
        if sha256(event.body) != event.sha256:
            return f"is in event {event.id}, which was altered"
        if event.leaf_sha256 is not None and leaf_of(event.body, event.mac).hex() != event.leaf_sha256:
            return f"is in event {event.id}, which was altered after it was sealed"
        return None


def commitments_of(session: Session, keys: Sequence[str]) -> dict[str, Commitment]:
    """Row → what the log says of it, for those it speaks of."""
    query = (
        select(
            *(RowCommitment.row_key, RowCommitment.sha256.label("stated")),
            *(Event.id, Event.body, Event.sha256, Event.mac, Leaf.leaf_sha256),
        )
        .join(Event, Event.id == RowCommitment.event_pk)
        .outerjoin(Leaf, Leaf.event_pk == Event.id)
    )
    found: dict[str, Commitment] = {}
    for piece in pieces(keys):
        for row in session.execute(query.where(RowCommitment.row_key.in_(piece))):
            found[row.row_key] = Commitment(row)
    return found
