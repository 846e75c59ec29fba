"""Subjects: patients, known only by a random pseudonym, and their encounters."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
from app.core.db import RECORD, Base, Session
from app.corpus.vault import Vault

# No I, L, O, U, 0, 1: pseudonyms are read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_BAND = re.compile(r"(\d+)(?:-(\d+)|(\+))?")
OLDEST = 130


class Setting(StrEnum):
    """Where an encounter took place; coding rules depend on it (domain 0.4)."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"


class Patient(Base):
    """One patient of one project. `reference` is keyed, so it tells nobody the outside id."""

    __tablename__ = "subject"
    __table_args__ = (
        UniqueConstraint("project_id", "reference"),
        {
            "info": {
                "kind": RECORD,
                "uncommitted": "names of a delivery that stays sealed",
                "tags": (Tag.BATCH_LOADED, Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    pseudonym: Mapped[str] = mapped_column(Text, unique=True)
    reference: Mapped[str] = mapped_column(Text)
    erased_at: Mapped[int | None]


class Encounter(Base):
    """One stay or visit: what coders code (domain 0.1).

    `code_release` was computed from the true date before de-identification (domain 0.2); empty
    means "not assessed". No date is kept here.
    """

    __tablename__ = "encounter"
    __table_args__ = (
        UniqueConstraint("project_id", "reference"),
        CheckConstraint("setting IN ('inpatient','outpatient','emergency','unknown')", name="setting_known"),
        CheckConstraint("sex IN ('F','M','')", name="sex_known"),
        {"info": {"kind": RECORD, "tags": (Tag.BATCH_LOADED, Tag.BATCH_WITHDRAWN, Tag.SUBJECT_ERASED)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    reference: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    setting: Mapped[str] = mapped_column(Text)
    code_release: Mapped[str] = mapped_column(Text)
    sex: Mapped[str] = mapped_column(Text)
    age_band: Mapped[str] = mapped_column(Text)


def age_range(band: str) -> tuple[int, int] | None:
    """The whole years a band holds, both ends included: `30-39`, `7`; `90+` is open up to OLDEST. None: unknown."""
    match = _BAND.fullmatch(band)
    if match is None:
        return None
    low = int(match[1])
    return low, OLDEST if match[3] else int(match[2] or low)


def random_label(length: int) -> str:
    """A random name for a row that people can read aloud; says nothing about the patient."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def find_or_add_subjects(
    session: Session, vault: Vault, project_id: int, outside_ids: Iterable[str]
) -> dict[str, Patient]:
    """Outside patient id → subject; those first seen are made, each with a key of its own."""
    references = {outside: vault.reference("subject", project_id, outside) for outside in outside_ids}
    query = select(Patient).where(Patient.project_id == project_id, Patient.reference.in_(references.values()))
    found = {patient.reference: patient for patient in session.scalars(query)}
    new = [
        Patient(project_id=project_id, pseudonym=f"S-{random_label(8)}", reference=reference, erased_at=None)
        for reference in references.values()
        if reference not in found
    ]
    session.add_all(new)
    session.flush()
    for patient in new:
        vault.new_key(session, patient.id)
    found |= {patient.reference: patient for patient in new}
    return {outside: found[reference] for outside, reference in references.items()}


def find_or_add_encounters(
    session: Session, vault: Vault, stays: list[tuple[Patient, str, dict[str, str]]]
) -> list[Encounter]:
    """The encounter of each (subject, outside id, facts), in their order; the first to name one makes it.

    Facts: setting, code_release, sex, age_band.
    """
    references = [
        vault.reference("encounter", patient.project_id, f"{patient.reference}\x1f{outside}")
        for patient, outside, _ in stays
    ]
    projects = {patient.project_id for patient, _, _ in stays}
    query = select(Encounter).where(Encounter.project_id.in_(projects), Encounter.reference.in_(references))
    found = {encounter.reference: encounter for encounter in session.scalars(query)}
    for (patient, _, facts), reference in zip(stays, references, strict=True):
        if reference not in found:
            found[reference] = _encounter(patient, reference, facts)
            session.add(found[reference])
    session.flush()
    return [found[reference] for reference in references]


def _encounter(patient: Patient, reference: str, facts: dict[str, str]) -> Encounter:
    return Encounter(
        project_id=patient.project_id,
        subject_id=patient.id,
        reference=reference,
        label=f"E-{random_label(6)}",
        setting=facts.get("setting", Setting.UNKNOWN),
        code_release=facts.get("code_release", ""),
        sex=facts.get("sex", ""),
        age_band=facts.get("age_band", ""),
    )
