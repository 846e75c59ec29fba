"""Opening, drawing and deciding lots: the seed is committed before anybody knows what is in the lot (INV-17)."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.agreement.judgements import Unit
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.core.exact import PERFECT, Sensitivity, lot_upper_bound, sensitivity_from_two
from app.corpus.project import Project, project_subject
from app.quality.acceptance.models import (
    Lot,
    LotCheck,
    LotItem,
    LotState,
    Population,
    checks_of,
    get_lot,
    items_of,
    list_lots,
)
from app.quality.acceptance.plans import (
    AQLS,
    SamplingPlan,
    inspection_after,
    limiting_quality,
    single_plan,
    zero_acceptance,
)
from app.review import states
from app.review.item import Item, context_of, get_item, modality_of, not_held
from app.review.queries.answers import AnswerOfItem, payload_of, settled_answers
from app.review.states import ItemState
from app.review.weight import label_classes

CLASSES = ("routine", "significant", "critical")
PLANS = ("zero", "aql", "limiting")
PRESENTED = (ItemState.VERIFIED, ItemState.SIGNED)
#: largest lot: what one transaction looks at
LARGEST = 5000


@dataclass(frozen=True)
class NewLot:
    """What a lead asks for; defaults are those of a critical class (domain D.4)."""

    modality: str
    label_class: str = "critical"
    population: str = Population.MARKED
    plan: str = "zero"
    #: parts per 10,000
    rate: int = 200
    blind_share: int = 50
    checkers: int = 1

    def check(self) -> None:
        """Raises Invalid naming what does not fit."""
        if self.label_class not in CLASSES:
            raise Invalid("label-class", f"a class is one of {', '.join(CLASSES)}")
        if self.population not in tuple(Population):
            raise Invalid("population", "marked or unmarked")
        if self.plan not in PLANS:
            raise Invalid("plan", f"a plan is one of {', '.join(PLANS)}")
        if self.plan == "aql" and self.rate / 10 not in AQLS:
            raise Invalid("rate", f"an AQL is one of {', '.join(f'{aql / 10:g} %' for aql in AQLS)}")
        if self.plan == "aql" and self.label_class == "critical":
            raise Invalid("plan", "no wrong critical label is acceptable: choose zero acceptance or limiting quality")
        if not 1 <= self.rate <= 5000:
            raise Invalid("rate", "between 0.01 % and 50 %")
        if not 0 <= self.blind_share <= 100 or self.checkers not in (1, 2):
            raise Invalid("blind-share", "a share from 0 to 100 %, and one or two people check each document")


def open_lot(session: Session, actor: AnyActor, project: Project, new: NewLot, *, at: int) -> Lot:
    """Announce a lot: its plan and its seed's digest are in the log. Raises Forbidden, Invalid or Conflict."""
    _require(session, actor, project.id, at=at)
    new.check()
    about = (Lot.modality == new.modality, Lot.label_class == new.label_class, Lot.population == new.population)
    same = select(Lot).where(Lot.project_id == project.id, *about).order_by(Lot.number)
    before = list(session.scalars(same))
    if any(lot.state in (LotState.OPEN, LotState.DRAWN) for lot in before):
        raise Conflict("lot-running", "the lot of this class before it is not decided yet")
    last = before[-1] if before and before[-1].state == LotState.REFUSED else None
    number = session.scalar(select(func.max(Lot.number)).where(Lot.project_id == project.id)) or 0
    seed = secrets.token_hex(32)
    lot = Lot(
        project_id=project.id, number=number + 1, state=LotState.OPEN, seed=seed, plan_json="{}",
        seed_sha256=sha256(bytes.fromhex(seed)), follows_id=last.id if last else None, opened_by=actor.id,
        opened_at=at, drawn_at=None, decided_at=None, **asdict(new),
    )  # fmt: skip
    session.add(lot)
    session.flush()
    _say(session, Tag.LOT_OPENED, actor, lot, {"seed_sha256": lot.seed_sha256, **asdict(new)}, at=at)
    return lot


def draw_lot(session: Session, actor: AnyActor, lot: Lot, *, at: int) -> SamplingPlan:
    """Close the lot over what is settled now and draw its sample by HMAC order. Raises Forbidden or Conflict."""
    _require(session, actor, lot.project_id, at=at)
    lot = get_lot(session, lot.project_id, lot.number, lock=True)
    if lot.state != LotState.OPEN:
        raise Conflict("lot-drawn", "this sample was drawn already")
    frame = _frame(session, lot)
    if not frame:
        raise Conflict("nothing-to-check", "no settled item of this kind that is in no accepted lot")
    plan = plan_of(lot, len(frame), [other.state == LotState.ACCEPTED for other in _decided(session, lot)])
    if plan is None:
        raise Conflict("inspection-stopped", "five lots were refused under tightened inspection: find the cause first")
    ranked = in_order(lot.seed, lot.number, [answer.item_id for answer in frame])
    sample = {item: n for n, item in enumerate(ranked[: plan.size], start=1)}
    blind = set(in_order(lot.seed, lot.number, sample, "blind")[: round(plan.size * lot.blind_share / 100)])
    for answer in frame:
        session.add(
            LotItem(
                lot_id=lot.id, item_id=answer.item_id, submission_id=answer.submission_id,
                ordinal=sample.get(answer.item_id), blind=answer.item_id in blind,
            )
        )  # fmt: skip
    lot.state, lot.drawn_at = LotState.DRAWN, at
    lot.plan_json = canonical_json(asdict(plan))
    said = {
        "seed_sha256": lot.seed_sha256,
        "frame_sha256": sha256(canonical_json(sorted(answer.item_id for answer in frame))),
        "items": len(frame), "plan": asdict(plan), "sample": list(sample), "blind": sorted(blind),
    }  # fmt: skip
    _say(session, Tag.LOT_DRAWN, actor, lot, said, at=at)
    return plan


def count_by_modality(session: Session, project_id: int) -> dict[str, int]:
    """Modality → items that could be presented now, most first."""
    query = select(Item.modality, func.count()).where(Item.project_id == project_id, Item.state.in_(PRESENTED))
    rows = session.execute(query.group_by(Item.modality))
    return dict(sorted(((name, count) for name, count in rows), key=lambda row: -row[1]))


def plan_of(lot: Lot, size: int, verdicts: list[bool]) -> SamplingPlan | None:
    """The plan of a lot of this size; None: inspection is stopped."""
    if lot.plan == "zero":
        return zero_acceptance(size, lot.rate / 10_000)
    if lot.plan == "limiting":
        return limiting_quality(size, lot.rate / 10_000)
    mode = inspection_after(verdicts)
    if mode == "stopped":
        return None
    return single_plan(max(size, 2), lot.rate / 10, tightened=mode == "tightened")


def in_order(seed: str, number: int, items: Iterable[int], purpose: str = "sample") -> list[int]:
    """Items by HMAC-SHA-256(seed, purpose, lot, item): repeatable, and nobody can choose (INV-17)."""
    key = bytes.fromhex(seed)
    return sorted(items, key=lambda item: hmac.digest(key, f"lot-{purpose}\0{number}\0{item}".encode(), "sha256"))


def _frame(session: Session, lot: Lot) -> list[AnswerOfItem]:
    """Settled, unreleased items of the modality in no accepted lot alike, that hold the class, or that do not."""
    accepted = (
        select(LotItem.item_id)
        .join(Lot, Lot.id == LotItem.lot_id)
        .where(Lot.project_id == lot.project_id, Lot.state == LotState.ACCEPTED, Lot.modality == lot.modality)
        .where(Lot.label_class == lot.label_class)
    )
    wanted = (Item.project_id == lot.project_id, Item.modality == lot.modality, Item.state.in_(PRESENTED), not_held())
    there = set(session.scalars(select(Item.id).where(*wanted, Item.id.not_in(accepted))))
    frame = [answer for answer in settled_answers(session, lot.project_id) if answer.item_id in there]
    holding = [answer for answer in frame if _holds(session, lot, answer) == (lot.population == Population.MARKED)]
    return holding[:LARGEST]


def _holds(session: Session, lot: Lot, answer: AnswerOfItem) -> bool:
    return bool(units_of_class(session, lot, answer.item_id, answer.submission_id))


def units_of_class(session: Session, lot: Lot, item_id: int, submission_id: int) -> list[Unit]:
    """Judgements of an answer that carry a label of the lot's class and say that it is there."""
    item = get_item(session, item_id)
    classes = label_classes(session, item)
    units = modality_of(item).units(payload_of(session, submission_id), context_of(session, item))
    return [unit for unit in units if classes.get(unit.label) == lot.label_class and unit.value not in _ABSENT]


#: what a question says of something that is not there
_ABSENT = ("not_mentioned", "negative", "not_present")


def _decided(session: Session, lot: Lot) -> list[Lot]:
    """Decided lots alike, oldest first; a lot presented again does not count for switching (MIL-STD-105E 4.7)."""
    alike = [other for other in reversed(list_lots(session, lot.project_id)) if other.decided_at is not None]
    return [
        other for other in alike
        if (other.modality, other.label_class, other.population, other.plan)
        == (lot.modality, lot.label_class, lot.population, lot.plan) and other.follows_id is None
    ]  # fmt: skip


@dataclass(frozen=True)
class LotVerdict:
    """What a sample says: wrong documents, the bound of the lot over what inspectors find, whether it is accepted."""

    checked: int
    missing: int
    wrong: int
    accept: int
    bound: float
    sensitivity: Sensitivity
    is_known: bool

    @property
    def is_accepted(self) -> bool:
        return self.wrong <= self.accept


def verdict_of(session: Session, lot: Lot) -> LotVerdict:
    """The verdict as the checks stand. A document is wrong for the class with one critical or major defect."""
    items, checks = items_of(session, lot.id), [one for one in checks_of(session, lot.id) if one.checked_at is not None]
    sample = [row.item_id for row in items if row.ordinal is not None]
    done = {item for item in sample if sum(check.item_id == item for check in checks) >= lot.checkers}
    wrong = {check.item_id for check in checks if check.critical or check.major} & done
    sensitivity, is_known = _sensitivity(lot, checks, done)
    bound = lot_upper_bound(len(wrong), len(done), len(items)) if items else 1.0
    accept = json.loads(lot.plan_json).get("accept", 0)
    corrected = min(1.0, bound / sensitivity.estimate)
    return LotVerdict(len(done), len(sample) - len(done), len(wrong), accept, corrected, sensitivity, is_known)


def _sensitivity(lot: Lot, checks: Sequence[LotCheck], done: set[int]) -> tuple[Sensitivity, bool]:
    """What inspectors find of what is wrong, from two who did not know of each other; else taken for all of it."""
    if lot.checkers < 2:
        return PERFECT, False
    found: dict[int, list[bool]] = {}
    for check in checks:
        if check.item_id in done:
            found.setdefault(check.item_id, []).append(bool(check.critical or check.major))
    pairs = [tuple(both[:2]) for both in found.values()]
    both = pairs.count((True, True))
    if not both:
        return PERFECT, False
    return sensitivity_from_two(pairs.count((True, False)), pairs.count((False, True)), both), True


def decide_lot(session: Session, actor: AnyActor, lot: Lot, *, at: int) -> LotVerdict:
    """Accept or refuse by the plan, and tell the seed; all items of a refused lot are read again.

    Raises Forbidden, or Conflict while documents of the sample are not checked.
    """
    _require(session, actor, lot.project_id, at=at)
    lot = get_lot(session, lot.project_id, lot.number, lock=True)
    if lot.state != LotState.DRAWN:
        raise Conflict("lot-state", f"this lot is {lot.state}")
    verdict = verdict_of(session, lot)
    # One wrong document too many refuses a lot, however many are still to be checked.
    if verdict.missing and verdict.is_accepted:
        raise Conflict("not-all-checked", f"{verdict.missing} documents of the sample are not checked yet")
    lot.state = LotState.ACCEPTED if verdict.is_accepted else LotState.REFUSED
    lot.decided_at = at
    again = _read_again(session, actor, lot, at=at) if lot.state == LotState.REFUSED else []
    said = {
        "verdict": lot.state, "wrong": verdict.wrong, "checked": verdict.checked, "accept": verdict.accept,
        "bound_ppm": round(1e6 * verdict.bound), "seed": lot.seed, "read_again": again,
    }  # fmt: skip
    _say(session, Tag.LOT_DECIDED, actor, lot, said, at=at)
    return verdict


def _read_again(session: Session, actor: AnyActor, lot: Lot, *, at: int) -> list[int]:
    """Every item of a refused lot that was not released meanwhile goes to a new round (domain D.3)."""
    again = []
    for row in sorted(items_of(session, lot.id), key=lambda row: row.item_id):  # locks are taken in one order
        item = get_item(session, row.item_id, lock=True)
        if item.state in PRESENTED:
            data: dict[str, Any] = {"lot": lot.id, "label_class": lot.label_class}
            states.advance(session, actor, item, "sent_to_rereview", data=data, at=at)
            states.advance(session, actor, item, "reopened", data=data, at=at)
            again.append(item.id)
    return again


def _require(session: Session, actor: AnyActor, project_id: int, *, at: int) -> None:
    policy.require(session, actor, policy.Action.SAMPLE_QUALITY, project_subject(project_id), at=at)


def _say(session: Session, tag: Tag, actor: AnyActor, lot: Lot, data: dict[str, Any], *, at: int) -> None:
    record(
        session, tag, stream=streams.project(lot.project_id), actor=actor, subject=Subject("lot", lot.id),
        data={"number": lot.number} | data, project_id=lot.project_id, at=at,
    )  # fmt: skip
