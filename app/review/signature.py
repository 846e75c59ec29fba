"""Signatures: printed name, time and meaning, bound to what was signed (21 CFR 11.50, 11.70)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core import clock
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.review import states
from app.review.assignment import Assignment, Step, subject_of_item
from app.review.hold import require_no_hold
from app.review.item import Item, get_item
from app.review.states import AssignmentState
from app.review.submission import Submission, gold_of, qualification

MANIFEST_VERSION = 1


class Meaning(StrEnum):
    """What a signature says (21 CFR 11.50(a)(3))."""

    ADJUDICATION = "adjudication"
    VERIFICATION = "verification"
    APPROVAL = "approval"


STATEMENTS = {
    Meaning.ADJUDICATION: "I settled the differences of this record and stand for the result.",
    Meaning.VERIFICATION: "I verified this record and found it correct.",
    Meaning.APPROVAL: "I approve this record for release.",
}


class Signer(Protocol):
    """The server's key, which seals that the manifest was made here."""

    def attest(self, text: str) -> str:
        """A signature line over a text that ends in a newline."""
        ...


class Signature(Base):
    """One signature. Valid for the digest it was made on, and for nothing else (INV-11)."""

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("meaning IN ('adjudication','verification','approval')", name="meaning_known"),
        Index("ix_signature_record", "record_type", "record_id"),
        {"info": {"kind": RECORD, "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    record_type: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int]
    record_sha256: Mapped[str] = mapped_column(Text)
    signer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signer_name: Mapped[str] = mapped_column(Text)
    meaning: Mapped[str] = mapped_column(Text)
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


def signed_text(manifest: str) -> str:
    """What the server's key signs: a line that sets it apart from checkpoints, then the manifest."""
    return f"chartmark signature manifest v{MANIFEST_VERSION}\n{manifest}\n"


def require_seen(seen: str, current: str) -> None:
    """What is signed is what the signer had before them (21 CFR 11.70).

    Both are digests, the signer's of what the page showed, ours of what there is. Raises Conflict.
    """
    if seen != current:
        raise Conflict("record-changed", "this is not what you have before you any more; reload, and look again")


def record_to_sign(session: Session, item_id: int) -> Submission:
    """What is signed: the item's final answer. Raises Conflict before there is one."""
    gold = gold_of(session, item_id)
    if gold is None:
        raise Conflict("nothing-to-sign", "the item has no final answer yet")
    return gold


def sign(
    session: Session,
    actor: Actor,
    item: Item,
    meaning: str,
    *,
    signer: Signer,
    authentication: dict[str, Any],
    at: int,
) -> Signed:
    """Sign an item's final answer. `authentication` is what `accounts.signing` attests.

    Raises Forbidden (tier, credential or identity at this moment), Conflict or Invalid.
    """
    item = get_item(session, item.id, lock=True)
    policy.require(session, actor, policy.Action.SIGN, subject_of_item(session, item, 3), at=at)
    if meaning not in set(Meaning):
        raise Invalid("meaning", f"a signature means {', '.join(Meaning)}")
    states.require(item, "signed")
    require_no_hold(session, item.id)
    gold = record_to_sign(session, item.id)
    _require_true(session, actor, item, gold, Meaning(meaning))
    manifest = canonical_json(_manifest(actor, item, gold, Meaning(meaning), authentication, at=at))
    signature = Signature(
        project_id=item.project_id,
        item_id=item.id,
        record_type="submission",
        record_id=gold.id,
        record_sha256=gold.body_sha256,
        signer_id=actor.id,
        signer_name=actor.display_name,
        meaning=meaning,
        signed_at=at,
        manifest=manifest,
        manifest_sha256=sha256(manifest),
        value=signer.attest(signed_text(manifest)),
    )
    session.add(signature)
    session.flush()
    event = _record(session, actor, signature, at=at)
    states.advance(session, actor, item, "signed", data={"signature": signature.id, "gold": gold.body_sha256}, at=at)
    return Signed(signature, event.event_id)


def _require_true(session: Session, actor: Actor, item: Item, gold: Submission, meaning: Meaning) -> None:
    """Nobody signs a statement that is not so: who settled or verified is on record. Raises Invalid."""
    settled = select(Assignment.id).where(
        Assignment.item_id == item.id,
        Assignment.round_id == gold.round_id,
        Assignment.person_id == actor.id,
        Assignment.step == Step.ADJUDICATE,
        Assignment.state == AssignmentState.SUBMITTED,
    )
    if meaning == Meaning.ADJUDICATION and session.scalar(settled) is None:
        raise Invalid("meaning", "you did not settle the differences of this record")
    if meaning == Meaning.VERIFICATION and gold.person_id != actor.id:
        raise Invalid("meaning", "you did not verify this record")


def _manifest(
    actor: Actor,
    item: Item,
    gold: Submission,
    meaning: Meaning,
    authentication: dict[str, Any],
    *,
    at: int,
) -> dict[str, Any]:
    """The signed statement (domain E): who, what, when, meaning, how authenticated."""
    return {
        "v": MANIFEST_VERSION,
        "record_type": "submission",
        "record_id": gold.id,
        "record_version": gold.ordinal,
        "record_sha256": gold.body_sha256,
        "item": item.id,
        "signer_id": actor.id,
        "signer_name": actor.display_name,
        "signer_credentials": qualification(actor, item.project_id, at=at)["credentials"],
        "meaning": meaning,
        "statement": STATEMENTS[meaning],
        "signed_at": clock.iso(at),
        "auth": authentication,
        "guideline_version": gold.guideline_version_id,
        "schema": gold.schema_id,
    }


def _record(session: Session, actor: Actor, signature: Signature, *, at: int) -> Event:
    return record(
        session,
        Tag.SIGNATURE_MADE,
        stream=streams.item(signature.item_id),
        actor=actor,
        subject=Subject("signature", signature.id),
        data={
            "signature_id": signature.id,
            "record_type": signature.record_type,
            "record_id": signature.record_id,
            "record_sha256": signature.record_sha256,
            "manifest_sha256": signature.manifest_sha256,
            "meaning": signature.meaning,
        },
        project_id=signature.project_id,
        at=at,
    )


def signatures_of(session: Session, item_id: int) -> list[Signature]:
    return list(session.scalars(select(Signature).where(Signature.item_id == item_id).order_by(Signature.id)))


def valid_signatures(session: Session, item_id: int, record_sha256: str) -> list[Signature]:
    """Those made on this very record: a signature is not valid for a later answer (INV-11)."""
    return [s for s in signatures_of(session, item_id) if s.record_sha256 == record_sha256]
