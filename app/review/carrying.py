"""A reading that goes on in a new version of its text: the reader's own work, moved where its words are the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.accounts.actor import Actor
from app.agreement.judgements import Payload
from app.core.db import AnyRow, Session
from app.core.places import TextChange
from app.review.assignment import Assignment
from app.review.draft import Beginning, DraftElement, start_draft
from app.review.item import get_item, modality_of
from app.review.modality import Modality
from app.review.renewal import StepBack, renewed_as, steps_back
from app.review.workflows import Step

Body = dict[str, Any]


@dataclass
class Carried:
    """What became of a reader's earlier work. Places of what is left are the nearest in the text as it is now."""

    reading_id: int
    elements: dict[str, Body] = field(default_factory=dict)
    #: what each element began as, and what the reader had rejected without a trace
    started: dict[str, Body] = field(default_factory=dict)
    removed: dict[str, Body] = field(default_factory=dict)
    left: dict[str, Body] = field(default_factory=dict)
    #: where the text was changed, as [start, end] of the text as it is now
    changed: list[list[int]] = field(default_factory=list)


def start_reading(
    session: Session, actor: Actor, assignment: Assignment, *, row: AnyRow | None = None, at: int
) -> Payload:
    """Open a reader's task: with suggestions, or with the reader's own work on an earlier version of the text.

    `row`: the task as `whole_task` read and locked it. Returns the draft.
    """
    is_first = row is not None and not row.is_renewed
    beginning = None if is_first else _beginning(session, assignment)
    return start_draft(session, actor, assignment, beginning=beginning, row=row, at=at)


def carried(session: Session, assignment: Assignment) -> Carried | None:
    """The person's own last work on earlier versions of the item's text, moved to this one; None where there is none.

    Nothing of anybody else is looked at: each reader goes on blind.
    """
    if assignment.step != Step.ANNOTATE:
        return None
    steps = steps_back(session, assignment.item_id)
    for back, step in enumerate(steps):
        if reading := _own_reading(session, step, assignment.person_id):
            modality = modality_of(get_item(session, assignment.item_id))
            return _moved(session, modality, reading, [one.change for one in steps[back::-1]])
    return None


def continued_in(session: Session, assignment: Assignment) -> int | None:
    """The same person's task on the newest version of the text, where this one is of an earlier."""
    later, newest = renewed_as(session, assignment.item_id), None
    while later is not None:
        own = (Assignment.item_id == later, Assignment.person_id == assignment.person_id)
        newest = session.scalar(select(Assignment.id).where(*own, Assignment.step == assignment.step)) or newest
        later = renewed_as(session, later)
    return newest


def _own_reading(session: Session, step: StepBack, person_id: int) -> Assignment | None:
    """The person's reading there that had begun."""
    begun = (Assignment.id.in_(step.readings), Assignment.person_id == person_id, Assignment.opened_at.is_not(None))
    return session.scalar(select(Assignment).where(*begun))


def _moved(session: Session, modality: Modality, reading: Assignment, changes: list[TextChange]) -> Carried:
    """`changes` from the reading's version to the present one, in order."""
    rows = list(session.scalars(select(DraftElement).where(DraftElement.assignment_id == reading.id)))
    work = Carried(
        reading.id,
        elements={row.element_id: body for row in rows if (body := row.content) is not None},
        started={row.element_id: json.loads(row.started) for row in rows if row.started},
    )
    work.removed = {key: body for key, body in work.started.items() if key not in work.elements}
    for change in changes:
        _move(work, modality, change)
    return work


def _move(work: Carried, modality: Modality, change: TextChange) -> None:
    moved, newly_left = modality.moved(_payload(work.elements), change)
    both = modality.moved(_payload(work.started), change)
    work.started = both[1]["elements"] | both[0]["elements"]
    work.removed = modality.moved(_payload(work.removed), change)[0]["elements"]
    earlier = modality.moved(_payload(work.left), change)
    work.left = earlier[1]["elements"] | earlier[0]["elements"] | newly_left["elements"]
    work.elements = moved["elements"]
    places = [list(change.hull(start, end)) for start, end in work.changed]
    work.changed = sorted(places + [[start, end] for _, _, start, end in change.rows])


def _payload(elements: dict[str, Body]) -> Payload:
    return {"elements": elements}


def _beginning(session: Session, assignment: Assignment) -> Beginning | None:
    work = carried(session, assignment)
    if work is None:
        return None
    elements: dict[str, tuple[Body | None, Body | None]] = {
        key: (body, work.started.get(key)) for key, body in work.elements.items()
    }
    elements |= {key: (None, body) for key, body in work.removed.items()}
    said = {"source": "earlier-version", "reading": work.reading_id, "left": sorted(work.left)}
    return Beginning(elements, said)
