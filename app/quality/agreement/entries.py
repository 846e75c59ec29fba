"""Rows of finished rounds and scored readings as figures are summed from them, with what a figure may be cut by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select

from app.core.db import Session
from app.quality.agreement.read_round import ReadRound, ScoredReading
from app.quality.facets import OF_TEXTS, sites_of, with_facets
from app.review.item import Item
from app.review.queries.answers import READ
from app.review.queries.rounds import FINISHED

BETWEEN, SETTLED = "between", "settled"
#: assisted and blank readings are never one figure (domain C.7): suggestions pull readers together
ASSISTED, BLANK, MIXED = "assisted", "blank", "mixed"
THE_ANSWER = "settled"
#: what a figure can be cut by, besides label, pair and reader
FACETS = ("week", "guideline", "pipeline", *OF_TEXTS)


@dataclass(frozen=True)
class FigureEntry:
    """What one round, or one reading beside the settled answer, adds to figures.

    `pairs`: (rater, rater, tally of the pair); `raters` in the order in which ratings name them.
    """

    row: int
    item: int
    modality: str
    arm: str
    raters: tuple[str, ...]
    pairs: tuple[tuple[str, str, dict[str, Any]], ...]
    ratings: dict[str, Any]
    judged: dict[str, list[int]]
    cases: list[list[Any]]
    facets: dict[str, str]
    #: decisions that were settled otherwise, and all of them; of a round, which is held against nothing: (0, 0)
    wrong: tuple[int, int] = (0, 0)


def read_entries(
    session: Session, project_id: int, *, after: int = 0, limit: int | None = None
) -> Iterator[FigureEntry]:
    """Rounds of items that nobody has to read (again), by round."""
    query, sites = _about(ReadRound, project_id), sites_of(session, project_id)
    query = query.where(Item.state.in_(READ), ReadRound.round_id > after)
    for row, modality, *facts in session.execute(query.order_by(ReadRound.round_id).limit(limit)):
        yield _of_round(row, modality, sites.facets(facts))


def scored_entries(
    session: Session, project_id: int, *, after: int = 0, limit: int | None = None
) -> Iterator[FigureEntry]:
    """Readings of items whose end was signed, by reading."""
    query, sites = _about(ScoredReading, project_id), sites_of(session, project_id)
    query = query.where(Item.state.in_(FINISHED), ScoredReading.submission_id > after)
    for row, modality, *facts in session.execute(query.order_by(ScoredReading.submission_id).limit(limit)):
        yield _of_reading(row, modality, sites.facets(facts))


def _about(table: Any, project_id: int) -> Select[Any]:
    return with_facets(table, Item.modality, of=table).where(table.project_id == project_id)


def _of_round(row: ReadRound, modality: str, facts: dict[str, str]) -> FigureEntry:
    readers, tally = json.loads(row.readers_json), json.loads(row.tally_json)
    raters = tuple(str(reader["person"]) for reader in readers)
    edges = json.loads(row.edges_json or "{}")
    pairs = []
    for ends, pair in tally["pairs"].items():
        pair["marks"] |= edges.get(ends, {})
        one, other = (raters[int(end)] for end in ends.split("-"))
        pairs.append((one, other, pair))
    pipelines = {reader["pipeline"] for reader in readers}
    guidelines = {str(reader["guideline"]) for reader in readers}
    return FigureEntry(
        row=row.round_id,
        item=row.item_id,
        modality=modality,
        arm=_arm(pipelines),
        raters=raters,
        pairs=tuple(pairs),
        ratings=tally["ratings"],
        judged=tally["judged"],
        cases=tally["cases"],
        facets=_facets(facts, row.read_at, pipelines, guidelines),
    )


def _of_reading(row: ScoredReading, modality: str, facts: dict[str, str]) -> FigureEntry:
    tally, person, wrong = json.loads(row.tally_json), str(row.person_id), json.loads(row.wrong_json)
    return FigureEntry(
        row=row.submission_id,
        item=row.item_id,
        modality=modality,
        arm=_arm({row.pipeline}),
        raters=(person, THE_ANSWER),
        pairs=((person, THE_ANSWER, tally),),
        ratings=tally["ratings"],
        judged=tally["judged"],
        cases=[],
        facets=_facets(facts, row.frozen_at, {row.pipeline}, {str(row.guideline_version_id)}),
        wrong=(sum(wrong.values()), len(wrong)),
    )


def _arm(pipelines: set[str]) -> str:
    if "" not in pipelines:
        return ASSISTED
    return BLANK if pipelines == {""} else MIXED


def _facets(facts: dict[str, str], at: int, pipelines: set[str], guidelines: set[str]) -> dict[str, str]:
    return facts | {
        "week": week_of(at),
        "pipeline": pipelines.pop() if len(pipelines) == 1 else "",
        "guideline": guidelines.pop() if len(guidelines) == 1 else "",
    }


def week_of(at: int) -> str:
    """The Monday of a moment's week, UTC, as 2026-11-30."""
    day = datetime.fromtimestamp(at // 1000, tz=UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()
