"""Words that readers reported as wrongly removed: what stood there, and putting it back or leaving it out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.errors import Conflict, NotFound
from app.corpus.document import Document, get_document
from app.corpus.project import project_subject
from app.corpus.vault import Vault
from app.privacy.removal.deciding import PlaceChoices, decide
from app.privacy.removal.originals import note_shown, open_until
from app.privacy.removal.places import Inspected, TextPlace, inspect_text, with_originals
from app.review.copies import is_copy
from app.review.hold import Hold, HoldKind, close_hold, get_hold, places_of
from app.review.item import Item, get_item
from app.review.states import ItemState


@dataclass(frozen=True)
class Report:
    """A report with its text. `named` are the replacements within the reader's selection."""

    hold: Hold
    item: Item
    seen: Inspected
    named: list[TextPlace]
    #: the originals are open until then; None: `seen` has none
    open_until: int | None


def list_reports(session: Session, actor: Actor, project_id: int, *, at: int, limit: int = 200) -> list[Hold]:
    """Reports of a project that wait, oldest first. Raises Forbidden."""
    _require(session, actor, project_id, at=at)
    waiting = (Hold.project_id == project_id, Hold.kind == HoldKind.REMOVAL, Hold.closed_at.is_(None),
               ~is_copy(Hold.item_id))  # fmt: skip
    query = select(Hold).join(Item, Item.id == Hold.item_id).where(*waiting, Item.state != ItemState.WITHDRAWN)
    return list(session.scalars(query.order_by(Hold.id).limit(limit)))


def read_report(session: Session, actor: Actor, vault: Vault, hold_id: int, *, at: int) -> Report:
    """What was reported, in its text, with originals where they are open; that it was shown is in the log.

    Raises Forbidden, NotFound or Conflict (decided).
    """
    hold, item, document = _open_report(session, actor, hold_id, at=at)
    until = open_until(session, actor, hold.project_id, at=at)
    seen = inspect_text(session, vault, document)
    if until is not None:
        seen = with_originals(session, vault, seen)
        note_shown(session, actor, hold.project_id, [document.id], at=at)
    _say(session, Tag.DOCUMENT_VIEWED, actor, document, {"purpose": "removal", "hold": hold.id}, at=at)
    return Report(hold, item, seen, _named(session, hold, seen), until)


def put_back_reported(
    session: Session, actor: Actor, vault: Vault, hold_id: int, choice: PlaceChoices, *, at: int
) -> Document:
    """Put back what was reported, in a new version that its readers go on with. Raises as `decide` does."""
    hold, _, document = _open_report(session, actor, hold_id, at=at)
    if not choice.put_back:
        raise Conflict("nothing-chosen", "choose what is to stand there again, or say that all was rightly removed")
    return decide(session, actor, vault, document.id, choice, hold=hold, at=at).document


def uphold_reported(session: Session, actor: Actor, vault: Vault, hold_id: int, *, at: int) -> None:
    """It was rightly removed: the item goes on as it was. Raises Forbidden, NotFound, Conflict."""
    hold, item, document = _open_report(session, actor, hold_id, at=at)
    named = _named(session, hold, inspect_text(session, vault, document))
    decide(session, actor, vault, document.id, PlaceChoices(settled=frozenset(p.key for p in named)), hold=hold, at=at)
    close_hold(session, actor, hold, at=at)
    record(
        session,
        Tag.REMOVAL_UPHELD,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("hold", hold.id),
        data={"document": document.id, "places": [[p.start, p.end] for p in named]},
        project_id=hold.project_id,
        at=at,
    )


def _named(session: Session, hold: Hold, seen: Inspected) -> list[TextPlace]:
    """The replacements a reader's selection touches; what was taken out without a trace where it stood counts too."""
    fragments = places_of(session, hold)
    return [p for p in seen.places if p.is_replaced and any(_touches(p, start, end) for start, end in fragments)]


def _touches(place: TextPlace, start: int, end: int) -> bool:
    if place.start == place.end:
        return start <= place.start <= end
    return start < place.end and place.start < end


def _open_report(session: Session, actor: Actor, hold_id: int, *, at: int) -> tuple[Hold, Item, Document]:
    hold = get_hold(session, hold_id)
    _require(session, actor, hold.project_id, at=at)
    if hold.kind != HoldKind.REMOVAL:
        raise NotFound("report", "this hold is no report of a removal")
    if hold.closed_at is not None:
        raise Conflict("decided", "this report was decided already")
    item = get_item(session, hold.item_id)
    return hold, item, get_document(session, item.document_id)


def _require(session: Session, actor: Actor, project_id: int, *, at: int) -> None:
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(project_id), at=at)


def _say(session: Session, tag: Tag, actor: Actor, document: Document, data: dict[str, object], *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.document(document.id),
        actor=actor,
        subject=Subject("document", document.id),
        data=data,
        project_id=document.project_id,
        at=at,
    )
