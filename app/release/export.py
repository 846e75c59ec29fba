"""Writing a release in a format: a zip with the files, the manifest, checksums and the loss report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import NotFound
from app.corpus.document import get_document, text_of
from app.corpus.project import project_subject
from app.corpus.subject import Encounter, Patient
from app.formats.losses import LossReport
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS, FormatWriter, Writing, writers
from app.guidelines.version import GuidelineVersion
from app.release.archive import ExportFiles
from app.release.recall import require_exportable
from app.release.release import Release, answers_of, manifest_of
from app.release.vocabulary import vocabulary
from app.review.item import Item
from app.review.queries.answers import Submission, payload_of
from app.review.signature import valid_signatures


@dataclass(frozen=True)
class Export:
    """What was written: SHA-256 of the archive and of each file, and what the format could not say,
    as rows of the loss report (format, kind, field, count, why)."""

    sha256: str
    files: dict[str, str]
    losses: list[dict[str, Any]]


def export_release(
    session: Session,
    actor: AnyActor,
    release: Release,
    format_key: str,
    out: BinaryIO,
    *,
    at: int,
    folder: Path | None = None,
) -> Export:
    """Write a release as a zip, by way of a nameless file in `folder`; of the notes one is held at a time.

    Raises Forbidden, NotFound (format), or Conflict (recalled, or held).
    """
    policy.require(session, actor, policy.Action.EXPORT_RELEASE, project_subject(release.project_id), at=at)
    require_exportable(session, release)
    writer, losses = _writer(format_key), LossReport(format_key)
    with ExportFiles(folder) as files:
        writer.write(_documents(session, release), Writing(files, losses, manifest_of(release), vocabulary()))
        files.write("manifest.json", release.manifest.encode("utf-8"))
        files.write("losses.json", (canonical_json(losses.rows()) + "\n").encode("utf-8"))
        digests = files.digests()
        sums = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
        files.write("SHA256SUMS", sums.encode("utf-8"))
        files.pack(out)
    out.seek(0)
    archive = hashlib.file_digest(out, "sha256").hexdigest()
    record(
        session,
        Tag.RELEASE_EXPORTED,
        stream=streams.project(release.project_id),
        actor=actor,
        subject=Subject("release", release.id),
        data={"release_id": release.id, "format": format_key, "sha256": archive, "losses": losses.rows()},
        project_id=release.project_id,
        at=at,
    )
    return Export(archive, digests, losses.rows())


def _writer(format_key: str) -> FormatWriter:
    writer = FORMATS.get(format_key).writer
    if writer is None:
        known = ", ".join(one.key for one in writers(FORMATS))
        raise NotFound("unknown-format", f"the format {format_key!r} is only read; written are: {known}")
    return writer


def _documents(session: Session, release: Release) -> Iterator[ExchangeDocument]:
    for item, submission in answers_of(session, release):
        document = get_document(session, item.document_id)
        encounter = session.get(Encounter, document.encounter_id)
        patient = session.get(Patient, document.subject_id)
        assert encounter is not None and patient is not None  # noqa: S101  (foreign keys)
        yield ExchangeDocument(
            id=item.label,
            modality=item.modality,
            text=text_of(session, document.id),
            meta={
                "patient": patient.pseudonym,
                "encounter": encounter.label,
                "note_type": document.note_type,
                "language": document.language,
                "setting": encounter.setting,
                "code_release": encounter.code_release,
                # Indirect identifiers, like setting and note type: the anonymity gate has counted them.
                "sex": encounter.sex,
                "age_band": encounter.age_band,
                "deidentification": json.loads(document.deid_json) | {"verdict": document.verdict},
            },
            elements=payload_of(session, submission.id)["elements"],
            provenance=_provenance(session, item, submission),
        )


def _provenance(session: Session, item: Item, submission: Submission) -> dict[str, Any]:
    """Who answers for an item, with which qualification, under which guideline."""
    guideline = session.get(GuidelineVersion, submission.guideline_version_id)
    return {
        "submission_sha256": submission.body_sha256,
        "guideline": guideline.version if guideline else "",
        "guideline_sha256": guideline.body_sha256 if guideline else "",
        "schema": submission.schema_id,
        "qualification": json.loads(submission.credentials_json),
        "signatures": [
            {
                "name": s.signer_name,
                "step": s.step,
                "meaning": s.meaning,
                "at": s.signed_at,
                "manifest_sha256": s.manifest_sha256,
            }
            for s in valid_signatures(session, item.id, submission.body_sha256)
        ],
    }


def write_to(session: Session, actor: AnyActor, release: Release, format_key: str, path: Path, *, at: int) -> Export:
    """Export into a new file; nothing half-written stays when it fails."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("w+b") as out:
            export = export_release(session, actor, release, format_key, out, at=at, folder=path.parent)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return export


def list_exports(session: Session, release: Release) -> list[dict[str, Any]]:
    """When a release was written, in which format, its checksum and what the format could not say;
    newest first, from the log."""
    events = session.scalars(
        select(Event)
        .where(
            Event.project_id == release.project_id,
            Event.stream == streams.project(release.project_id),
            Event.tag == Tag.RELEASE_EXPORTED,
        )
        .order_by(Event.id.desc())
        .limit(200)
    )
    found = [json.loads(event.body) for event in events]
    return [e["data"] | {"at": e["at"]} for e in found if e["data"]["release_id"] == release.id]
