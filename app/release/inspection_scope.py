"""What of the record an inspection bundle shows: streams, rows and texts of its items, and of the release."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.audit import streams
from app.core.db import Session
from app.core.pieces import pieces
from app.corpus.document import Document
from app.corpus.source import Source
from app.release.recall import ReleaseRecall
from app.release.release import Release, ReleaseExport
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.queries.lineage import versions_behind

#: rows that go out as they are; none of them ever changes
TABLES = (
    "credential_check", "guideline_acknowledgement", "guideline_version", "item_renewal", "label_schema",
    "release_recall", "release_supersession", "round", "ruling", "signature", "submission", "submission_recall",
    "verifier_change",
)  # fmt: skip


def streams_of(session: Session, items: Sequence[int]) -> tuple[frozenset[str], frozenset[int]]:
    """Streams of items, of those they took the place of, of all their tasks and texts; and the ids of the texts."""
    found, documents = set[str](), set[int]()
    for piece in pieces(items):
        whole = versions_behind(session, piece)
        found |= {streams.item(item) for item in whole}
        for part in pieces(sorted(whole)):
            tasks = session.scalars(select(Assignment.id).where(Assignment.item_id.in_(part)))
            found |= {streams.assignment(task) for task in tasks}
            documents |= set(session.scalars(select(Item.document_id).where(Item.id.in_(part))))
    found |= {streams.document(document) for document in documents}
    return frozenset(found), frozenset(documents)


def rows_named(
    session: Session, project_id: int, items: Sequence[int], documents: frozenset[int], release: Release | None
) -> frozenset[str]:
    """Rows by which events of the project's stream are found: deliveries, runs, schemas, guidelines, the release."""
    named = {f"project/{project_id}", *(f"document/{document}" for document in documents)}
    for piece in pieces(sorted(documents)):
        batches = select(Source.batch_id).join(Document, Document.source_id == Source.id).where(Document.id.in_(piece))
        named |= {f"batch/{batch}" for batch in session.scalars(batches.distinct())}
    for piece in pieces(items):
        rows = session.execute(
            select(Item.schema_id, Item.guideline_version_id, Item.guideline_before_id).where(Item.id.in_(piece))
        )
        for schema, guideline, before in rows:
            named |= {f"label_schema/{schema}", f"guideline_version/{guideline}", f"guideline_version/{before}"}
    if release is not None:
        named.add(f"release/{release.id}")
        recalled = select(ReleaseRecall.item_id).where(ReleaseRecall.release_id == release.id)
        named |= {f"release_recall/{release.id}/{item}" for item in session.scalars(recalled)}
        exported = select(ReleaseExport.id).where(ReleaseExport.release_id == release.id)
        named |= {f"release_export/{number}" for number in session.scalars(exported)}
    return frozenset(named)
