"""Items that go on in a new version of their text: what followed what, and what of a reading can move along."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.core.places import TextChange

#: why a text got a new version: as the release's recall and the item's withdrawal say it too
CAUSES = ("identifier-reported", "wrongly-removed")


class Renewal(Base):
    """An item that took the place of another when its text was corrected. Offsets only, no text."""

    __tablename__ = "item_renewal"
    __table_args__ = (
        CheckConstraint("cause IN ('identifier-reported','wrongly-removed')", name="cause_known"),
        {"info": {"kind": RECORD, "tags": (Tag.ITEM_RENEWED,), "append_only": True}},
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    from_item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), unique=True)
    cause: Mapped[str] = mapped_column(Text)
    #: canonical JSON rows [start, end, new start, new end]: where the two texts differ
    places_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON list of the readings (assignment ids) of the item's last round that go on in this one
    readings_json: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int]

    @property
    def change(self) -> TextChange:
        return TextChange.of(json.loads(self.places_json))

    @property
    def readings(self) -> list[int]:
        found: list[int] = json.loads(self.readings_json)
        return found


def renewal_of(session: Session, item_id: int) -> Renewal | None:
    """How an item came to be; None for one that is the first of its text."""
    return session.get(Renewal, item_id)


def renewed_as(session: Session, item_id: int) -> int | None:
    """The item that took this one's place."""
    return session.scalar(select(Renewal.item_id).where(Renewal.from_item_id == item_id))


def lineage(session: Session, item_id: int) -> list[int]:
    """The item, and those it took the place of, newest first: who worked on one of them worked on all (INV-2)."""
    items = [item_id]
    while (renewal := renewal_of(session, items[-1])) is not None:
        items.append(renewal.from_item_id)
    return items


@dataclass(frozen=True)
class StepBack:
    """One step back to an earlier version: the item there, its readings, and how the text changed since."""

    item_id: int
    readings: list[int]
    change: TextChange


def steps_back(session: Session, item_id: int) -> list[StepBack]:
    """From the version before this item's to the first."""
    steps, here = [], item_id
    while (renewal := renewal_of(session, here)) is not None:
        steps.append(StepBack(renewal.from_item_id, renewal.readings, renewal.change))
        here = renewal.from_item_id
    return steps
