"""Deciding on places of one text: put back what is no identifier, replace what is one, leave the rest as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.corpus.document import Document, get_document
from app.corpus.project import project_subject
from app.corpus.vault import Vault
from app.jobs.job import enqueue_once
from app.jobs.worker import FOLLOWERS
from app.privacy.incident.decide import IncidentDecision, redact
from app.privacy.removal.kept import propose
from app.privacy.removal.models import Fate, PlaceDecision
from app.privacy.removal.originals import require_open
from app.privacy.removal.places import Inspected, TextPlace, inspect_text, with_originals
from app.privacy.version.held_places import say_places, take_along
from app.privacy.version.rewriting import restore_text
from app.privacy.version.storing import add_version
from app.review.hold import Hold, HoldKind, close_hold, open_hold
from app.review.item import Item, get_item
from app.review.renewing import renew_item
from app.review.states import ItemState

CAUSE = "wrongly-removed"


@dataclass(frozen=True)
class PlaceChoices:
    """Decisions on places of a text, each by its key ("start-end" of the text as it is shown)."""

    put_back: frozenset[str] = frozenset()
    #: place → the type it is replaced as
    remove: tuple[tuple[str, str], ...] = ()
    #: looked at, and as it is: rightly replaced, or no identifier
    settled: frozenset[str] = frozenset()
    #: put back even what the patient's record names
    although_in_record: bool = False

    @property
    def says_nothing(self) -> bool:
        return not (self.put_back or self.remove or self.settled)


@dataclass(frozen=True)
class Decided:
    """The text as it goes on, its version before where there is one, and the places that were only looked at."""

    document: Document
    settled: Counter[Fate]
    put_back: int = 0
    removed: int = 0


def decide(
    session: Session,
    actor: Actor,
    vault: Vault,
    document_id: int,
    choice: PlaceChoices,
    *,
    hold: Hold | None = None,
    at: int,
) -> Decided:
    """Carry out decisions on one text, in one or two new versions where its words change.

    Each new version has its event; what is only settled is for the caller to say (`say_settled`), one text or many
    at once. Raises Forbidden (role; originals closed), Conflict (a newer version, or withdrawn) or Invalid (no such
    place, or the record names it).
    """
    document = get_document(session, document_id)
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(document.project_id), at=at)
    item = current_item(session, document)
    seen = inspect_text(session, vault, document)
    _require_places(seen, choice)
    settled = _settle(session, actor, seen, choice, hold, at=at)
    removed = dict(choice.remove)
    where = {place.key: (place.start, place.end) for place in seen.places}
    if choice.put_back:
        document, moved = _put_back(session, actor, vault, (seen, item), choice, hold, at=at)
        where = {key: moved[place] for key, place in where.items() if place in moved}
    if removed:
        spans = tuple((*where[key], kind) for key, kind in removed.items())
        document = _remove(session, actor, vault, document, spans, at=at)
    return Decided(document, settled, len(choice.put_back), len(removed))


def current_item(session: Session, document: Document) -> Item:
    """The item of a text that is still what people read. Raises Conflict where a newer version took its place."""
    item = session.scalar(
        select(Item).where(Item.document_id == document.id, Item.state != ItemState.WITHDRAWN).order_by(Item.id)
    )
    newest = session.scalar(select(func.max(Document.version)).where(Document.source_id == document.source_id))
    if item is None or document.version != newest:
        raise Conflict("superseded", "this text has a newer version, or was withdrawn")
    return get_item(session, item.id, lock=True)


def say_settled(
    session: Session, actor: Actor, project_id: int, documents: Sequence[int], settled: Counter[Fate], *, at: int
) -> None:
    """One event for all texts whose places were looked at and left as they are; says nothing of none."""
    if not settled:
        return
    ids = sorted(documents)
    record(
        session,
        Tag.PLACES_SETTLED,
        stream=streams.project(project_id),
        actor=actor,
        subject=Subject("project", project_id),
        data={
            "first": ids[0],
            "last": ids[-1],
            "count": len(ids),
            "sha256": sha256(canonical_json(ids)),
            "places": {str(fate): number for fate, number in sorted(settled.items())},
        },
        project_id=project_id,
        at=at,
    )


def _require_places(seen: Inspected, choice: PlaceChoices) -> None:
    known = {place.key: place for place in seen.places}
    named = {*choice.put_back, *choice.settled, *(key for key, _ in choice.remove)}
    wrong = [key for key in choice.put_back if key in known and not known[key].is_replaced]
    wrong += [key for key, _ in choice.remove if key in known and known[key].is_replaced]
    if wrong or not named <= known.keys():
        raise Invalid("places", "this is no place of the text, or not of that kind")
    twice = Counter([*choice.put_back, *choice.settled, *(key for key, _ in choice.remove)])
    if any(number > 1 for number in twice.values()):
        raise Invalid("places", "a place has one decision")


def _settle(
    session: Session, actor: Actor, seen: Inspected, choice: PlaceChoices, hold: Hold | None, *, at: int
) -> Counter[Fate]:
    counts: Counter[Fate] = Counter()
    for place in seen.places:
        fate = Fate.STAYS if place.is_replaced else Fate.LEFT
        if place.key in choice.settled and place.fate != fate:
            _add(session, actor, seen.document, place, fate, hold, at=at)
            counts[fate] += 1
    session.flush()
    return counts


def _put_back(
    session: Session,
    actor: Actor,
    vault: Vault,
    what: tuple[Inspected, Item],
    choice: PlaceChoices,
    hold: Hold | None,
    *,
    at: int,
) -> tuple[Document, dict[tuple[int, int], tuple[int, int]]]:
    """The new version, and where each unchanged place of the old one stands in it."""
    seen, item = what
    old = seen.document
    require_open(session, actor, old.project_id, at=at)
    seen = with_originals(session, vault, seen)
    places = [place for place in seen.places if place.key in choice.put_back]
    if not choice.although_in_record and any(place.in_record for place in places):
        raise Invalid("in-record", "the patient's own record names one of these words as an identifier")
    originals = {place.source: place.original or "" for place in places if place.source}
    made = restore_text(seen.text, seen.sealed.rows, originals)
    key = vault.key_of(session, old.subject_id)
    found = seen.sealed.later(made.rows, made.change, restored=[list(source) for source in originals])
    new = add_version(session, old, made, found, key, reason=CAUSE, at=at)
    if hold is not None:
        close_hold(session, actor, hold, at=at)
    renewed = renew_item(session, actor, item, new, made.change, cause=CAUSE, at=at)
    take_along(session, actor, item, renewed.item, made.change, at=at)
    for place in places:
        _add(session, actor, old, place, Fate.PUT_BACK, hold, at=at)
    learnt = [(place.original or "", place.why.type) for place in places if not place.in_record]
    proposed = propose(session, actor, vault, new, learnt, at=at)
    data = {
        "document": old.id,
        "new_document": new.id,
        "places": len(places),
        "hold": hold.id if hold else None,
        "proposed": proposed,
        "recalled": renewed.recalled,
    }
    _say(session, Tag.REMOVAL_UNDONE, actor, item, data, at=at)
    enqueue_once(session, FOLLOWERS.get("deid.run", "preannotate.run"), project_id=old.project_id,
                 person_id=actor.id, at=at)  # fmt: skip
    stands = [(p.start, p.end) for p in seen.places if p.key not in choice.put_back]
    return new, {place: moved for place in stands if (moved := made.change.moved(*place))}


def _remove(
    session: Session,
    actor: Actor,
    vault: Vault,
    document: Document,
    spans: tuple[tuple[int, int, str], ...],
    *,
    at: int,
) -> Document:
    """Replace what stood there as the road of a reported identifier does, with a report of the officer's own."""
    item = current_item(session, document)
    hold = open_hold(session, actor, item.id, item.project_id, HoldKind.QUARANTINE, at=at)
    say_places(session, actor, hold, [[start, end] for start, end, _ in spans], at=at)
    seen = {(p.start, p.end): p for p in inspect_text(session, vault, document).places}
    for start, end, _ in spans:
        _add(session, actor, document, seen[start, end], Fate.REMOVED, hold, at=at)
    return redact(session, actor, vault, hold.id, IncidentDecision(spans, "missed"), at=at)


def _add(
    session: Session, actor: Actor, document: Document, place: TextPlace, fate: Fate, hold: Hold | None, *, at: int
) -> None:
    session.add(
        PlaceDecision(
            document_id=document.id,
            start_at=place.start,
            end_at=place.end,
            project_id=document.project_id,
            fate=fate,
            hold_id=hold.id if hold else None,
            carried_from_id=None,
            decided_by=actor.id,
            decided_at=at,
        )
    )


def _say(session: Session, tag: Tag, actor: Actor, item: Item, data: dict[str, Any], *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("item", item.id),
        data=data,
        project_id=item.project_id,
        at=at,
    )
