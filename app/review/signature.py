"""Signatures: printed name, time and meaning, bound to what was signed (21 CFR 11.50, 11.70)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core import clock
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, sha256
from app.review.assignment import Assignment
from app.review.meaning import STATEMENTS, Meaning
from app.review.submission import Submission, qualification

#: 2: step, reason, workflow and whether it ended there; version 1 knew one signature an item
MANIFEST_VERSION = 2


class ManifestSigner(Protocol):
    """The server's key, which seals that the manifest was made here."""

    def attest(self, text: str) -> str:
        """A signature line over a text that ends in a newline."""
        ...


class Signature(Base):
    """One signature, of one closing. Valid for the digest it was made on, and for nothing else (INV-11)."""

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint(
            "(step = 'adjudicate' AND meaning IN ('adjudication','escalation'))"
            " OR (step = 'verify' AND meaning IN ('verification','rejection'))",
            name="meaning_of_step",
        ),
        CheckConstraint(
            "meaning <> 'rejection' OR (reason <> '' AND NOT ends_workflow)", name="rejection_gives_reason"
        ),
        Index("ix_signature_record", "record_type", "record_id"),
        {"info": {"kind": RECORD, "tags": (Tag.SIGNATURE_MADE,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    #: the task that was closed: one signature per closing
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    record_type: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int]
    record_sha256: Mapped[str] = mapped_column(Text)
    signer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    signer_name: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(Text)
    meaning: Mapped[str] = mapped_column(Text)
    #: the reason the signer gave, of a rejection always
    reason: Mapped[str] = mapped_column(Text)
    #: by which rules, and whether they ended with this signature
    workflow: Mapped[str] = mapped_column(Text)
    ends_workflow: Mapped[bool]
    signed_at: Mapped[int]
    #: canonical JSON, verbatim: what the signature value covers
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(Text)
    #: the server key's signature line (C2SP signed-note) over `signed_text(manifest)`
    value: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Signed:
    """A signature and the event whose proof of inclusion it waits for."""

    signature: Signature
    event_id: str


@dataclass(frozen=True)
class Ending:
    """What a signature is about: the task closed, the answer signed or rejected, and in what sense."""

    assignment: Assignment
    answer: Submission
    meaning: Meaning
    reason: str
    workflow: str
    ends_workflow: bool


def signed_text(manifest: str, version: int) -> str:
    """What the server's key signs: a line that sets it apart from checkpoints, then the manifest."""
    return f"chartmark signature manifest v{version}\n{manifest}\n"


def make_signature(
    session: Session, actor: Actor, ending: Ending, *, signer: ManifestSigner, authentication: dict[str, Any], at: int
) -> Signed:
    """Store what a closing says, and say so. The caller, `review.signing`, has asked who may."""
    manifest = canonical_json(_manifest(actor, ending, authentication, at=at))
    signature = Signature(
        project_id=ending.assignment.project_id,
        item_id=ending.answer.item_id,
        assignment_id=ending.assignment.id,
        record_type="submission",
        record_id=ending.answer.id,
        record_sha256=ending.answer.body_sha256,
        signer_id=actor.id,
        signer_name=actor.display_name,
        step=ending.assignment.step,
        meaning=ending.meaning,
        reason=ending.reason,
        workflow=ending.workflow,
        ends_workflow=ending.ends_workflow,
        signed_at=at,
        manifest=manifest,
        manifest_sha256=sha256(manifest),
        value=signer.attest(signed_text(manifest, MANIFEST_VERSION)),
    )
    session.add(signature)
    session.flush()
    return Signed(signature, _record(session, actor, signature, at=at).event_id)


def _manifest(actor: Actor, ending: Ending, authentication: dict[str, Any], *, at: int) -> dict[str, Any]:
    """The signed statement (domain E): who, what, when, meaning, how authenticated."""
    answer = ending.answer
    return {
        "v": MANIFEST_VERSION,
        "record_type": "submission",
        "record_id": answer.id,
        "record_version": answer.ordinal,
        "record_sha256": answer.body_sha256,
        "item": answer.item_id,
        "assignment": ending.assignment.id,
        "step": ending.assignment.step,
        "signer_id": actor.id,
        "signer_name": actor.display_name,
        "signer_credentials": qualification(actor, ending.assignment.project_id, at=at)["credentials"],
        "meaning": ending.meaning,
        "statement": STATEMENTS[ending.meaning],
        "reason": ending.reason,
        "workflow": ending.workflow,
        "ends_workflow": ending.ends_workflow,
        "signed_at": clock.iso(at),
        "auth": authentication,
        "guideline_version": answer.guideline_version_id,
        "schema": answer.schema_id,
    }


def _record(session: Session, actor: Actor, signature: Signature, *, at: int) -> Event:
    named = (
        *("record_type", "record_id", "record_sha256", "manifest_sha256"),
        *("step", "meaning", "reason", "workflow", "ends_workflow"),
    )
    return record(
        session,
        Tag.SIGNATURE_MADE,
        stream=streams.item(signature.item_id),
        actor=actor,
        subject=Subject("signature", signature.id),
        data={
            "signature_id": signature.id,
            "item": signature.item_id,
            "assignment": signature.assignment_id,
            **{name: getattr(signature, name) for name in named},
        },
        project_id=signature.project_id,
        at=at,
    )


def signatures_of(session: Session, item_id: int) -> list[Signature]:
    return list(session.scalars(select(Signature).where(Signature.item_id == item_id).order_by(Signature.id)))


def signature_of_task(session: Session, assignment_id: int) -> Signature | None:
    """What closed a task."""
    return session.scalar(select(Signature).where(Signature.assignment_id == assignment_id))


def signatures_among(session: Session, item_ids: Sequence[int]) -> dict[int, list[Signature]]:
    """Item → its signatures in the order they were made, for each of these items."""
    found: dict[int, list[Signature]] = {item: [] for item in item_ids}
    # What a signature covers is large, and nobody who asks for many reads it.
    without = (defer(Signature.manifest, raiseload=True), defer(Signature.value, raiseload=True))
    made = select(Signature).options(*without).where(Signature.item_id.in_(item_ids))
    for row in session.scalars(made.order_by(Signature.id)):
        found[row.item_id].append(row)
    return found


def valid_for(made: Iterable[Signature], record_sha256: str) -> list[Signature]:
    """Those that stand for this very record: a signature is not valid for a later answer (INV-11)."""
    return [s for s in made if s.record_sha256 == record_sha256 and s.meaning != Meaning.REJECTION]


def final_signature(made: Iterable[Signature], record_sha256: str) -> Signature | None:
    """The one with which an item's workflow ended on this very record."""
    return next((s for s in valid_for(made, record_sha256) if s.ends_workflow), None)
