"""What the review and the releases put into an audit bundle: states, signature manifests, file digests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.core.digest import sha256
from app.release.recall import ReleaseRecall, Supersession, recall_facts
from app.release.release import Release
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.signature import Signature
from app.review.states import ASSIGNMENT, ITEM, TransitionTable

CHUNK = 1000


class _States:
    """A machine of the review and the table whose rows it governs."""

    def __init__(self, machine: TransitionTable, table: type[Item] | type[Assignment]) -> None:
        self.key = machine.name
        self.start = str(machine.start)
        self.transitions = [(str(a), str(event), str(b)) for (a, event), b in machine.transitions.items()]
        self._table = table

    def current(self, session: Session, project_id: int | None) -> Iterator[tuple[int, str]]:
        query = select(self._table.id, self._table.state).order_by(self._table.id)
        if project_id is not None:
            query = query.where(self._table.project_id == project_id)
        for row in session.execute(query.execution_options(yield_per=CHUNK)):
            yield row.id, str(row.state)


ITEM_STATES = _States(ITEM, Item)
ASSIGNMENT_STATES = _States(ASSIGNMENT, Assignment)


class Signatures:
    """The manifest of every signature, exactly as signed, with the server key's line over it."""

    key = "signatures"

    def rows(self, session: Session, project_id: int | None) -> Iterator[dict[str, Any]]:
        query = select(Signature.id, Signature.manifest, Signature.value).order_by(Signature.id)
        if project_id is not None:
            query = query.where(Signature.project_id == project_id)
        for row in session.execute(query.execution_options(yield_per=CHUNK)):
            yield {"signature_id": row.id, "manifest": row.manifest, "value": row.value}


class Releases:
    """The files of every release with their digests, recomputed from what the database holds."""

    key = "releases"

    def rows(self, session: Session, project_id: int | None) -> Iterator[dict[str, Any]]:
        query = select(Release).order_by(Release.id)
        if project_id is not None:
            query = query.where(Release.project_id == project_id)
        for release in session.scalars(query.execution_options(yield_per=1)):
            digest = sha256(release.manifest)
            replaced = select(Supersession.superseded_id).where(Supersession.release_id == release.id)
            yield {
                "release_id": release.id,
                "manifest_sha256": digest,
                "files": [{"name": "manifest.json", "sha256": digest}],
                "supersedes": sorted(session.scalars(replaced)),
            }


class Recalls:
    """Items of releases that were recalled after they had left."""

    key = "recalls"

    def rows(self, session: Session, project_id: int | None) -> Iterator[dict[str, Any]]:
        query = select(ReleaseRecall).order_by(ReleaseRecall.release_id, ReleaseRecall.item_id)
        if project_id is not None:
            query = query.join(Release, Release.id == ReleaseRecall.release_id)
            query = query.where(Release.project_id == project_id)
        for row in session.scalars(query.execution_options(yield_per=CHUNK)):
            yield recall_facts(row.release_id, row.item_id, row.reason)
