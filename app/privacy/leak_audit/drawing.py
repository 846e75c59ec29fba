"""Planning and drawing a leak audit: the seed is committed to the log before anything is drawn."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.core.isolation import named, set_aside
from app.corpus.document import Document, DocumentBody, Verdict, is_own_text, text_of
from app.corpus.project import Project, project_subject
from app.corpus.source import Source
from app.corpus.vault import Vault
from app.privacy.leak_audit.bounds import draw as draw_ids
from app.privacy.leak_audit.bounds import draw_strata
from app.privacy.leak_audit.models import AuditState, LeakAudit, LeakSample
from app.privacy.leak_audit.planting import plant
from app.privacy.leak_audit.shown import replaced_ranges

STRATA = ("all", "note_type", "modality", "batch")
MAX_PER_STRATUM = 2000


@dataclass(frozen=True)
class Plan:
    """How many documents of each stratum are checked, by how many people, and into how many one plants."""

    # With every plant found, 0 leaks in 90 show at most 4.8 % with the checkers' uncertainty counted in.
    per_stratum: int = 90
    stratify: str = "all"
    checkers: int = 2
    plants: int = 20

    def check(self) -> None:
        """Raises Invalid."""
        if self.stratify not in STRATA:
            raise Invalid("stratify", f"strata are one of {', '.join(STRATA)}")
        if not 1 <= self.per_stratum <= MAX_PER_STRATUM:
            raise Invalid("per-stratum", f"between 1 and {MAX_PER_STRATUM} documents of each stratum")
        if self.checkers not in (1, 2):
            raise Invalid("checkers", "one or two people check each document")
        if not 0 <= self.plants <= self.per_stratum:
            raise Invalid("plants", "at most one document in one is planted")


def plan_audit(session: Session, actor: AnyActor, project: Project, plan: Plan, *, at: int) -> LeakAudit:
    """Put the plan and its seed's digest into the log. Raises Forbidden, Invalid, or Conflict (one is running)."""
    require_auditor(session, actor, project.id, at=at)
    plan.check()
    running = select(LeakAudit.id).where(LeakAudit.project_id == project.id, LeakAudit.state != AuditState.CLOSED)
    if session.scalar(running.limit(1)) is not None:
        raise Conflict("audit-running", "the audit before this one is not closed yet")
    seed = secrets.token_hex(32)
    audit = LeakAudit(
        project_id=project.id,
        state=AuditState.PLANNED,
        per_stratum=plan.per_stratum,
        stratify=plan.stratify,
        checkers=plan.checkers,
        plants=plan.plants,
        seed=seed,
        strata_json="{}",
        seed_sha256=sha256(bytes.fromhex(seed)),
        planned_by=actor.id,
        planned_at=at,
    )
    session.add(audit)
    session.flush()
    data = {"seed_sha256": audit.seed_sha256, "per_stratum": plan.per_stratum, "stratify": plan.stratify}
    say(session, Tag.LEAK_AUDIT_PLANNED, actor, audit, data | {"checkers": plan.checkers, "plants": plan.plants}, at=at)
    return audit


def draw_audit(session: Session, actor: AnyActor, vault: Vault, audit: LeakAudit, *, at: int) -> list[LeakSample]:
    """Draw the planned sample from the texts there are now. Raises Forbidden, or Conflict (drawn; no text)."""
    require_auditor(session, actor, audit.project_id, at=at)
    if audit.state != AuditState.PLANNED:
        raise Conflict("audit-drawn", "this sample was drawn already")
    strata = frame(session, audit)
    if not strata:
        raise Conflict("nothing-to-check", "the project has no clean text yet")
    samples, unplanted = _choose(session, vault, audit, strata)
    session.add_all(samples)
    audit.state, audit.drawn_at = AuditState.DRAWN, at
    audit.strata_json = canonical_json({name: len(ids) for name, ids in strata.items()})
    own = select(func.max(Document.id)).where(Document.project_id == audit.project_id)
    audit.last_document_id = session.scalar(own)
    session.flush()
    everything = sorted(int(d) for ids in strata.values() for d in ids)
    data = {
        "seed_sha256": audit.seed_sha256,
        "frame_sha256": sha256(canonical_json(everything)),
        "strata": {name: len(ids) for name, ids in strata.items()},
        "documents": [sample.document_id for sample in samples],
        "last_document": audit.last_document_id,
    } | ({"unplanted": named(unplanted)} if unplanted else {})
    say(session, Tag.LEAK_AUDIT_DRAWN, actor, audit, data, at=at)
    return samples


def _choose(
    session: Session, vault: Vault, audit: LeakAudit, strata: dict[str, list[str]]
) -> tuple[list[LeakSample], dict[int, str]]:
    """The sample in its order of checking. Everything follows from the seed, so that it can be repeated.

    Beside it, the documents that were to be planted and cannot: they are checked as they stand, and the bounds
    count the plants there are.
    """
    key, lot = bytes.fromhex(audit.seed), f"audit:{audit.id}"
    drawn = draw_strata(strata, audit.per_stratum, key=key, lot=lot)
    planted = {
        document
        for name, ids in drawn.items()
        for document in draw_ids(ids, audit.plants, key=key, lot=f"{lot}\0plants\0{name}")
    }
    pairs = [(name, document) for name, ids in drawn.items() for document in ids]
    pairs.sort(key=lambda pair: _rank(key, lot, pair[1]))
    unplanted: dict[int, str] = {}
    samples = []
    for ordinal, (stratum, document) in enumerate(pairs, start=1):
        place = {"audit_id": audit.id, "document_id": int(document), "stratum": stratum, "ordinal": ordinal}
        plants: list[list[int | str]] = []
        if document in planted:
            with set_aside(unplanted, int(document), stage="leak audit"):
                plants = _plants(session, vault, int(document), key)
        samples.append(LeakSample(**place, plants_json=canonical_json(plants)))
    return samples, unplanted


def frame(session: Session, audit: LeakAudit) -> dict[str, list[str]]:
    """Stratum → ids of the newest readable version of every document, as text."""
    own = select(func.max(Document.id)).where(Document.project_id == audit.project_id)
    if audit.last_document_id is not None:
        own = own.where(Document.id <= audit.last_document_id)
    newest = own.where(is_own_text()).group_by(Document.source_id)
    query = (
        select(Document.id, Document.note_type, Document.modality, Source.batch_id)
        .join(Source, Source.id == Document.source_id)
        .join(DocumentBody, DocumentBody.document_id == Document.id)
        .where(Document.id.in_(newest), Document.verdict.in_((Verdict.MACHINE_PASSED, Verdict.ACCEPTED)))
        .order_by(Document.id)
    )
    strata: dict[str, list[str]] = {}
    for row in session.execute(query):
        names = {"note_type": row.note_type or "unnamed", "modality": row.modality, "batch": f"batch {row.batch_id}"}
        strata.setdefault(names.get(audit.stratify, "all"), []).append(str(row.id))
    return strata


def _rank(key: bytes, lot: str, document_id: str) -> bytes:
    return hmac.digest(key, f"order\0{lot}\0{document_id}".encode(), "sha256")


def _plants(session: Session, vault: Vault, document_id: int, key: bytes) -> list[list[int | str]]:
    document = session.get(Document, document_id)
    assert document is not None  # noqa: S101  (drawn from the table a moment ago)
    replaced = replaced_ranges(session, vault, document)
    return [plant(text_of(session, document_id), replaced, key=key, label=str(document_id)).to_json()]


def require_auditor(session: Session, actor: AnyActor, project_id: int, *, at: int) -> None:
    """Raises Forbidden for anybody who may not audit leaks in the project."""
    policy.require(session, actor, policy.Action.AUDIT_LEAKS, project_subject(project_id), at=at)


def say(session: Session, tag: Tag, actor: AnyActor, audit: LeakAudit, data: dict[str, Any], *, at: int) -> None:
    """An event about an audit, in the project's stream."""
    record(
        session,
        tag,
        stream=streams.project(audit.project_id),
        actor=actor,
        subject=Subject("leak_audit", audit.id),
        data=data,
        project_id=audit.project_id,
        at=at,
    )
