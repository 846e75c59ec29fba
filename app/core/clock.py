"""Time: integer milliseconds since the epoch, UTC. Adapters read the clock and pass `at` on."""

from __future__ import annotations

import time
from datetime import UTC, datetime

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    """Milliseconds since 1970-01-01T00:00:00Z."""
    return time.time_ns() // 1_000_000


def iso(at: int) -> str:
    """`2026-11-21T10:15:00.123Z` for a time in milliseconds."""
    moment = datetime.fromtimestamp(at // 1000, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{at % 1000:03d}Z"


def parse_iso(value: str) -> int:
    """Milliseconds for an ISO 8601 date or time; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
