"""Limits on what one person may do in a while: enough for any day's work, too little to carry a corpus away."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import HOUR, MINUTE, SECOND
from app.core.db import OPERATIONAL, Base, Session, get_locked, insert_if_missing
from app.core.errors import Unavailable


@dataclass(frozen=True)
class UseLimit:
    """At most `most` in each window of so many milliseconds."""

    use: str
    most: int
    window: int


# Rare and weighty: counted in the database, for all web processes together.
EXPORTS = UseLimit("exports", 60, HOUR)
REPORTS = UseLimit("phi-reports", 20, HOUR)
EMERGENCIES = UseLimit("emergencies", 5, HOUR)
DURABLE = frozenset({EXPORTS, REPORTS, EMERGENCIES})
# Frequent: a write for each would cost more than the use, so each web process counts its own. A reader opens some
# notes a minute and types some letters a second.
VIEWS = UseLimit("views", 5000, HOUR)
SEARCHES = UseLimit("searches", 3000, MINUTE)


class UseCount(Base):
    """How often one person used one thing in the window under way."""

    __tablename__ = "use_count"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    use: Mapped[str] = mapped_column(Text, primary_key=True)
    window_at: Mapped[int]
    count: Mapped[int]


class Meter:
    """Counts of one process, in memory: for uses that are too frequent to be written down."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts: dict[tuple[int, str], tuple[int, int]] = {}

    def take(self, person_id: int, limit: UseLimit, *, at: int) -> None:
        """Count one use. Raises Unavailable("too-many-uses")."""
        with self._guard:
            since, count = self._counts.get((person_id, limit.use), (at, 0))
            if at - since >= limit.window:
                since, count = at, 0
            if count >= limit.most:
                raise too_many(limit, since + limit.window - at)
            self._counts[person_id, limit.use] = (since, count + 1)


def take_use(session: Session, person_id: int, limit: UseLimit, *, at: int) -> None:
    """Count one use, in the transaction of the use. Raises Unavailable("too-many-uses") with the seconds to wait."""
    row = get_locked(session, UseCount, (person_id, limit.use))
    if row is None:
        key = {"person_id": person_id, "use": limit.use}
        insert_if_missing(session, UseCount, key | {"window_at": at, "count": 0})
        row = get_locked(session, UseCount, (person_id, limit.use))
    assert row is not None  # noqa: S101  (just inserted, and never deleted)
    if at - row.window_at >= limit.window:
        row.window_at, row.count = at, 0
    if row.count >= limit.most:
        raise too_many(limit, row.window_at + limit.window - at)
    row.count += 1


def too_many(limit: UseLimit, wait: int) -> Unavailable:
    """The refusal, with the seconds until the window ends."""
    message = f"that is more than {limit.most} {limit.use} in a while; go on later"
    details = {"retry_after": max(1, -(-wait // SECOND)), "use": limit.use}
    return Unavailable("too-many-uses", message, details=details)
