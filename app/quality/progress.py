"""How far a project is and how it goes on: answers by week and person, the forecast, reasons of adjudicators."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from app.core import clock
from app.core.db import Session
from app.quality.acceptance.lots import verdict_of
from app.quality.acceptance.models import LotState, list_lots
from app.quality.agreement.entries import week_of
from app.quality.agreement.read_round import ReadRound, ScoredReading, readers_told
from app.review.copies import is_copy
from app.review.critical import NotedFinding
from app.review.item import Item
from app.review.queries.rounds import FINISHED, rulings_by_reason
from app.review.states import ItemState

#: the forecast goes by the last weeks
RECENT = 4


def progress_of(session: Session, project_id: int, *, at: int) -> dict[str, Any]:
    """The progress document of a project."""
    read: Counter[tuple[str, int]] = Counter()
    for row in session.scalars(select(ReadRound).where(ReadRound.project_id == project_id)):
        read.update((week_of(told["frozen"]), told["person"]) for told in readers_told(row))
    settled = _settled_by_week(session, project_id)
    total = session.scalar(select(func.count()).select_from(Item).where(
        Item.project_id == project_id, Item.state != ItemState.WITHDRAWN, ~is_copy(Item.id))) or 0  # fmt: skip
    done = session.scalar(select(func.count()).select_from(Item).where(
        Item.project_id == project_id, Item.state.in_(FINISHED))) or 0  # fmt: skip
    return {
        "read": [[week, person, count] for (week, person), count in sorted(read.items())],
        "settled": sorted(settled.items()),
        "items": total,
        "done": done,
        "forecast": _forecast(settled, total - done, at=at),
        "reasons": _reasons(session, project_id),
        "lots": _lots(session, project_id),
        "critical": _critical(session, project_id),
    }


def _settled_by_week(session: Session, project_id: int) -> Counter[str]:
    rows = session.execute(
        select(ScoredReading.item_id, func.max(ScoredReading.settled_at))
        .join(Item, Item.id == ScoredReading.item_id)
        .where(ScoredReading.project_id == project_id, Item.state.in_(FINISHED))
        .group_by(ScoredReading.item_id)
    )
    return Counter(week_of(at) for _, at in rows)


def _forecast(settled: Counter[str], left: int, *, at: int) -> dict[str, Any]:
    """When the rest is done at the pace of the last full weeks; without a week of work none is made."""
    this = week_of(at)
    full = sorted(week for week in settled if week < this)[-RECENT:]
    if not full or not left:
        return {"left": left, "a_week": None, "weeks": None, "until": None}
    span = (clock.parse_iso(this) - clock.parse_iso(full[0])) / (7 * clock.DAY)
    pace = sum(settled[week] for week in full) / max(1.0, span)
    weeks = left / pace
    return {"left": left, "a_week": pace, "weeks": weeks, "until": week_of(at + round(weeks * 7 * clock.DAY))}


def _reasons(session: Session, project_id: int) -> list[list[Any]]:
    """[month, reason, choice, rulings]."""
    counts = Counter((week_of(at)[:7], reason, choice) for choice, reason, at in rulings_by_reason(session, project_id))
    return [[*what, count] for what, count in sorted(counts.items())]


def _lots(session: Session, project_id: int) -> list[dict[str, Any]]:
    """Decided lots, oldest first."""
    found = []
    for lot in reversed(list_lots(session, project_id)):
        if lot.state in (LotState.ACCEPTED, LotState.REFUSED):
            verdict = verdict_of(session, lot)
            found.append({
                "number": lot.number, "class": lot.label_class, "state": lot.state, "wrong": verdict.wrong,
                "checked": verdict.checked, "accept": verdict.accept, "bound": verdict.bound,
                "decided": week_of(lot.decided_at or 0),
            })  # fmt: skip
    return found


def _critical(session: Session, project_id: int) -> list[list[Any]]:
    """[month noted, minutes until settled (None: waits)] of each finding."""
    rows = session.execute(
        select(NotedFinding.noted_at, NotedFinding.settled_at)
        .where(NotedFinding.project_id == project_id)
        .order_by(NotedFinding.noted_at)
    )
    return [[week_of(noted)[:7], None if end is None else (end - noted) / 60_000] for noted, end in rows]
