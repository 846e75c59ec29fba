"""What the register of pipelines puts into an audit bundle: signed statements, and which were withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.pipelines.register.models import EntrySignature, EntryWithdrawal, PipelineEntry


class SignedEntries:
    """Every signed entry: the statement, the manifest as signed, the server key's line over it.

    The register belongs to the server: the bundle of one project has all of it.
    """

    key = "pipelines"

    def rows(self, session: Session, project_id: int | None) -> Iterator[dict[str, Any]]:
        query = select(EntrySignature, PipelineEntry.statement).join(
            PipelineEntry, PipelineEntry.id == EntrySignature.entry_id
        )
        for row, statement in session.execute(query.order_by(EntrySignature.entry_id)):
            yield {
                "entry_id": row.entry_id,
                "statement": statement,
                "manifest": row.manifest,
                "value": row.value,
            }


class Withdrawals:
    """Entries that were taken out of force."""

    key = "withdrawals"

    def rows(self, session: Session, project_id: int | None) -> Iterator[dict[str, Any]]:
        query = select(EntryWithdrawal.entry_id, PipelineEntry.pipeline, PipelineEntry.statement_sha256).join(
            PipelineEntry, PipelineEntry.id == EntryWithdrawal.entry_id
        )
        for row in session.execute(query.order_by(EntryWithdrawal.entry_id)):
            yield {
                "withdrawal_id": row.entry_id,
                "pipeline": row.pipeline,
                "statement_sha256": row.statement_sha256,
            }
