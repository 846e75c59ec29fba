"""A task with all that opening, showing and changing it ask for, in one statement each."""

from __future__ import annotations

from functools import cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from app.audit import streams
from app.audit.models import Event
from app.core.db import AnyRow, AnySelect, Session
from app.corpus.project import Project
from app.guidelines.version import GuidelineVersion
from app.review.assignment import Assignment, found_task, locking_task, task_with_item
from app.review.copies import ItemCopy
from app.review.item import Item
from app.review.renewal import Renewal
from app.review.round import Round
from app.review.states import AssignmentState


def whole_task(session: Session, assignment_id: int, *, lock: bool = False) -> AnyRow:
    """A task with all that showing it asks for. Rows stay in the session: services that get them ask no more.

    Besides the columns of `whole_items`: Assignment, Project, GuidelineVersion (the task's or the item's, else the one
    in force, else None), ItemCopy (None of a real item), `seen_at` (the last look that the log knows of), `is_renewed`,
    `goes_on` (the item has one after it), and `before` and `after`, the person's unfinished tasks beside this one.
    Raises NotFound.
    """
    query = locking_task(_to_show) if lock else _to_show()
    return found_task(session, query, {"assignment": assignment_id, "view": streams.view(assignment_id)})


@cache
def _to_show() -> AnySelect:
    newest = aliased(GuidelineVersion)
    in_force = select(func.max(newest.id)).where(newest.project_id == Item.project_id, newest.modality == Item.modality)
    kept = func.coalesce(
        Assignment.guideline_version_id, Item.guideline_version_id, in_force.correlate(Item).scalar_subquery()
    )
    renewed, next_version = aliased(Renewal), aliased(Renewal)
    seen = select(func.max(Event.at)).where(Event.stream == bindparam("view"))
    other = aliased(Assignment)
    waiting = other.state.in_((AssignmentState.OFFERED, AssignmentState.OPEN))
    beside = select(other.id).where(other.person_id == Assignment.person_id, waiting).limit(1).correlate(Assignment)
    before = beside.where(other.id < Assignment.id).order_by(other.id.desc())
    after = beside.where(other.id > Assignment.id).order_by(other.id)
    return (
        task_with_item()
        .add_columns(
            Project,
            GuidelineVersion,
            ItemCopy,
            Round,
            seen.scalar_subquery().label("seen_at"),
            select(renewed.item_id).where(renewed.item_id == Item.id).exists().label("is_renewed"),
            select(next_version.item_id).where(next_version.from_item_id == Item.id).exists().label("goes_on"),
            before.scalar_subquery().label("before"),
            after.scalar_subquery().label("after"),
        )
        .join(Project, Project.id == Assignment.project_id)
        .join(Round, Round.id == Assignment.round_id)
        .outerjoin(GuidelineVersion, GuidelineVersion.id == kept)
        .outerjoin(ItemCopy, ItemCopy.item_id == Item.id)
    )
