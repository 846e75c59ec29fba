"""Reports of what de-identification did wrong, by whoever has or had the item: it is held, and those who answer for it
are told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor, ProjectRole
from app.accounts.limits import REPORTS, take_use
from app.accounts.notice import tell_unless_own
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.errors import Conflict, Problem, invalid
from app.corpus.document import text_of
from app.corpus.member import people_with
from app.review.copies import copy_of
from app.review.hold import Hold, HoldKind, keep_places, open_hold
from app.review.item import Item, get_item
from app.review.relations import has_worked_on

Fragments = Sequence[Sequence[int]]
#: told of each report: who leads the work, and who decides on the text
TOLD = (ProjectRole.MANAGER, ProjectRole.PRIVACY_OFFICER)


def report_phi(session: Session, actor: AnyActor, item: Item, fragments: Fragments, *, at: int) -> Hold:
    """Hide an item in which a reader saw an identifier. Offsets go into the log, never the text.

    No place means: somewhere in the text. Raises Forbidden or NotFound for whoever never had the item, Invalid for
    places that are none, Conflict for a second open report, Unavailable for too many in an hour.
    """
    return _report(session, actor, item, fragments, (HoldKind.PHI, Tag.PHI_REPORTED), at=at)


def report_removal(session: Session, actor: AnyActor, item: Item, fragments: Fragments, *, at: int) -> Hold:
    """Send an item back in which a reader saw that medicine was taken for an identifier; the text stays in sight.

    What was there before is nobody's to see but a privacy officer's. Raises as `report_phi` does.
    """
    return _report(session, actor, item, fragments, (HoldKind.REMOVAL, Tag.REMOVAL_REPORTED), at=at)


def _report(
    session: Session, actor: AnyActor, item: Item, fragments: Fragments, how: tuple[HoldKind, Tag], *, at: int
) -> Hold:
    kind, tag = how
    subject = policy.PolicySubject("item", item.id, project_id=item.project_id)
    policy.require(session, actor, policy.Action.REPORT_PHI, subject, at=at)
    if problems := _problems(fragments, len(text_of(session, item.document_id))):
        raise invalid(problems, "places")
    if (copy := copy_of(session, item.id)) is not None:
        # What is wrong with a text is decided on where it belongs; the copy is held with it.
        item = get_item(session, copy.source_item_id)
    _require_first(session, actor, item, kind)
    if actor.id is not None:
        take_use(session, actor.id, REPORTS, at=at)
    hold = open_hold(session, actor, item.id, item.project_id, kind, at=at)
    places = [list(pair) for pair in fragments]
    keep_places(session, hold, places)
    event = record(
        session,
        tag,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("item", item.id),
        data={"hold": hold.id, "fragments": places},
        project_id=item.project_id,
        at=at,
    )
    for person_id in people_with(session, item.project_id, TOLD):
        if not has_worked_on(session, person_id, item.id):  # a blind reader must not learn what the other saw (INV-3)
            tell_unless_own(session, person_id, event)
    return hold


def _problems(fragments: Fragments, length: int) -> list[Problem]:
    """Each place is a pair of whole numbers within the text, half-open, in code points."""
    return [
        Problem("place-outside", f"fragments[{number}]", f"two numbers, start before end, from 0 to {length}")
        for number, pair in enumerate(fragments)
        if len(pair) != 2 or not 0 <= pair[0] < pair[1] <= length
    ]


def _require_first(session: Session, actor: AnyActor, item: Item, kind: HoldKind) -> None:
    """Raises Conflict where this person's report of the same kind on this item waits."""
    own = (Hold.item_id == item.id, Hold.kind == kind, Hold.opened_by == actor.id, Hold.closed_at.is_(None))
    if session.scalar(select(Hold.id).where(*own).limit(1)) is not None:
        raise Conflict("report-open", "you have reported this item already; the privacy office looks into it")
