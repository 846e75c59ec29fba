"""The places a held text is held for, and taking what still waits along to its next version."""

from __future__ import annotations

from app.accounts.actor import Actor, AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.places import TextChange
from app.review.hold import OF_PRIVACY, Hold, HoldKind, close_hold, keep_places, open_hold, open_holds, places_of
from app.review.item import Item

#: which event names the places of a hold
_NAMED_BY = {
    HoldKind.PHI: Tag.PHI_REPORTED,
    HoldKind.QUARANTINE: Tag.DOCUMENT_FLAGGED,
    HoldKind.REMOVAL: Tag.REMOVAL_REPORTED,
}


def take_along(session: Session, actor: Actor, item: Item, new: Item, change: TextChange, *, at: int) -> None:
    """What a privacy officer has not decided yet is held on the new text, at the places as they stand now."""
    for hold in open_holds(session, item.id):
        if hold.kind not in OF_PRIVACY:
            continue
        places = [list(change.hull(start, end)) for start, end in places_of(session, hold)]
        close_hold(session, actor, hold, at=at)
        again = open_hold(session, actor, new.id, new.project_id, HoldKind(hold.kind), carried_from=hold, at=at)
        say_places(session, actor, again, places, at=at)


def say_places(session: Session, actor: AnyActor, hold: Hold, places: list[list[int]], *, at: int) -> None:
    """Keep the places of a hold, and say them: offsets, never words."""
    keep_places(session, hold, places)
    record(
        session,
        _NAMED_BY[HoldKind(hold.kind)],
        stream=streams.item(hold.item_id),
        actor=actor,
        subject=Subject("item", hold.item_id),
        data={"hold": hold.id, "fragments": places},
        project_id=hold.project_id,
        at=at,
    )
