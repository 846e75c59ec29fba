"""Cutting a release: signed items, and what recalled releases held, behind the gates, under one manifest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock, fault
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict
from app.corpus.document import claim_of, get_document
from app.corpus.project import Project, project_subject
from app.guidelines.version import GuidelineVersion
from app.release.gates import pass_gates
from app.release.recall import items_to_carry, recalls_of, releases_to_supersede, supersede
from app.release.release import Release, ReleaseItem
from app.review import states
from app.review.item import Item, available_items
from app.review.queries.answers import settled_answer
from app.review.signature import Signature, signatures_of, valid_signatures
from app.review.states import ItemState

MANIFEST_VERSION = 1


def cut(session: Session, actor: AnyActor, project: Project, *, at: int) -> Release:
    """Make a release of every signed item, and of what stays sound of releases that were recalled.

    Raises Forbidden, or Conflict when there is no item or a gate is shut.
    """
    policy.require(session, actor, policy.Action.CUT_RELEASE, project_subject(project.id), at=at)
    signed = available_items(session, project.id, ItemState.SIGNED, 1_000_000)
    items = sorted([*signed, *items_to_carry(session, project.id)], key=lambda item: item.id)
    if not items:
        raise Conflict("nothing-signed", "no signed item waits for release")
    gates = pass_gates(session, project, items)
    entries = [_entry(session, item) for item in items]
    last = session.scalar(select(func.max(Release.number)).where(Release.project_id == project.id)) or 0
    replaced = releases_to_supersede(session, project.id)
    said = {"gates": gates, "supersedes": [_replaced(session, release) for release in replaced]}
    manifest = canonical_json(_manifest(session, project, last + 1, entries, at=at) | said)
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
        if item.state == ItemState.SIGNED:
            states.advance(session, actor, item, "included", data={"release": release.id}, at=at)
    supersede(session, release, replaced)
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
            "supersedes": [one.id for one in replaced],
            "files": [{"name": "manifest.json", "sha256": release.manifest_sha256}],
        },
        project_id=project.id,
        at=at,
    )
    fault.point("release")
    return release


def _replaced(session: Session, release: Release) -> dict[str, Any]:
    """A release this one stands in for, and the items that are in it no more."""
    return {
        "release": release.number,
        "manifest_sha256": release.manifest_sha256,
        "recalled_items": [
            {"item": recall.item_id, "reason": recall.reason} for _, recall in recalls_of(session, release)
        ],
    }


def _entry(session: Session, item: Item) -> dict[str, Any]:
    """What the manifest says of one item: digests, signatures, versions."""
    settled = settled_answer(session, item.id)
    assert settled is not None  # noqa: S101  (a signed item has one)
    return {
        "item": item.id,
        "label": item.label,
        "modality": item.modality,
        "text_sha256": get_document(session, item.document_id).text_sha256,
        "submission": settled.id,
        "submission_sha256": settled.body_sha256,
        "schema": settled.schema_id,
        "guideline_version": settled.guideline_version_id,
        "signatures": [_signature(s) for s in valid_signatures(session, item.id, settled.body_sha256)],
        # Who settled, verified or rejected on the way there: each signed another answer than this one.
        "earlier_signatures": [
            _signature(s) | {"record_sha256": s.record_sha256}
            for s in signatures_of(session, item.id)
            if s.record_sha256 != settled.body_sha256
        ],
    }


def _signature(made: Signature) -> dict[str, Any]:
    names = ("id", "step", "meaning", "reason", "workflow", "ends_workflow", "manifest_sha256")
    return {name: getattr(made, name) for name in names}


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
