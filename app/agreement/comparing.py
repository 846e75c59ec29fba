"""From units to tables: agreement figures come from the same judgements as the adjudication queue."""

from __future__ import annotations

from collections.abc import Iterable

from app.agreement.judgements import Unit
from app.agreement.metrics.data import Link, MarkedSpan, Ratings, Reading, Spans

# Answers by document and rater.
Answers = dict[str, dict[str, list[Unit]]]


def spans_of(answers: Answers, *, texts: dict[str, str] | None = None, labels: set[str] | None = None) -> Spans:
    """Entities and relations as spans and links; `labels` keeps only those labels and relation types."""
    readings = {
        document: {rater: reading_of(units, labels) for rater, units in readers.items()}
        for document, readers in answers.items()
    }
    return Spans(readings, texts or {})


def ratings_of(
    answers: Answers,
    kind: str,
    *,
    label: str | None = None,
    key: str | None = None,
    categories: tuple[str, ...] | None = None,
    positive: str | None = None,
) -> Ratings:
    """Units of one kind as a table, one item per judgement with the same place and key.

    With places (assertions, codes of entities) only judgements both readers made are comparable:
    `coverage` says how large a share that is. `label` and `key` narrow it, say to one axis.
    """
    cells, home = [], {}
    for document, readers in answers.items():
        for rater, units in readers.items():
            for unit in units:
                if unit.kind == kind and label in (None, unit.label) and key in (None, unit.key):
                    item = _item(document, unit)
                    home[item] = document
                    cells.append((item, rater, unit.value))
    return Ratings.from_cells(dict.fromkeys(cells), categories=categories, documents=home, positive=positive)


def coverage(data: Ratings) -> float | None:
    """The share of items that at least two readers judged; None without items."""
    if not len(data.codes):
        return None
    return float(((data.codes >= 0).sum(axis=1) >= 2).mean())


def _item(document: str, unit: Unit) -> str:
    place = ",".join(f"{start}-{end}" for start, end in unit.fragments)
    return f"{document}#{place}#{unit.label}#{unit.key}"


def reading_of(units: Iterable[Unit], labels: set[str] | None = None) -> Reading:
    """What one reader marked: entities as spans, relations as links; `labels` keeps only these labels and types."""
    wanted = [unit for unit in units if labels is None or unit.label in labels]
    spans = [MarkedSpan(unit.label, unit.fragments) for unit in wanted if unit.kind == "entity"]
    links = [_link(unit) for unit in wanted if unit.kind == "relation"]
    return Reading(spans, links)


def _link(unit: Unit) -> Link:
    head, tail = unit.key.split(">")
    return Link(unit.label, MarkedSpan("", _fragments(head)), MarkedSpan("", _fragments(tail)))


def _fragments(place: str) -> tuple[tuple[int, int], ...]:
    pairs = [piece.split("-") for piece in place.split(",")]
    return tuple((int(start), int(end)) for start, end in pairs)
