"""Rows of finished rounds and scored readings as figures are summed from them, with what a figure may be cut by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from app.core.db import Session
from app.corpus.document import Document
from app.corpus.subject import Encounter
from app.quality.agreement.read_round import ReadRound, ScoredReading
from app.review.item import Item
from app.review.queries.answers import READ
from app.review.queries.rounds import FINISHED

BETWEEN, SETTLED = "between", "settled"
#: assisted and blank readings are never one figure (domain C.7): suggestions pull readers together
ASSISTED, BLANK, MIXED = "assisted", "blank", "mixed"
THE_ANSWER = "settled"
#: what a figure can be cut by, besides label, pair and reader
FACETS = ("week", "guideline", "pipeline", "note_type", "language", "setting", "sex", "age_band")


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


def read_entries(
    session: Session, project_id: int, *, after: int = 0, limit: int | None = None
) -> Iterator[FigureEntry]:
    """Rounds of items that nobody has to read (again), by round."""
    query = _about(ReadRound, project_id).where(Item.state.in_(READ), ReadRound.round_id > after)
    for row, modality, *facts in session.execute(query.order_by(ReadRound.round_id).limit(limit)):
        yield _of_round(row, modality, facts)


def scored_entries(
    session: Session, project_id: int, *, after: int = 0, limit: int | None = None
) -> Iterator[FigureEntry]:
    """Readings of items whose end was signed, by reading."""
    query = _about(ScoredReading, project_id).where(Item.state.in_(FINISHED), ScoredReading.submission_id > after)
    for row, modality, *facts in session.execute(query.order_by(ScoredReading.submission_id).limit(limit)):
        yield _of_reading(row, modality, facts)


def _about(table: Any, project_id: int) -> Select[Any]:
    return (
        select(
            *(table, Item.modality, Document.note_type, Document.language),
            *(Encounter.setting, Encounter.sex, Encounter.age_band),
        )
        .join(Item, Item.id == table.item_id)
        .join(Document, Document.id == Item.document_id)
        .join(Encounter, Encounter.id == Document.encounter_id)
        .where(table.project_id == project_id)
    )


def _of_round(row: ReadRound, modality: str, facts: list[str]) -> FigureEntry:
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


def _of_reading(row: ScoredReading, modality: str, facts: list[str]) -> FigureEntry:
    tally, person = json.loads(row.tally_json), str(row.person_id)
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
    )


def _arm(pipelines: set[str]) -> str:
    if "" not in pipelines:
        return ASSISTED
    return BLANK if pipelines == {""} else MIXED


def _facets(facts: list[str], at: int, pipelines: set[str], guidelines: set[str]) -> dict[str, str]:
    names = dict(zip(("note_type", "language", "setting", "sex", "age_band"), facts, strict=True))
    return names | {
        "week": week_of(at),
        "pipeline": pipelines.pop() if len(pipelines) == 1 else "",
        "guideline": guidelines.pop() if len(guidelines) == 1 else "",
    }


def week_of(at: int) -> str:
    """The Monday of a moment's week, UTC, as 2026-11-30."""
    day = datetime.fromtimestamp(at // 1000, tz=UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()
