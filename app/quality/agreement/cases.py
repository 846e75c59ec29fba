"""The cases behind a figure: the items it is of that differ, and what each reader said of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.accounts import policy
from app.accounts.actor import Actor
from app.agreement.judgements import Difference
from app.agreement.metrics.continuum import Continuum
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.errors import Conflict, NotFound
from app.corpus.project import Project, project_subject
from app.quality.acceptance.checking import may_check, waits_for_blind
from app.quality.agreement.entries import BETWEEN, FigureEntry, read_entries, scored_entries
from app.quality.agreement.read_round import ReadRound, ScoredReading, readers_told
from app.quality.agreement.slices import Figure
from app.quality.agreement.sums import metric_of
from app.quality.agreement.words import asserted
from app.review.item import Item, context_of, get_item, modality_of
from app.review.modality import Context
from app.review.queries.answers import READ, payload_of

#: rows looked at for one page of cases, and items it shows
LOOKED, SHOWN = 1500, 50
#: code points of text on either side of a case
AROUND = 90


@dataclass(frozen=True)
class ItemCases:
    """One item behind a figure: how often readers differ in what the figure compares, and of how much."""

    item: int
    label: str
    differing: int
    of: int
    row: int


@dataclass(frozen=True)
class CasePage:
    """Items that differ, and where to go on; None: all were looked at."""

    items: list[ItemCases]
    after: int | None


def cases_behind(session: Session, project: Project, figure: Figure, *, after: int = 0) -> CasePage:
    """Items of a figure whose readers differ, in the order they were read."""
    source = read_entries if figure.scope == BETWEEN else scored_entries
    found: list[ItemCases] = []
    looked, last = 0, None
    for entry in source(session, project.id, after=after, limit=LOOKED):
        looked, last = looked + 1, entry.row
        if figure.holds(entry):
            differing, of = _differing(entry, figure)
            if differing:
                found.append(ItemCases(entry.item, get_item(session, entry.item).label, differing, of, entry.row))
        if len(found) == SHOWN:
            return CasePage(found, last)
    return CasePage(found, last if looked == LOOKED else None)


def _differing(entry: FigureEntry, figure: Figure) -> tuple[int, int]:
    if figure.is_of_ratings:
        rows = [
            (values, count)
            for name, some in entry.ratings.get(figure.kind, {}).get(figure.key, {}).items()
            if figure.label in ("", name)
            for values, count in some
        ]
        compared = [(values, n) for values, n in rows if sum(value is not None for value in values) > 1]
        return sum(n for values, n in compared if len({*values} - {None}) > 1), sum(n for _, n in compared)
    # Whatever costs anything where edges may be a little off is not the same mark.
    metric = "f1-strict" if isinstance(metric_of(figure.metric), Continuum) else figure.metric
    counts = [tally["marks"].get(metric, {}).get(figure.label, (0, 0, 0)) for _, _, tally in entry.pairs]
    return sum(a + b - 2 * matched for matched, a, b in counts), sum(a + b for _, a, b in counts)


@dataclass(frozen=True)
class Version:
    """What one answer has in a case: labels, places and codes of its elements; nothing: empty."""

    who: str
    said: list[str]


@dataclass(frozen=True)
class ShownCase:
    """One difference with what each said, and the text around it where the person may read it."""

    kinds: list[str]
    labels: list[str]
    place: tuple[int, int] | None
    versions: list[Version]
    excerpt: tuple[str, str, str] | None = None


@dataclass
class Comparison:
    """An item's answers of one round held against each other."""

    item: Item
    readers: list[int]
    cases: list[ShownCase] = field(default_factory=list)
    has_text: bool = False


def compare_item(session: Session, actor: Actor, project: Project, item_id: int, *, at: int) -> Comparison:
    """Where the readers of an item differ, and the settled answer beside them where there is one.

    Only of items that nobody has to read (INV-3). The text around a case is for those who may take unfinished work
    out of the project; that it was shown is in the log. Raises Forbidden, NotFound, or Conflict while it is hidden.
    """
    policy.require(session, actor, policy.Action.VIEW_QUALITY, project_subject(project.id), at=at)
    item = get_item(session, item_id)
    rows = _rounds(session, item)
    if item.project_id != project.id or item.state not in READ or not rows:
        raise NotFound("item", "there is no such item that was read to its end")
    if may_check(session, actor, item.id, at=at) and waits_for_blind(session, actor.id, item.id):
        raise Conflict("blind-check", "this item is in a sample that is checked blind; its cases open afterwards")
    told, context = readers_told(rows[-1]), context_of(session, item)
    numbers = [reader["submission"] for reader in told]
    names = [f"reader {n}" for n in range(1, len(numbers) + 1)]
    settled = _settled_of(session, numbers)
    if settled is not None:
        numbers, names = [*numbers, settled], [*names, "settled"]
    payloads = [payload_of(session, number) for number in numbers]
    may_read = policy.may(actor, policy.Action.EXPORT_UNFINISHED, project_subject(project.id), at=at)
    found = modality_of(item).differences(payloads, context) if len(payloads) > 1 else []
    cases = [_case(item, one, names, context, shows=may_read) for one in found]
    if any(case.excerpt for case in cases):
        _say(session, actor, item, at=at)
    return Comparison(item, [reader["person"] for reader in told], cases, any(case.excerpt for case in cases))


def _rounds(session: Session, item: Item) -> list[ReadRound]:
    return session.query(ReadRound).filter_by(item_id=item.id).order_by(ReadRound.round_id).all()


def _settled_of(session: Session, readings: list[int]) -> int | None:
    rows = (session.get(ScoredReading, number) for number in readings)
    return next((row.settled_submission_id for row in rows if row is not None), None)


def _case(item: Item, difference: Difference, names: list[str], context: Context, *, shows: bool) -> ShownCase:
    said = zip(names, difference.versions, strict=True)
    versions = [Version(name, list(_told(item, elements, context))) for name, elements in said]
    excerpt = None
    if shows and difference.place is not None:
        start, end = difference.place
        text = context.text
        excerpt = (text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND])
    kinds = [str(kind) for kind in difference.kinds]
    return ShownCase(kinds, list(difference.labels), difference.place, versions, excerpt)


def _told(item: Item, elements: dict[str, Any], context: Context) -> Iterator[str]:
    """What a version says in the judgements that are compared; never text. What has its ends elsewhere, by its kind."""
    try:
        units = modality_of(item).units({"elements": elements}, context)
    except KeyError:
        yield from sorted(str(body.get("kind", "")) for body in elements.values())
        return
    own = [unit for unit in units if unit.bearer.element in elements]
    for unit in own:
        if unit.kind == "assertion":
            continue
        words = [unit.kind.replace("_", " "), unit.label, *asserted(unit, own)]
        words += [unit.value] if unit.value != unit.label else []
        words += [f"{start}–{end}" for start, end in unit.fragments]
        yield " ".join(words)


def _say(session: Session, actor: Actor, item: Item, *, at: int) -> None:
    record(
        session,
        Tag.DOCUMENT_VIEWED,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("item", item.id),
        data={"purpose": "quality", "document": item.document_id},
        project_id=item.project_id,
        at=at,
    )
