"""Giving copies out among ordinary work: by chance, in the same act, to somebody who cannot know of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.loading import load_actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock
from app.core.db import Session
from app.core.digest import canonical_json
from app.corpus.document import Document, get_document, text_of
from app.corpus.project import Project, project_subject
from app.corpus.suggestion import latest_suggestion
from app.quality.gold.making import authors_of, usable_gold
from app.quality.gold.models import GoldAnswer
from app.quality.seeding.models import DECOYS, SeededCopy
from app.review.assignment import Assignment
from app.review.copies import CopyOrder, CopyPurpose, ItemCopy, is_copy
from app.review.copying import make_copy
from app.review.distribution import eligible_readers
from app.review.item import Item, get_item, not_held
from app.review.queries.answers import READ, latest_of, payload_of
from app.review.states import AssignmentState
from app.review.workflows import Step
from app.review.workflows.composed import workflow_of


@dataclass(frozen=True)
class Seed:
    """What to give somebody: the item copied, and what its reading will be held against."""

    item: Item
    gold: GoldAnswer | None = None
    first: int | None = None


class GoldSeeds:
    """Adds copies with gold, and texts read before, beside what is given out."""

    key = "gold"

    def beside(
        self, session: Session, actor: AnyActor, project: Project, item: Item, people: Sequence[int], *, at: int
    ) -> None:
        """Where chance says so, give each of these readers a copy beside this item, in the same transaction."""
        shares = [(_gold_for, project.setting("gold_per_mille")), (_again_for, project.setting("retest_per_mille"))]
        for person in people:
            for choose, share in shares:
                if share and drawn(1000) < share and _may_be_measured(session, project, person, at=at):
                    seed = choose(session, project, item, person, at=at)
                    if seed is not None:
                        _sow(session, actor, project, item, person, seed, at=at)


def drawn(below: int) -> int:
    """A number nobody can foresee, from 0."""
    return secrets.randbelow(below)


def _may_be_measured(session: Session, project: Project, person: int, *, at: int) -> bool:
    """Not whoever may see figures of quality, nor where everybody reads everything: both would know."""
    actor = load_actor(session, person, at=at)
    if policy.may(actor, policy.Action.VIEW_QUALITY, project_subject(project.id), at=at):
        return False
    return len(eligible_readers(session, project, at=at)) > workflow_of(session, project).readers


def _gold_for(session: Session, project: Project, twin: Item, person: int, *, at: int) -> Seed | None:
    """Gold of the same kind that this person neither made nor met."""
    met = _met(session, person)
    fitting = []
    for gold in usable_gold(session, project.id, None):
        source = get_item(session, gold.source_item_id)
        known = _encounter(session, source) in met or person in authors_of(session, gold)
        if _is_like(source, twin) and not known:
            fitting.append(Seed(source, gold))
    return fitting[drawn(len(fitting))] if fitting else None


def _again_for(session: Session, project: Project, twin: Item, person: int, *, at: int) -> Seed | None:
    """Something this person read long enough ago, once, and that nobody reads now."""
    copied = select(ItemCopy.source_item_id).where(ItemCopy.person_id == person)
    before = at - project.setting("retest_days") * clock.DAY
    query = (
        select(Item, Assignment.id)
        .join(Assignment, Assignment.item_id == Item.id)
        .where(Item.project_id == project.id, Item.state.in_(READ), not_held(), ~is_copy(Item.id))
        .where(Assignment.person_id == person, Assignment.step == Step.ANNOTATE)
        .where(Assignment.state == AssignmentState.SUBMITTED, Assignment.opened_at < before, Item.id.not_in(copied))
        .order_by(Item.id)
        .limit(50)
    )
    fitting = [(item, task) for item, task in session.execute(query) if _is_like(item, twin)]
    if not fitting:
        return None
    item, task = fitting[drawn(len(fitting))]
    answer = latest_of(session, task)
    return Seed(item, first=answer.id) if answer.frozen_at < before else None


def _is_like(item: Item, twin: Item) -> bool:
    return item.modality == twin.modality and item.schema_id == twin.schema_id


def _met(session: Session, person: int) -> set[int]:
    """Encounters of which a person has, or had, anything to read, copies among them."""
    query = select(Document.encounter_id).join(Item, Item.document_id == Document.id)
    return set(session.scalars(query.join(Assignment, Assignment.item_id == Item.id)
                               .where(Assignment.person_id == person)))  # fmt: skip


def _encounter(session: Session, item: Item) -> int:
    return get_document(session, item.document_id).encounter_id


def _sow(
    session: Session, actor: AnyActor, project: Project, twin: Item, person: int, seed: Seed, *, at: int
) -> None:
    contents, mark = None, None
    if seed.gold is not None and drawn(100) < project.setting("decoy_percent"):
        contents, mark = _with_decoy(session, project, seed.item, seed.gold)
    purpose = CopyPurpose.SEEDED if seed.gold is not None else CopyPurpose.RETEST
    task = make_copy(session, actor, CopyOrder(seed.item.id, person, purpose, twin.id, contents), at=at)
    row = SeededCopy(
        item_id=task.item_id, gold_id=seed.gold.id if seed.gold else None, first_submission_id=seed.first,
        decoy_json=canonical_json(mark) if mark else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, Tag.ITEM_SEEDED, stream=streams.project(project.id), actor=actor, subject=Subject("item", row.item_id),
        data={"item": row.item_id, "gold": row.gold_id, "first": row.first_submission_id, "decoy": mark},
        project_id=project.id, at=at,
    )  # fmt: skip


def _with_decoy(session: Session, project: Project, item: Item, gold: GoldAnswer) -> tuple[dict | None, dict | None]:
    """Suggestions of the copy with a false one among them; nothing where none can be made."""
    told = latest_suggestion(session, item.document_id, project.setting("pipeline"))
    if told is None or item.modality not in DECOYS or gold.submission_id is None:
        return None, None
    text, answer = text_of(session, item.document_id), payload_of(session, gold.submission_id)
    made = DECOYS.get(item.modality).place(text, told.content, answer, drawn(2**32))
    return ({told.id: made[0]}, made[1]) if made else (None, None)
