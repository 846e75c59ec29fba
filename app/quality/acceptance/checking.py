"""Checks of sampled documents: blind marks first where asked, then a verdict on the answer that was presented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json, new_salt, salted_sha256
from app.core.errors import Conflict, Invalid, NotFound
from app.quality.acceptance.lots import units_of_class
from app.quality.acceptance.models import Lot, LotCheck, LotItem, LotState
from app.quality.agreement.words import asserted
from app.review.authority import subject_of_item
from app.review.item import context_of, get_item
from app.review.weight import label_classes

CHECKER_TIER = 3
MOST = 500
SEVERITIES = ("critical", "major", "minor")
BlindMark = tuple[str, int, int]


@dataclass(frozen=True)
class SampleShown:
    """What a checker has before them. `said` is empty until blind marks are frozen."""

    row: LotItem
    label: str
    text: str
    labels: list[str]
    blind: bool
    marks: list[BlindMark]
    said: list[BlindMark | tuple[str, str]]


def may_check(session: Session, actor: Actor, item_id: int, *, at: int) -> bool:
    """Credentialed, and never worked on the item (INV-2)."""
    subject = subject_of_item(session, get_item(session, item_id), CHECKER_TIER)
    subject = policy.relate(session, actor, policy.Action.CHECK_QUALITY, subject)
    return policy.may(actor, policy.Action.CHECK_QUALITY, subject, at=at)


def next_item(session: Session, actor: Actor, lot: Lot, *, at: int) -> LotItem | None:
    """The next sampled document that this person may check and that still wants a checker."""
    if lot.state != LotState.DRAWN:
        return None
    others = select(func.count()).where(
        LotCheck.lot_id == lot.id, LotCheck.item_id == LotItem.item_id, LotCheck.person_id != actor.id
    )
    own = select(LotCheck.id).where(
        LotCheck.lot_id == lot.id, LotCheck.item_id == LotItem.item_id, LotCheck.person_id == actor.id,
        LotCheck.checked_at.is_not(None),
    )  # fmt: skip
    query = select(LotItem).where(LotItem.lot_id == lot.id, LotItem.ordinal.is_not(None), ~own.exists())
    rows = session.scalars(query.where(others.scalar_subquery() < lot.checkers).order_by(LotItem.ordinal))
    return next((row for row in rows if may_check(session, actor, row.item_id, at=at)), None)


def show(session: Session, actor: Actor, lot: Lot, item_id: int, *, at: int) -> SampleShown:
    """The document to check, and what was settled once blind marks stand; that it was shown is in the log.

    Raises Forbidden, NotFound, or Conflict.
    """
    row, check = _sampled(session, actor, lot, item_id, at=at)
    item = get_item(session, item_id)
    context = context_of(session, item)
    classes = label_classes(session, item)
    is_blind = row.blind and check is None
    said: list[Any] = []
    if not is_blind:
        units = units_of_class(session, lot, item_id, row.submission_id)
        for unit in units:
            if unit.kind != "assertion" and unit.fragments:
                words = " ".join([unit.label, *asserted(unit, units)])
                said.append((words, unit.fragments[0][0], unit.fragments[-1][1]))
            elif not unit.fragments:
                said.append((unit.label, unit.value))
    record(
        session, Tag.DOCUMENT_VIEWED, stream=streams.item(item.id), actor=actor, subject=Subject("item", item.id),
        data={"purpose": "quality-check", "lot": lot.id, "blind": is_blind}, project_id=item.project_id, at=at,
    )  # fmt: skip
    labels = [label for label, weight in classes.items() if weight == lot.label_class]
    marks = [tuple(mark) for mark in json.loads(check.marks_json)] if check else []
    return SampleShown(row, item.label, context.text, labels, is_blind, marks, said)  # type: ignore[arg-type]


def mark_blind(session: Session, actor: Actor, lot: Lot, item_id: int, marks: list[BlindMark], *, at: int) -> LotCheck:
    """Freeze what a checker sees before the answer is shown. Raises Forbidden, Invalid or Conflict."""
    row, check = _sampled(session, actor, lot, item_id, at=at)
    if check is not None or not row.blind:
        raise Conflict("not-blind", "these marks stand, or this document is checked with its answer in sight")
    text = context_of(session, get_item(session, item_id)).text
    if len(marks) > MOST or any(not 0 <= start < end <= len(text) for _, start, end in marks):
        raise Invalid("marks", "a mark lies outside the text, or there are too many")
    answer, salt = canonical_json(sorted(list(mark) for mark in marks)), new_salt()
    check = LotCheck(
        lot_id=lot.id, item_id=item_id, person_id=actor.id, marks_json=answer, blind_at=at, critical=0, major=0,
        minor=0, checked_at=None,
    )  # fmt: skip
    session.add(check)
    session.flush()
    data = {"marks": len(marks), "answer_sha256": salted_sha256(salt, answer)}
    _say(session, Tag.LOT_CHECKED_BLIND, actor, lot, check, data, at=at)
    return check


def give_verdict(
    session: Session, actor: Actor, lot: Lot, item_id: int, defects: dict[str, int], *, at: int
) -> LotCheck:
    """How many defects the answer has. Raises Forbidden, Invalid or Conflict (answered; blind marks first)."""
    row, check = _sampled(session, actor, lot, item_id, at=at)
    if row.blind and check is None:
        raise Conflict("blind-first", "mark the document before its answer is shown")
    counts = {name: defects.get(name, 0) for name in SEVERITIES}
    if any(not 0 <= count <= MOST for count in counts.values()):
        raise Invalid("defects", f"defects are numbers from 0 to {MOST}")
    if check is None:
        check = LotCheck(lot_id=lot.id, item_id=item_id, person_id=actor.id, marks_json="[]", blind_at=None, **counts)
        session.add(check)
    for name, count in counts.items():
        setattr(check, name, count)
    check.checked_at = at
    session.flush()
    _say(session, Tag.LOT_CHECKED, actor, lot, check, {"blind": row.blind}, at=at)
    return check


def _sampled(
    session: Session, actor: Actor, lot: Lot, item_id: int, *, at: int
) -> tuple[LotItem, LotCheck | None]:
    """The sampled document and this person's unfinished check of it."""
    row = session.get(LotItem, (lot.id, item_id))
    if row is None or row.ordinal is None:
        raise NotFound("lot-item", "this document is not in the sample")
    subject = subject_of_item(session, get_item(session, item_id), CHECKER_TIER)
    policy.require(session, actor, policy.Action.CHECK_QUALITY, subject, at=at)
    if lot.state != LotState.DRAWN:
        raise Conflict("lot-state", f"this lot is {lot.state}")
    checks = session.scalars(select(LotCheck).where(LotCheck.lot_id == lot.id, LotCheck.item_id == item_id)).all()
    own = next((check for check in checks if check.person_id == actor.id), None)
    if own is not None and own.checked_at is not None:
        raise Conflict("checked-already", "you have given your verdict on this document")
    if own is None and len(checks) >= lot.checkers:
        raise Conflict("checked-already", "enough people check this document")
    return row, own


def waits_for_blind(session: Session, person_id: int, item_id: int) -> bool:
    """Whether somebody who may be a blind checker must not see this item's answers elsewhere yet."""
    sampled = (
        select(LotItem.item_id)
        .join(Lot, Lot.id == LotItem.lot_id)
        .where(LotItem.item_id == item_id, LotItem.ordinal.is_not(None), LotItem.blind, Lot.state == LotState.DRAWN)
    )
    marked = select(LotCheck.id).where(
        LotCheck.item_id == item_id, LotCheck.person_id == person_id, LotCheck.blind_at.is_not(None)
    )
    return session.scalar(sampled) is not None and session.scalar(marked) is None


def _say(session: Session, tag: Tag, actor: Actor, lot: Lot, check: LotCheck, data: dict[str, Any], *, at: int) -> None:
    # The digest only, and no count of defects: what one checker saw is no hint to the other.
    record(
        session, tag, stream=streams.item(check.item_id), actor=actor, subject=Subject("lot_check", check.id),
        data={"lot": lot.id, "item": check.item_id} | data, project_id=lot.project_id, at=at,
    )  # fmt: skip
