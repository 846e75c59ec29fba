"""Withdrawal: a batch's texts and keys are destroyed; a tombstone stays."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.second_person import require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Entry, Subject, new_event_id, record_entry
from app.core.db import Session
from app.core.errors import Conflict
from app.corpus.batch import Batch, BatchState, erase
from app.corpus.document import Document, DocumentBody, DocumentMap
from app.corpus.project import project_subject
from app.corpus.source import Source, SourceBody, SourceState
from app.corpus.subject import Patient
from app.corpus.vault import SubjectKey
from app.intake.load import is_loading
from app.review.item import Item
from app.review.opening import take_out
from app.review.states import ItemState


def withdraw_batch(session: Session, actor: AnyActor, batch: Batch, *, at: int) -> dict[str, int]:
    """Destroy everything of a batch that can be read; returns counts.

    Items before release become WITHDRAWN; released ones keep their labels, and the releases that hold
    them are recalled, so that their holders can be told. It takes two people. Raises Forbidden or Conflict.
    """
    policy.require(session, actor, policy.Action.WITHDRAW_BATCH, project_subject(batch.project_id), at=at)
    require_withdrawable(session, batch)
    authority = require_two(session, actor)
    sources = list(session.scalars(select(Source).where(Source.batch_id == batch.id)))
    patients = sorted({source.subject_id for source in sources})
    batch.state, batch.finished_at = BatchState.WITHDRAWN, batch.finished_at or at
    erasure = Withdrawal(actor, new_event_id(at), at)
    for source in sources:
        _withdraw_source(session, source, erasure)
    for patient_id in patients:
        _destroy_key(session, patient_id, erasure)
    said = {"sources": len(sources), "subjects": len(patients)} | authority
    stream, subject = streams.project(batch.project_id), Subject("batch", batch.id)
    entry = Entry(stream, subject, said, event_id=erasure.event_id)
    record_entry(session, Tag.BATCH_WITHDRAWN, entry, actor=actor, project_id=batch.project_id, at=at)
    return erasure.counts | {"releases_recalled": len(erasure.releases)}


def require_withdrawable(session: Session, batch: Batch) -> None:
    """Raises Conflict("batch-state") for what is coming in, or was withdrawn."""
    if batch.state == BatchState.WITHDRAWN or is_loading(session, batch):
        raise Conflict("batch-state", "only a batch that has come in can be withdrawn", details={"state": batch.state})


@dataclass
class Withdrawal:
    """One withdrawal under way: who, under which event, and what was destroyed so far."""

    actor: AnyActor
    event_id: str
    at: int
    releases: set[int] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: {"texts": 0, "keys": 0, "items": 0, "released_items": 0})


def _withdraw_source(session: Session, source: Source, erasure: Withdrawal) -> None:
    body = session.get(SourceBody, source.id)
    if body is not None:
        erase(session, body, event_id=erasure.event_id, at=erasure.at)
        erasure.counts["texts"] += 1
    source.state = SourceState.WITHDRAWN
    for document in session.scalars(select(Document).where(Document.source_id == source.id)):
        for table in (DocumentBody, DocumentMap):
            row = session.get(table, document.id)
            if row is not None:
                erase(session, row, event_id=erasure.event_id, at=erasure.at)
        for item in session.scalars(select(Item).where(Item.document_id == document.id)):
            _withdraw_item(session, item, erasure)


def _withdraw_item(session: Session, item: Item, erasure: Withdrawal) -> None:
    if item.state == ItemState.RELEASED:
        erasure.counts["released_items"] += 1
    elif item.state != ItemState.WITHDRAWN:
        erasure.counts["items"] += 1
    erasure.releases |= set(take_out(session, erasure.actor, item, "batch-withdrawn", at=erasure.at))


def _destroy_key(session: Session, patient_id: int, erasure: Withdrawal) -> None:
    """Destroy a subject's key unless another batch still has texts of theirs."""
    left = session.scalar(
        select(func.count())
        .select_from(Source)
        .where(Source.subject_id == patient_id, Source.state != SourceState.WITHDRAWN)
    )
    key = session.get(SubjectKey, patient_id)
    patient = session.get(Patient, patient_id)
    if left or key is None or patient is None:
        return
    erase(session, key, event_id=erasure.event_id, at=erasure.at)
    patient.erased_at = erasure.at
    erasure.counts["keys"] += 1
