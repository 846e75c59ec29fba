"""Labels of weight: what of them a settled answer changes, and which elements carry them."""

from __future__ import annotations

from app.accounts import policy
from app.accounts.actor import Actor
from app.agreement.changes import LabelChange, weighty_changes, weighty_elements
from app.agreement.judgements import Payload
from app.core.db import Session
from app.corpus.schema import LabelSchema
from app.review.authority import subject_of_item
from app.review.item import CodeLookup, Item, context_of, modality_of
from app.review.workflows import ESCALATION_TIER


def label_classes(session: Session, item: Item) -> dict[str, str]:
    """Label → routine, significant or critical, from the item's schema."""
    schema = session.get(LabelSchema, item.schema_id)
    return schema.label_classes() if schema else {}


def weighty_labels(session: Session, item: Item) -> frozenset[str]:
    """The significant and the critical labels: those a single person below T4 never decides (INV-8)."""
    return frozenset(label for label, weight in label_classes(session, item).items() if weight != "routine")


def changes_of(
    session: Session, item: Item, payload: Payload, readings: list[Payload], codes: CodeLookup
) -> list[LabelChange]:
    """Significant and critical labels of an answer that are new, gone or moved against all of `readings`."""
    modality, context = modality_of(item), context_of(session, item, codes)
    read = [modality.units(reading, context) for reading in readings]
    return weighty_changes(modality.units(payload, context), read, weighty_labels(session, item))


def critical_labels(session: Session, item: Item) -> frozenset[str]:
    """The critical labels of an item's schema."""
    return frozenset(label for label, weight in label_classes(session, item).items() if weight == "critical")


def critical_changes_of(
    session: Session, item: Item, payload: Payload, readings: list[Payload], codes: CodeLookup
) -> list[str]:
    """Which critical labels an answer has as none of `readings` had them: new, gone, or moved."""
    modality, context = modality_of(item), context_of(session, item, codes)
    critical = critical_labels(session, item)
    read = [modality.units(reading, context) for reading in readings]
    changes = weighty_changes(modality.units(payload, context), read, critical) if critical else []
    return sorted({change.label for change in changes})


def elements_of_weight(session: Session, item: Item, payload: Payload, codes: CodeLookup) -> list[str]:
    """Ids of the elements that carry a significant or critical label themselves."""
    units = modality_of(item).units(payload, context_of(session, item, codes))
    return weighty_elements(units, weighty_labels(session, item))


def may_decide_weight(session: Session, actor: Actor, item: Item, action: policy.Action, *, at: int) -> bool:
    """Whether an act on labels of weight stands as this person's own: T4, with the credential the project asks."""
    subject = policy.relate(session, actor, action, subject_of_item(session, item, ESCALATION_TIER))
    return policy.may(actor, action, subject, at=at)
