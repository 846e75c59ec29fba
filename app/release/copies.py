"""What left with words of a patient: nobody here can take it back, so whoever holds a copy has to be told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.audit.events import Tag
from app.audit.models import Event
from app.core.clock import iso
from app.core.db import Session
from app.corpus.document import Document
from app.corpus.erasure import SubjectErasure
from app.release.release import Release, ReleaseExport, ReleaseItem
from app.review.item import Item


@dataclass(frozen=True)
class LeftCopy:
    """One copy that left: what it was, in which format, by whom (None: the shell), its SHA-256 where there is one."""

    what: str
    format: str
    at: int
    by: int | None
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        return {"what": self.what, "format": self.format, "at": iso(self.at), "by": self.by, "sha256": self.sha256}


def list_copies(session: Session, patient_id: int) -> list[LeftCopy]:
    """Exports of releases that hold an item of a patient, and those of unfinished work and bundles of the log that may:
    they were made while there was a text. Newest first."""
    own = select(Item.id).join(Document, Document.id == Item.document_id).where(Document.subject_id == patient_id)
    held = select(ReleaseItem.release_id).where(ReleaseItem.item_id.in_(own))
    query = select(Release.number, ReleaseExport).join(ReleaseExport, ReleaseExport.release_id == Release.id)
    found = [
        LeftCopy(f"release {number}", row.format, row.exported_at, row.exported_by, row.sha256)
        for number, row in session.execute(query.where(Release.id.in_(held)))
    ]
    found += [copy for event in _events(session, patient_id) if (copy := _of_event(event)) is not None]
    return sorted(found, key=lambda copy: -copy.at)


def _events(session: Session, patient_id: int) -> list[Event]:
    """Exports from when the patient's first text was there until it was erased."""
    since, project_id = session.execute(
        select(func.min(Document.created_at), func.min(Document.project_id)).where(Document.subject_id == patient_id)
    ).one()
    if since is None:
        return []
    tombstone = session.get(SubjectErasure, patient_id)
    left = (Tag.WORK_EXPORTED, Tag.INSPECTION_MADE, Tag.AUDIT_EXPORTED)
    query = select(Event).where(Event.tag.in_(left), Event.at >= since)
    if tombstone is not None:
        query = query.where(Event.at <= tombstone.erased_at)
    return [row for row in session.scalars(query.order_by(Event.id)) if _is_about(row, project_id)]


def _is_about(event: Event, project_id: int) -> bool:
    """The project's own; of bundles those of the whole log, or of this project."""
    if event.tag in (Tag.WORK_EXPORTED, Tag.INSPECTION_MADE):
        return event.project_id == project_id
    return json.loads(event.body)["subject"]["id"] in ("whole", project_id)


def _of_event(event: Event) -> LeftCopy | None:
    said = json.loads(event.body)["data"]
    if event.tag == Tag.WORK_EXPORTED:
        return LeftCopy("unfinished work", str(said["format"]), event.at, event.actor_id, str(said["sha256"]))
    if event.tag == Tag.INSPECTION_MADE:
        kind = "inspection bundle, with texts" if said["texts"] else "inspection bundle, with answers"
        return LeftCopy(kind, "inspection", event.at, event.actor_id, str(said["sha256"]))
    # A bundle of digests holds no words.
    if said.get("profile") != "content":
        return None
    kind = "bundle of the log, with texts" if said.get("texts") else "bundle of the log, with answers"
    return LeftCopy(kind, "audit", event.at, event.actor_id, "")
