"""One code, quickly: what the review core asks of the installed releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.errors import NotFound
from app.terminology.search import open_release


class Lookup:
    """`lookup(system, release, code)`; an empty release means the current one. Safe to share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, system: str, release: str, code: str) -> dict[str, Any] | None:
        """``{"code", "term", "billable", "active"}``, or None for what no installed release knows."""
        try:
            concept = open_release(self.root, system, release or None).concept(code)
        except NotFound:
            return None
        if concept is None:
            return None
        return {
            "code": concept.code,
            "term": concept.preferred,
            "billable": concept.billable,
            "active": concept.active,
        }
