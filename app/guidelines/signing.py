"""Signatures of clinicians on guideline versions: a project may ask for them before anything is assigned (R25)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.signing import Factors, Intent, Proof, reauthenticate, spend_proof
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.rows import note_row
from app.core.db import RECORD, Base, Database, Session, insert_if_missing
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict
from app.guidelines.version import GuidelineVersion, get_guideline

#: what a signature on a guideline says (21 CFR 11.50(a)(3))
STATEMENT = "I have reviewed this guideline as a clinician; what it asks for can be read from texts of this kind."


class GuidelineSignature(Base):
    """A clinician of T3 or T4 stands for a version, with the qualification held at that moment."""

    __tablename__ = "guideline_signature"
    __table_args__ = (
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.GUIDELINE_SIGNED,), "append_only": True}},
    )

    guideline_version_id: Mapped[int] = mapped_column(
        ForeignKey("guideline_version.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False, index=True)
    #: canonical JSON: tier and credentials, and how the signer was known
    qualification_json: Mapped[str] = mapped_column(Text)
    authentication_json: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


def sign_guideline(database: Database, actor: Actor, guideline_id: int, factors: Factors, *, at: int) -> None:
    """Sign a version after showing who one is; signing twice changes nothing.

    Raises Forbidden (role, tier, identity, a factor is wrong), NotFound, Unavailable.
    """
    with database.reading() as session:
        guideline = get_guideline(session, guideline_id)
        _require(session, actor, guideline, at=at)
        intent = _intent(guideline)
    token = reauthenticate(database, actor, factors, intent, at=at)

    def unit(session: Session) -> None:
        guideline = get_guideline(session, guideline_id)
        _require(session, actor, guideline, at=at)
        add_signature(session, actor, guideline, spend_proof(session, actor, token, intent, at=at), at=at)

    database.writing(unit)


def add_signature(
    session: Session, actor: Actor, guideline: GuidelineVersion, proof: Proof | dict[str, Any], *, at: int
) -> None:
    """The signature itself, by somebody who has shown who they are. Raises Forbidden."""
    _require(session, actor, guideline, at=at)
    shown = proof.to_dict() if isinstance(proof, Proof) else proof
    held = [vars(one) for one in actor.credentials if one.is_valid(at)]
    values = {
        "guideline_version_id": guideline.id,
        "person_id": actor.id,
        "qualification_json": canonical_json({"tier": actor.tier(at), "credentials": held}),
        "authentication_json": canonical_json(shown),
        "at": at,
    }
    made = insert_if_missing(session, GuidelineSignature, values)
    if made is None:
        return
    note_row(session, made)
    record(
        session,
        Tag.GUIDELINE_SIGNED,
        stream=streams.account(actor.id),
        actor=actor,
        subject=Subject("guideline_version", guideline.id),
        data={
            "version": guideline.version,
            "sha256": guideline.body_sha256,
            "statement": STATEMENT,
            "qualification": json.loads(str(values["qualification_json"])),
            "authentication": shown,
        },
        project_id=guideline.project_id,
        at=at,
    )


def _require(session: Session, actor: Actor, guideline: GuidelineVersion, *, at: int) -> None:
    subject = policy.PolicySubject("project", guideline.project_id, project_id=guideline.project_id)
    policy.require(session, actor, policy.Action.SIGN_GUIDELINE, subject, at=at)


def _intent(guideline: GuidelineVersion) -> Intent:
    said = {"guideline": guideline.id, "sha256": guideline.body_sha256, "statement": STATEMENT}
    return Intent(policy.Action.SIGN_GUIDELINE, sha256(canonical_json(said)))


@dataclass(frozen=True)
class SignedBy:
    """One signature as pages and files show it."""

    person_id: int
    tier: int
    at: int


def list_signatures(session: Session, guideline_id: int) -> list[SignedBy]:
    """Who signed a version, oldest first."""
    query = select(GuidelineSignature).where(GuidelineSignature.guideline_version_id == guideline_id)
    rows = session.scalars(query.order_by(GuidelineSignature.at, GuidelineSignature.person_id))
    return [SignedBy(row.person_id, json.loads(row.qualification_json)["tier"], row.at) for row in rows]


def unsigned_modalities(session: Session, project_id: int, wanted: int) -> dict[str, str]:
    """Kind of item → the version of its guideline in force that has fewer than `wanted` signatures.

    A patch changes no meaning, so it stands on the signatures of the version it patches.
    """
    if not wanted:
        return {}
    counts = select(GuidelineSignature.guideline_version_id, func.count()).group_by(
        GuidelineSignature.guideline_version_id
    )
    signed: dict[int, int] = dict(session.execute(counts).all())  # type: ignore[arg-type]
    found: dict[str, tuple[str, int]] = {}
    versions = select(GuidelineVersion).where(GuidelineVersion.project_id == project_id)
    for row in session.scalars(versions.order_by(GuidelineVersion.id)):
        before = found.get(row.modality, ("", 0))[1] if row.change == "patch" else 0
        found[row.modality] = (row.version, max(before, signed.get(row.id, 0)))
    return {modality: version for modality, (version, count) in found.items() if count < wanted}


def require_signed(session: Session, project_id: int, wanted: int) -> None:
    """Raises Conflict("guideline-unsigned") where every guideline in force lacks signatures the project asks for."""
    missing = unsigned_modalities(session, project_id, wanted)
    if missing:
        named = ", ".join(f"{modality} {version}" for modality, version in sorted(missing.items()))
        raise Conflict(
            "guideline-unsigned",
            f"this project asks for {wanted} signatures of clinicians (T3) on its guideline: missing for {named}",
        )
