"""Relations: F1 over (head, tail, type, direction), and the same where both ends were matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from app.agreement.metrics.data import Link, Reading
from app.agreement.metrics.spans import PairwiseF1


def _counted(links: Iterable[Link]) -> Counter[Any]:
    """Ends count by place: another label of an end is the entity's disagreement, not the relation's."""
    return Counter((link.type, link.head.fragments, link.tail.fragments) for link in links)


class RelationF1(PairwiseF1):
    key = "relation-f1"
    title = "Relation F1"
    source = "F1 on head span, tail span, type and direction, all strict"

    def matches(self, one: Reading, other: Reading) -> tuple[int, int, int]:
        shared = _counted(one.links) & _counted(other.links)
        return sum(shared.values()), len(one.links), len(other.links)


class RelationF1Conditional(RelationF1):
    key = "relation-f1-conditional"
    title = "Relation F1 where both ends agree"
    source = "relations both of whose ends the other reader marked too: tells relations from entities"

    def matches(self, one: Reading, other: Reading) -> tuple[int, int, int]:
        places = {span.fragments for span in one.spans} & {span.fragments for span in other.spans}
        return super().matches(*(self._within(reading, places) for reading in (one, other)))

    @staticmethod
    def _within(reading: Reading, places: set[Any]) -> Reading:
        kept = [link for link in reading.links if {link.head.fragments, link.tail.fragments} <= places]
        return Reading(reading.spans, kept)
