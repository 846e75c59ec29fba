"""What must hold before a release is cut; other stages register their conditions."""

from __future__ import annotations

from typing import Any, Protocol

from app.core.db import Session
from app.core.registry import Registry
from app.corpus.project import Project
from app.review.item import Item


class ReleaseGate(Protocol):
    """`figures` is what goes into the manifest under the gate's key; integers and text only."""

    key: str

    def figures(self, session: Session, project: Project, items: list[Item]) -> dict[str, Any]:
        """Raises Conflict, with the figures, when the items may not be released together."""
        ...


RELEASE_GATES: Registry[ReleaseGate] = Registry("release gate", ReleaseGate)


def pass_gates(session: Session, project: Project, items: list[Item]) -> dict[str, dict[str, Any]]:
    """Gate → figures. Raises Conflict at the first shut gate."""
    return {gate.key: gate.figures(session, project, items) for gate in RELEASE_GATES}
