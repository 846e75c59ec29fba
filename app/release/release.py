"""Releases: an immutable cut of signed items, its manifest, and the gate before it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock, fault
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, NotFound
from app.corpus.document import claim_of, get_document
from app.corpus.project import Project, project_subject
from app.guidelines.version import GuidelineVersion
from app.release.gates import pass_gates
from app.review import states
from app.review.item import Item, available_items
from app.review.signature import Signature, valid_signatures
from app.review.states import ItemState
from app.review.submission import Submission, gold_of

MANIFEST_VERSION = 1


class Release(Base):
    """One version of a project's data. Its manifest lists every row and digest."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("items >= 1", name="items_positive"),
        {"info": {"kind": RECORD, "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    items: Mapped[int]
    #: canonical JSON, verbatim
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(Text)
    cut_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cut_at: Mapped[int]


class ReleaseItem(Base):
    """One item of a release, with the very answer that is in it."""

    __tablename__ = "release_item"
    __table_args__ = ({"info": {"kind": RECORD, "append_only": True}},)

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))


def cut(session: Session, actor: AnyActor, project: Project, *, at: int) -> Release:
    """Make a release of every signed item. Raises Forbidden, or Conflict when there is none or a gate is shut."""
    policy.require(session, actor, policy.Action.CUT_RELEASE, project_subject(project.id), at=at)
    items = available_items(session, project.id, ItemState.SIGNED, 1_000_000)
    items.sort(key=lambda item: item.id)
    if not items:
        raise Conflict("nothing-signed", "no signed item waits for release")
    gates = pass_gates(session, project, items)
    entries = [_entry(session, item) for item in items]
    last = session.scalar(select(func.max(Release.number)).where(Release.project_id == project.id)) or 0
    manifest = canonical_json(_manifest(session, project, last + 1, entries, at=at) | {"gates": gates})
    release = Release(
        project_id=project.id,
        number=last + 1,
        items=len(items),
        manifest=manifest,
        manifest_sha256=sha256(manifest),
        cut_by=actor.id,
        cut_at=at,
    )
    session.add(release)
    session.flush()
    for item, entry in zip(items, entries, strict=True):
        session.add(ReleaseItem(release_id=release.id, item_id=item.id, submission_id=entry["submission"]))
        states.advance(session, actor, item, "included", data={"release": release.id}, at=at)
    record(
        session,
        Tag.RELEASE_CUT,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("release", release.id),
        data={
            "release_id": release.id,
            "number": release.number,
            "items": release.items,
            "manifest_sha256": release.manifest_sha256,
            "files": [{"name": "manifest.json", "sha256": release.manifest_sha256}],
        },
        project_id=project.id,
        at=at,
    )
    fault.point("release")
    return release


def _entry(session: Session, item: Item) -> dict[str, Any]:
    """What the manifest says of one item: digests, signatures, versions."""
    gold = gold_of(session, item.id)
    assert gold is not None  # noqa: S101  (a signed item has one)
    return {
        "item": item.id,
        "label": item.label,
        "modality": item.modality,
        "text_sha256": get_document(session, item.document_id).text_sha256,
        "submission": gold.id,
        "submission_sha256": gold.body_sha256,
        "schema": gold.schema_id,
        "guideline_version": gold.guideline_version_id,
        "signatures": [
            {"id": s.id, "meaning": s.meaning, "manifest_sha256": s.manifest_sha256}
            for s in valid_signatures(session, item.id, gold.body_sha256)
        ],
    }


def _manifest(
    session: Session, project: Project, number: int, entries: list[dict[str, Any]], *, at: int
) -> dict[str, Any]:
    versions = sorted({entry["guideline_version"] for entry in entries})
    guidelines = [session.get(GuidelineVersion, version) for version in versions]
    return {
        "v": MANIFEST_VERSION,
        "project": project.key,
        "release": number,
        "cut_at": clock.iso(at),
        "items": entries,
        "guidelines": [{"id": g.id, "version": g.version, "sha256": g.body_sha256} for g in guidelines if g],
        # Exports say what is and is not known of the texts (domain B.7): never "de-identified" alone.
        "deidentification": claim_of(session, project).to_dict() | {"verdicts": _verdicts(session, entries)},
    }


def _verdicts(session: Session, entries: list[dict[str, Any]]) -> dict[str, int]:
    """Verdict → number of documents in the release."""
    counts: dict[str, int] = {}
    for entry in entries:
        item = session.get(Item, entry["item"])
        verdict = get_document(session, item.document_id).verdict if item else "unknown"
        counts[verdict] = counts.get(verdict, 0) + 1
    return counts


def get_release(session: Session, release_id: int) -> Release:
    """Raises NotFound."""
    release = session.get(Release, release_id)
    if release is None:
        raise NotFound("release", f"there is no release {release_id}")
    return release


def list_releases(session: Session, project_id: int) -> list[Release]:
    """Newest first."""
    return list(
        session.scalars(select(Release).where(Release.project_id == project_id).order_by(Release.number.desc()))
    )


def answers_of(session: Session, release: Release) -> list[tuple[Item, Submission]]:
    """Items and answers of a release, by item id."""
    rows = session.execute(
        select(Item, Submission)
        .join(ReleaseItem, ReleaseItem.item_id == Item.id)
        .join(Submission, Submission.id == ReleaseItem.submission_id)
        .where(ReleaseItem.release_id == release.id)
        .order_by(Item.id)
    )
    return [(item, submission) for item, submission in rows]


def manifest_of(release: Release) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(release.manifest)
    return manifest


def signatures_in(
    session: Session, release: Release, *, after: int = 0, limit: int = 100
) -> list[tuple[str, Signature]]:
    """Item label and signature of what a release holds, by signature: printed name, time and meaning
    belong into every form a person reads (21 CFR 11.50(b))."""
    rows = session.execute(
        select(Item.label, Signature)
        .join(Signature, Signature.item_id == Item.id)
        .join(ReleaseItem, ReleaseItem.item_id == Item.id)
        .where(ReleaseItem.release_id == release.id, Signature.record_id == ReleaseItem.submission_id)
        .where(Signature.id > after)
        .order_by(Signature.id)
        .limit(limit)
    )
    return [(label, signature) for label, signature in rows]
