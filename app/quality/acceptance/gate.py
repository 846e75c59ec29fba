"""What sampling says against a release: a lot that is not decided, or was refused and not presented again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import Conflict
from app.core.pieces import pieces
from app.corpus.project import Project
from app.quality.acceptance.models import Lot, LotItem, LotState
from app.review.item import Item


class LotsGate:
    """No item leaves while a lot it was presented in waits for its verdict (domain R21)."""

    key = "lots"

    def figures(self, session: Session, project: Project, items: list[Item]) -> dict[str, Any]:
        """Numbers of lots that cover the items, by state. Raises Conflict."""
        found: dict[str, set[int]] = {state: set() for state in LotState}
        query = select(Lot.number, Lot.state).join(LotItem, LotItem.lot_id == Lot.id)
        query = query.where(Lot.project_id == project.id)
        for piece in pieces([item.id for item in items]):
            for number, state in session.execute(query.where(LotItem.item_id.in_(piece)).distinct()):
                found[state].add(number)
        # A lot that is open holds nothing yet, and waits for what is settled now.
        figures = {state: sorted(numbers) for state, numbers in found.items() if numbers}
        if waiting := sorted(found[LotState.DRAWN]):
            said = ", ".join(str(number) for number in waiting)
            raise Conflict("lot-undecided", f"lots that wait for their verdict: {said}", details=figures)
        return figures
