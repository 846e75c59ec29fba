"""Brakes on guessing: failures counted in the database, per account, per known browser and per address."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import CheckConstraint, Text, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import DAY, MINUTE, SECOND
from app.core.db import OPERATIONAL, Base, Session, get_locked, insert_if_missing
from app.core.digest import sha256
from app.core.errors import Unavailable

LOCK = 15 * MINUTE
FORGET = DAY


@dataclass(frozen=True)
class Limit:
    """From `delay_from` failures on each next try waits twice as long; at `lock_at` it waits `LOCK`.

    `in_advance`: a try counts as failed before it is made, so that many at once cannot slip through.
    """

    delay_from: int
    lock_at: int
    in_advance: bool

    def wait_after(self, failures: int) -> int:
        """Milliseconds to wait after so many failures in a row."""
        if failures >= self.lock_at:
            return LOCK
        if failures < self.delay_from:
            return 0
        return min(SECOND << (failures - self.delay_from), LOCK)


ACCOUNT = Limit(delay_from=3, lock_at=10, in_advance=True)
# A ward shares one address and comes on duty at one time: what is not refused yet is no failure.
ADDRESS = Limit(delay_from=10, lock_at=50, in_advance=False)


@dataclass(frozen=True)
class Brake:
    """One counter: what is counted, under which limit."""

    key: str
    limit: Limit


class Throttle(Base):
    """Failures in a row under one key: the SHA-256 of a scope and an account or address."""

    __tablename__ = "sign_in_throttle"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures_counted"),
        {"info": {"kind": OPERATIONAL}},
    )

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[int]
    blocked_until: Mapped[int]


def brake_account(scope: str, name: str | int) -> Brake:
    return Brake(sha256(f"{scope}:account:{name}"), ACCOUNT)


def brake_browser(scope: str, name: str | int, token: str) -> Brake:
    """For a browser in which this person has signed in before: what strangers do to the account does not reach it."""
    return Brake(sha256(f"{scope}:browser:{name}:{sha256(token)}"), ACCOUNT)


def brake_address(scope: str, address: str) -> Brake:
    return Brake(sha256(f"{scope}:address:{network_of(address)}"), ADDRESS)


def network_of(address: str) -> str:
    """What one subscriber holds: an IPv4 address, of IPv6 the whole /64 (RFC 6177); other words as they are."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(IPv6Network((known, 64), strict=False))
    return str(known)


def take_try(session: Session, brakes: list[Brake], *, at: int) -> bool:
    """Ask for a try, and count it where the limit counts in advance.

    Returns whether this try is the one that locks. Raises Unavailable("too-many-attempts") with the
    seconds to wait, counting nothing, while a brake is on.
    """
    rows = [(brake, _row(session, brake.key, at)) for brake in brakes]
    wait = max((row.blocked_until - at for _, row in rows), default=0)
    if wait > 0:
        seconds = -(-wait // SECOND)
        message = "too many failed attempts; try again later"
        raise Unavailable("too-many-attempts", message, details={"retry_after": seconds})
    locking = [_count(row, brake.limit, at) for brake, row in rows if brake.limit.in_advance]
    return any(locking)


def refuse_try(session: Session, brakes: list[Brake], *, at: int) -> bool:
    """The try failed: count it where it was not counted in advance. Returns whether it locks."""
    locking = [_count(_row(session, b.key, at), b.limit, at) for b in brakes if not b.limit.in_advance]
    return any(locking)


def forgive_try(session: Session, brakes: list[Brake], *, at: int) -> None:
    """The try succeeded: the account starts anew; what failed at the address before stays counted."""
    for brake in brakes:
        if brake.limit.in_advance:
            row = _row(session, brake.key, at)
            row.failures, row.blocked_until = 0, 0


def _count(row: Throttle, limit: Limit, at: int) -> bool:
    row.failures, row.last_at = row.failures + 1, max(row.last_at, at)
    wait = limit.wait_after(row.failures)
    if wait:  # else the next to come, whose clock may be a moment behind, would be refused
        row.blocked_until = at + wait
    return row.failures == limit.lock_at


def _row(session: Session, key: str, at: int) -> Throttle:
    row = get_locked(session, Throttle, key)
    if row is None:
        # Two first failures at once must not fail on each other.
        insert_if_missing(session, Throttle, {"key": key, "failures": 0, "last_at": at, "blocked_until": 0})
        row = get_locked(session, Throttle, key)
        assert row is not None  # noqa: S101  (inserted a line ago)
    if at - row.last_at > FORGET:
        row.failures = 0
    return row


def sweep(session: Session, *, at: int) -> None:
    """Drop counters nobody has touched for a day."""
    session.execute(delete(Throttle).where(Throttle.last_at < at - FORGET))
