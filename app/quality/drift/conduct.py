"""How people work: suggestions all accepted, answers quicker than reading, and how much suggestions pull."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sqlalchemy import select

from app.agreement.metrics.intervals import wilson
from app.core.db import Session
from app.quality.agreement.entries import week_of
from app.quality.agreement.read_round import ReadRound, ScoredReading, readers_told
from app.quality.seeding.scoring import copies_told, decoy_signals

#: nobody reads more code points a second: some 600 words a minute
QUICKEST_READING = 60.0
#: nor judges more suggestions: half a second each
QUICKEST_JUDGING = 2.0
#: fewer suggestions say nothing of somebody's habits
FEWEST_SUGGESTIONS = 20
ALL_ACCEPTED = 0.99


@dataclass
class _Work:
    """What one person did, reading by reading."""

    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    seconds: list[float] = field(default_factory=list)
    pace: list[float] = field(default_factory=list)
    unread: int = 0
    stamped: list[int] = field(default_factory=list)
    weeks: dict[str, list[int]] = field(default_factory=dict)

    def add(self, told: dict[str, Any], characters: int) -> None:
        counts = [told[action] for action in ("accepted", "edited", "rejected")]
        self.accepted, self.edited, self.rejected = (
            self.accepted + counts[0], self.edited + counts[1], self.rejected + counts[2],
        )  # fmt: skip
        seconds = max(0.001, (told["frozen"] - told["opened"]) / 1000)
        self.seconds.append(seconds)
        self.pace.append(seconds / 60 / (characters / 1000) if characters else 0.0)
        self.unread += characters / seconds > QUICKEST_READING
        week = self.weeks.setdefault(week_of(told["frozen"]), [0, 0, 0, 0])
        for n, count in enumerate((*counts, 1)):
            week[n] += count
        total = sum(counts)
        if total >= FEWEST_SUGGESTIONS and counts[0] >= ALL_ACCEPTED * total and total / seconds > QUICKEST_JUDGING:
            self.stamped.append(told["submission"])


def conduct_of(session: Session, project_id: int) -> list[dict[str, Any]]:
    """A row for each reader, with signals; signals are grounds to look, never a verdict."""
    people: dict[int, _Work] = {}
    for row in session.scalars(select(ReadRound).where(ReadRound.project_id == project_id)):
        for told in readers_told(row):
            people.setdefault(told["person"], _Work()).add(told, row.characters)
    pull, copies = _pull(session, project_id), copies_told(session, project_id)
    for person in copies:
        people.setdefault(person, _Work())
    rows = [_told(person, work, pull.get(person)) for person, work in sorted(people.items())]
    for person_row in rows:
        person_row["copies"] = copies.get(person_row["person"])
        person_row["signals"] += decoy_signals(person_row["copies"])
    return rows


def _told(person: int, work: _Work, pull: dict[str, Any] | None) -> dict[str, Any]:
    total = work.accepted + work.edited + work.rejected
    readings = len(work.seconds)
    return {
        "person": person,
        "readings": readings,
        "accepted": work.accepted,
        "edited": work.edited,
        "rejected": work.rejected,
        "accepted_share": work.accepted / total if total else None,
        "accepted_interval": list(wilson(work.accepted, total)) if total else None,
        "seconds_each": median(work.seconds or [0.0]),
        "minutes_per_1000": median(work.pace or [0.0]),
        "unread": work.unread,
        "stamped": len(work.stamped),
        "weeks": dict(sorted(work.weeks.items())),
        "pull": pull,
        "signals": list(_signals(work, total, readings, pull)),
    }


def _signals(work: _Work, total: int, readings: int, pull: dict[str, Any] | None) -> Iterable[str]:
    if work.stamped:
        yield f"{len(work.stamped)} readings: every suggestion accepted, more than {QUICKEST_JUDGING:g} a second"
    if total >= 5 * FEWEST_SUGGESTIONS and work.accepted >= ALL_ACCEPTED * total:
        yield f"{work.accepted} of {total} suggestions accepted"
    if work.unread:
        yield f"{work.unread} of {readings} readings took less time than reading the text"
    if pull and pull["low"] is not None and pull["low"] > 0:
        yield "more mistakes with suggestions than without"


def _pull(session: Session, project_id: int) -> dict[int, dict[str, Any]]:
    """Reader → wrong decisions with and without suggestions, and the difference with its 95 % interval (Newcombe 1998).

    Automation bias shows as more mistakes where suggestions were there; needs decisions of both kinds.
    """
    counts: dict[int, dict[bool, list[int]]] = {}
    for row in session.scalars(select(ScoredReading).where(ScoredReading.project_id == project_id)):
        own = counts.setdefault(row.person_id, {True: [0, 0], False: [0, 0]})[bool(row.pipeline)]
        decisions = json.loads(row.wrong_json).values()
        own[0], own[1] = own[0] + sum(decisions), own[1] + len(decisions)
    return {person: _difference(*own[True], *own[False]) for person, own in counts.items()}


def _difference(wrong: int, of: int, blank_wrong: int, blank_of: int) -> dict[str, Any]:
    told: dict[str, Any] = {"assisted": [wrong, of], "blank": [blank_wrong, blank_of], "difference": None,
                            "low": None, "high": None}  # fmt: skip
    if of and blank_of:
        one, other = wrong / of, blank_wrong / blank_of
        (low_1, high_1), (low_2, high_2) = wilson(wrong, of), wilson(blank_wrong, blank_of)
        told["difference"] = one - other
        told["low"] = one - other - ((one - low_1) ** 2 + (high_2 - other) ** 2) ** 0.5
        told["high"] = one - other + ((high_1 - one) ** 2 + (other - low_2) ** 2) ** 0.5
    return told
