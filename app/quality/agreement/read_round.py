"""What finished rounds and settled readings add to the figures: rows made once each, from frozen answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.agreement.judgements import Payload, Unit
from app.agreement.tallies import missed_labels, tally_edges, tally_pair, tally_ratings, tally_round, wrong_labels
from app.annotation.decisions import decisions
from app.core.db import PROJECTION, Base, Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, NotFound
from app.core.isolation import set_aside
from app.corpus.suggestion import Suggestion
from app.review.item import Item, context_of, context_to_begin, get_item, modality_of
from app.review.modality import Context
from app.review.queries.answers import READ, payloads_among
from app.review.queries.rounds import (
    ReaderOfRound,
    SettledReading,
    readers_named,
    readers_of_rounds,
    settled_readings,
    unread_rounds,
)
from app.review.round import Round


class ReadRound(Base):
    """One round that all its readers finished. The row goes with the body of its first reading."""

    __tablename__ = "read_round"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), index=True
    )
    #: canonical JSON, one entry a reader: who, when, from which suggestions, what became of them, how many marks
    readers_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON: `app.agreement.tallies.tally_round`, and the cases by kind and label
    tally_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON: `app.agreement.tallies.tally_edges`; NULL until it was counted, which takes samples
    edges_json: Mapped[str | None] = mapped_column(Text)
    #: code points of the text
    characters: Mapped[int]
    read_at: Mapped[int]


class ScoredReading(Base):
    """One reading held against what its item was settled as. The row goes with either body."""

    __tablename__ = "scored_reading"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    settled_submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission_body.submission_id", ondelete="CASCADE"), index=True
    )
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    guideline_version_id: Mapped[int] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    #: pipeline and version the draft began from; empty: blank
    pipeline: Mapped[str] = mapped_column(Text)
    #: canonical JSON: `tally_pair` with ratings, reading first
    tally_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON: label → 1 where the reading was wrong about it
    wrong_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON: label → [found, settled]
    found_json: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[int]
    settled_at: Mapped[int]


def fold_rounds(session: Session, project_id: int, limit: int, aside: dict[int, str]) -> int:
    """Make rows of rounds that were finished since; says how many were looked at. Hidden texts wait."""
    known = select(ReadRound.round_id).where(ReadRound.round_id == Round.id).exists()
    rounds = [number for number in unread_rounds(session, project_id, known, READ, limit + len(aside))
              if number not in aside][:limit]  # fmt: skip
    readers = readers_of_rounds(session, rounds)
    payloads = payloads_among(session, [one.submission_id for some in readers.values() for one in some])
    for number in rounds:
        aside[number] = "unreadable"  # until it is there: the next look must go past it
        with set_aside(aside, number, stage="quality"), suppress(Conflict, NotFound):
            if number in readers:
                session.add(_round_row(session, readers[number], payloads))
                del aside[number]
    session.flush()
    return len(rounds)


def _round_row(session: Session, readers: list[ReaderOfRound], payloads: dict[int, Payload]) -> ReadRound:
    item = get_item(session, readers[0].item_id)
    context = context_of(session, item)
    said = [payloads[reader.submission_id] for reader in readers]
    units = [modality_of(item).units(payload, context) for payload in said]
    tally = tally_round(units) | {"cases": _cases(item, said, context)}
    told = [_reader(session, item, *one) for one in zip(readers, said, units, strict=True)]
    return ReadRound(
        round_id=readers[0].round_id,
        project_id=item.project_id,
        item_id=item.id,
        submission_id=readers[0].submission_id,
        readers_json=canonical_json(told),
        tally_json=canonical_json(tally),
        characters=len(context.text),
        read_at=max(reader.frozen_at for reader in readers),
    )


def _cases(item: Item, said: list[Payload], context: Context) -> list[list[Any]]:
    """[kinds, labels] of each case the queue makes of these readings."""
    differences = modality_of(item).differences(said, context) if len(said) > 1 else []
    return [[[str(kind) for kind in one.kinds], list(one.labels)] for one in differences]


def _reader(
    session: Session, item: Item, reader: ReaderOfRound, payload: Payload, units: Sequence[Unit]
) -> dict[str, Any]:
    made = Counter(action for _, action in _decisions(session, item, reader, payload))
    return {
        "submission": reader.submission_id,
        "person": reader.person_id,
        "pipeline": reader.pipeline,
        "guideline": reader.guideline_version_id,
        "opened": reader.opened_at,
        "frozen": reader.frozen_at,
        "marks": dict(Counter(unit.label for unit in units if unit.kind in ("entity", "relation"))),
        **{action: made.get(action, 0) for action in ("accepted", "edited", "rejected")},
    }


def _decisions(session: Session, item: Item, reader: ReaderOfRound, payload: Payload) -> list[tuple[str, str]]:
    """(label, what became of it) of the suggestions the draft began from."""
    suggestion = session.get(Suggestion, reader.suggestion_id) if reader.suggestion_id else None
    if suggestion is None:
        return []
    modality = modality_of(item)
    names = {name: getattr(suggestion, name) for name in ("pipeline", "version", "digest")}
    start = modality.suggest(context_to_begin(session, item, context_of(session, item)), [suggestion.content | names])
    return decisions(start, payload, modality.kinds)


def count_edges(session: Session, project_id: int, limit: int) -> dict[int, str]:
    """Round → what its readings add to figures that are tolerant of edges, of rounds that have none yet.

    Takes milliseconds a round: read in one transaction, written by `keep_edges` in another. What cannot be read any
    more adds nothing.
    """
    query = select(ReadRound).where(ReadRound.project_id == project_id, ReadRound.edges_json.is_(None))
    rows = session.scalars(query.order_by(ReadRound.round_id).limit(limit)).all()
    told = {row.round_id: [reader["submission"] for reader in readers_told(row)] for row in rows}
    payloads = payloads_among(session, [number for numbers in told.values() for number in numbers])
    found = {}
    for row in rows:
        found[row.round_id] = "{}"
        with suppress(Conflict, NotFound, KeyError):
            item = get_item(session, row.item_id)
            context = context_of(session, item)
            units = [modality_of(item).units(payloads[number], context) for number in told[row.round_id]]
            found[row.round_id] = canonical_json(tally_edges(units, row.characters))
    return found


def keep_edges(session: Session, counted: dict[int, str]) -> None:
    """Store what `count_edges` found, of rows that are still there."""
    for number, edges in counted.items():
        row = session.get(ReadRound, number)
        if row is not None:
            row.edges_json = edges


def fold_settled(session: Session, project_id: int, limit: int, aside: dict[int, str]) -> int:
    """Hold readings against what was settled since; says how many were looked at."""
    known = (ScoredReading, "submission_id", "settled_submission_id")
    pairs = [one for one in settled_readings(session, project_id, known, limit + len(aside))
             if one.submission_id not in aside][:limit]  # fmt: skip
    readers = readers_named(session, [one.submission_id for one in pairs])
    payloads = payloads_among(session, [number for one in pairs for number in (one.submission_id, one.settled_id)])
    for one in pairs:
        aside[one.submission_id] = "unreadable"
        with set_aside(aside, one.submission_id, stage="quality"), suppress(Conflict, NotFound):
            _score(session, one, readers[one.submission_id], payloads)
            del aside[one.submission_id]
    session.flush()
    return len(pairs)


def _score(session: Session, one: SettledReading, reader: ReaderOfRound, payloads: dict[int, Payload]) -> None:
    item = get_item(session, one.item_id)
    context, modality = context_of(session, item), modality_of(item)
    said, settled = (modality.units(payloads[n], context) for n in (one.submission_id, one.settled_id))
    row = session.get(ScoredReading, one.submission_id) or ScoredReading(submission_id=one.submission_id)
    row.settled_submission_id, row.project_id, row.item_id = one.settled_id, item.project_id, item.id
    row.person_id, row.guideline_version_id, row.pipeline = (
        reader.person_id, reader.guideline_version_id, reader.pipeline,
    )  # fmt: skip
    row.tally_json = canonical_json(tally_pair(said, settled) | tally_ratings([said, settled]))
    row.wrong_json = canonical_json(wrong_labels(said, settled))
    row.found_json = canonical_json(missed_labels(said, settled))
    row.frozen_at, row.settled_at = reader.frozen_at, one.settled_at
    session.add(row)


def readers_told(row: ReadRound) -> list[dict[str, Any]]:
    """The readers of a round as the row tells of them."""
    told: list[dict[str, Any]] = json.loads(row.readers_json)
    return told
