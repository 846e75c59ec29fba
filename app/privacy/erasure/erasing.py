"""Erasing one patient: all words of theirs in every table, under one event; a tombstone stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.second_person import require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Entry, Subject, new_event_id, record_entry
from app.core.db import Session, get_locked
from app.core.errors import Conflict, NotFound, Problem, invalid
from app.corpus.document import Document, DocumentBody
from app.corpus.erasure import HOLDERS, REASONS, Erasing, SubjectErasure, is_erased
from app.corpus.project import Project, project_subject
from app.corpus.subject import Patient
from app.corpus.vault import Vault
from app.privacy.emergency import EmergencyAccess
from app.privacy.incident.models import Learned

_REFERENCE = re.compile(r"[A-Za-z0-9./-]{0,40}")


@dataclass(frozen=True)
class Ground:
    """Why a patient is erased: one of `REASONS`, and the number of the request in the office's own files."""

    reason: str
    reference: str = ""


@dataclass(frozen=True)
class Erased:
    """What was destroyed, by kind, and numbers of the releases that were recalled."""

    counts: dict[str, int]
    releases: list[int]

    def to_dict(self) -> dict[str, object]:
        return dict(sorted(self.counts.items())) | {"releases_recalled": self.releases}


class PrivacyWords:
    """What was learnt of the patient, and the reasons people gave for emergency access to their texts."""

    key = "privacy"

    def erase(self, erasing: Erasing) -> None:
        session, own = erasing.session, erasing.patient.id
        for learned in session.scalars(select(Learned).where(Learned.subject_id == own)).all():
            erasing.delete(learned, "learned_identifiers")
        opened = select(EmergencyAccess).join(Document, Document.id == EmergencyAccess.document_id)
        for access in session.scalars(opened.where(Document.subject_id == own)).all():
            erasing.empty(access, "reasons", reason="", salt=None)


def find_patient(session: Session, project: Project, pseudonym: str) -> Patient:
    """By the pseudonym that stands in exports. Raises NotFound."""
    query = select(Patient).where(Patient.project_id == project.id, Patient.pseudonym == pseudonym.strip())
    patient = session.scalar(query)
    if patient is None:
        raise NotFound("unknown-subject", "no patient of this project has this pseudonym")
    return patient


def patients_named(session: Session, vault: Vault, outside_id: str) -> list[tuple[Project, Patient]]:
    """Who came in under an outside id, in every project: by the keyed reference, which tells nobody the id."""
    found = []
    for project in session.scalars(select(Project).order_by(Project.id)):
        reference = vault.reference("subject", project.id, outside_id)
        query = select(Patient).where(Patient.project_id == project.id, Patient.reference == reference)
        found += [(project, patient) for patient in session.scalars(query)]
    return found


def require_erasable(session: Session, actor: AnyActor, patient: Patient, ground: Ground, *, at: int) -> None:
    """Raises Forbidden, Invalid or Conflict("erased")."""
    policy.require(session, actor, policy.Action.ERASE_SUBJECT, project_subject(patient.project_id), at=at)
    problems = []
    if ground.reason not in REASONS:
        problems.append(Problem("reason", "reason", f"a reason is one of {', '.join(REASONS)}"))
    if not _REFERENCE.fullmatch(ground.reference):
        rule = "the number of the request: up to 40 letters, digits, dots, slashes and hyphens"
        problems.append(Problem("reference", "reference", rule))
    if problems:
        raise invalid(problems)
    if is_erased(session, patient.id):
        raise Conflict("erased", "this patient was erased already")


def count_texts(session: Session, patient_id: int) -> int:
    """How many clean texts of a patient there are."""
    query = select(func.count()).select_from(Document).join(DocumentBody, DocumentBody.document_id == Document.id)
    return session.scalar(query.where(Document.subject_id == patient_id)) or 0


def erase_subject(session: Session, actor: AnyActor, patient_id: int, ground: Ground, *, at: int) -> Erased:
    """Destroy everything that can be read of a patient: it takes two people.

    What stays: the tombstone, events (they hold no words), digests whose salts are gone, keyed references by which the
    same patient is not taken in again. Released items keep their state; the releases are recalled.
    Raises Forbidden, Invalid, Conflict, NotFound, ApprovalNeeded.
    """
    patient = get_locked(session, Patient, patient_id)
    if patient is None:
        raise NotFound("unknown-subject", "there is no such patient")
    require_erasable(session, actor, patient, ground, at=at)
    authority = require_two(session, actor)
    erasing = Erasing(session, patient, actor, new_event_id(at), at)
    for holder in HOLDERS:
        holder.erase(erasing)
    session.add(
        SubjectErasure(
            subject_id=patient.id,
            project_id=patient.project_id,
            reason=ground.reason,
            reference=ground.reference,
            erased_by=actor.id,
            erased_at=at,
            event_id=erasing.event_id,
        )
    )
    session.flush()
    counts = dict(sorted(erasing.counts.items()))
    said = {"reason": ground.reason, "reference": ground.reference, "destroyed": counts} | authority
    said["releases"] = sorted(erasing.releases)
    stream, subject = streams.project(patient.project_id), Subject("subject", patient.id)
    entry = Entry(stream, subject, said, event_id=erasing.event_id)
    record_entry(session, Tag.SUBJECT_ERASED, entry, actor=actor, project_id=patient.project_id, at=at)
    return Erased(counts, sorted(erasing.releases))
