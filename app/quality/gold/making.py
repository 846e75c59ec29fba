"""Making gold: of what the project settled, by a senior who reads a copy, or from a file that a senior answers for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.loading import load_actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, SystemActor, record
from app.core.db import Session
from app.core.errors import Conflict, Invalid
from app.corpus.document import find_by_label
from app.corpus.project import Project, project_subject
from app.quality.gold.models import GoldAnswer, GoldOrigin, list_gold
from app.review.assignment import Assignment
from app.review.authority import asked_by
from app.review.copies import CopyOrder, CopyPurpose, copies_of, is_copy
from app.review.copying import make_copy
from app.review.draft import ElementChange, assemble, change_draft
from app.review.item import Item, context_of, not_held
from app.review.opening import open_task
from app.review.queries.answers import latest_of, settled_answer
from app.review.relations import earlier_actors
from app.review.states import AssignmentState, ItemState
from app.review.submission import submit

AUTHOR_TIER = 3
SETTLED = (ItemState.VERIFIED, ItemState.SIGNED, ItemState.RELEASED)
WORKER = SystemActor("quality")
#: texts that one act makes gold of
MOST = 200


def add_settled(
    session: Session, actor: AnyActor, project: Project, item: Item, set_id: int | None, *, at: int
) -> GoldAnswer:
    """Make a settled answer gold. Raises Forbidden, or Conflict (not settled, gold already)."""
    _require(session, actor, project, at=at)
    settled = settled_answer(session, item.id) if item.state in SETTLED else None
    if settled is None or item.project_id != project.id:
        raise Conflict("not-settled", "this item is not settled")
    return _add(session, actor, project, item, (GoldOrigin.SETTLED, set_id, settled.person_id, settled.id, None), at=at)


def ask_senior(
    session: Session, actor: AnyActor, project: Project, item: Item, author_id: int, set_id: int | None, *, at: int
) -> GoldAnswer:
    """Ask somebody named to make gold of a text: a copy stands in their list. Raises Forbidden, Invalid or Conflict."""
    _require(session, actor, project, at=at)
    author = load_actor(session, author_id, at=at)
    if not may_author(author, project, at=at):
        raise Invalid("author", f"gold is made by a verifier or adjudicator of tier {AUTHOR_TIER} or above")
    if author_id in earlier_actors(session, item.id):
        raise Conflict("own-work", "this person has worked on the item")
    task = _copy_to_make(session, actor, item, author_id, at=at)
    return _add(session, actor, project, item, (GoldOrigin.SENIOR, set_id, author_id, None, task.item_id), at=at)


def bring_in(
    session: Session, actor: Actor, project: Project, row: dict[str, Any], set_id: int | None, *, at: int
) -> GoldAnswer:
    """Gold from elsewhere: `{"label": the text's label, "elements": {id: body}}`, which the actor answers for.

    It is written and frozen as the actor's own reading of a copy, so it is checked like one. Raises Forbidden,
    NotFound, Conflict, or Invalid where the elements do not fit the text or the schema.
    """
    if not may_author(actor, project, at=at):
        policy.require(session, actor, policy.Action.CHECK_QUALITY, asked_by(project, AUTHOR_TIER), at=at)
    elements = row.get("elements")
    if not isinstance(row.get("label"), str) or not isinstance(elements, dict):
        raise Invalid("gold-row", 'a row is {"label": …, "elements": {id: body}}')
    document = find_by_label(session, project.id, row["label"])
    own = (Item.document_id == document.id, Item.state != ItemState.WITHDRAWN, ~is_copy(Item.id))
    item = session.scalar(select(Item).where(*own))
    if item is None:
        raise Invalid("gold-row", "no item is made of this text")
    task = _copy_to_make(session, actor, item, actor.id, at=at)
    open_task(session, actor, task, at=at)
    begun = dict.fromkeys(assemble(session, task.id)["elements"])
    changes = [ElementChange(key, body) for key, body in (begun | elements).items()]
    change_draft(session, actor, task, changes, expected_version=0, at=at)
    answer = submit(session, actor, task, at=at)
    return _add(session, actor, project, item, (GoldOrigin.IMPORTED, set_id, actor.id, answer.id, task.item_id), at=at)


def take_over(session: Session, project_id: int, *, at: int) -> int:
    """Take the answers of seniors over that were submitted since; how many. For the worker: nobody decides here."""
    waiting = select(GoldAnswer).where(GoldAnswer.project_id == project_id, GoldAnswer.submission_id.is_(None))
    made = 0
    for gold in session.scalars(waiting.order_by(GoldAnswer.id)).all():
        done = (Assignment.item_id == gold.making_item_id, Assignment.state == AssignmentState.SUBMITTED)
        task = session.scalar(select(Assignment).where(*done))
        if task is not None:
            gold.submission_id = latest_of(session, task.id).id
            session.flush()
            _say(session, Tag.GOLD_MADE, WORKER, gold, {"submission": gold.submission_id}, at=at)
            made += 1
    return made


def may_author(actor: AnyActor, project: Project, *, at: int) -> bool:
    """Whether somebody may answer for gold: a credentialed reviewer of tier 3."""
    return policy.may(actor, policy.Action.CHECK_QUALITY, asked_by(project, AUTHOR_TIER), at=at)


def authors_of(session: Session, gold: GoldAnswer) -> set[int]:
    """Everybody who may not be held against it: its author, and all who ever worked on its text (INV-14)."""
    people = earlier_actors(session, gold.source_item_id) | {gold.author_id}
    for copy in copies_of(session, gold.source_item_id):
        if copy.purpose == CopyPurpose.GOLD_MAKING:
            people.add(copy.person_id)
    return people


def usable_gold(session: Session, project_id: int, set_id: int | None) -> list[GoldAnswer]:
    """Gold that is made, and whose text is there and nobody holds back; oldest first."""
    ready = [gold for gold in list_gold(session, project_id, set_id) if gold.submission_id is not None]
    free = (Item.state != ItemState.WITHDRAWN, not_held())
    there = set(session.scalars(select(Item.id).where(Item.project_id == project_id, *free)))
    return [gold for gold in ready if gold.source_item_id in there]


def candidates(session: Session, project: Project, modality: str | None, limit: int = 100) -> Sequence[Item]:
    """Settled items, of one modality or of all, that are no gold yet, oldest first."""
    known = select(GoldAnswer.source_item_id).where(GoldAnswer.project_id == project.id)
    own = (Item.project_id == project.id, Item.state.in_(SETTLED), not_held(), Item.id.not_in(known))
    query = select(Item).where(*own, ~is_copy(Item.id))
    if modality is not None:
        query = query.where(Item.modality == modality)
    return session.scalars(query.order_by(Item.id).limit(limit)).all()


def _copy_to_make(session: Session, actor: AnyActor, item: Item, author_id: int, *, at: int) -> Assignment:
    _require_not_gold(session, item)
    context_of(session, item)  # a text that is hidden or destroyed is nobody's to read
    return make_copy(session, actor, CopyOrder(item.id, author_id, CopyPurpose.GOLD_MAKING), at=at)


def _require_not_gold(session: Session, item: Item) -> None:
    if session.scalar(select(GoldAnswer.id).where(GoldAnswer.source_item_id == item.id).limit(1)) is not None:
        raise Conflict("gold-already", "there is gold of this text")
    if session.scalar(select(Item.id).where(Item.id == item.id, is_copy(Item.id))) is not None:
        raise Conflict("copy", "a copy is no gold")


def _add(
    session: Session, actor: AnyActor, project: Project, item: Item,
    how: tuple[GoldOrigin, int | None, int, int | None, int | None], *, at: int,
) -> GoldAnswer:  # fmt: skip
    origin, set_id, author, answer, making = how
    _require_not_gold(session, item)
    gold = GoldAnswer(
        project_id=project.id, set_id=set_id, source_item_id=item.id, origin=origin, author_id=author,
        submission_id=answer, making_item_id=making, added_by=actor.id, added_at=at,
    )  # fmt: skip
    session.add(gold)
    session.flush()
    _say(session, Tag.GOLD_ADDED, actor, gold, {"origin": origin, "author": author, "submission": answer}, at=at)
    return gold


def _require(session: Session, actor: AnyActor, project: Project, *, at: int) -> None:
    policy.require(session, actor, policy.Action.SAMPLE_QUALITY, project_subject(project.id), at=at)


def _say(session: Session, tag: Tag, actor: LoggedActor, gold: GoldAnswer, data: dict[str, Any], *, at: int) -> None:
    record(
        session, tag, stream=streams.project(gold.project_id), actor=actor, subject=Subject("gold_answer", gold.id),
        data={"item": gold.source_item_id, "set": gold.set_id} | data, project_id=gold.project_id, at=at,
    )  # fmt: skip
