"""Subjects: patients, known only by a random pseudonym, and their encounters."""

from __future__ import annotations

import secrets
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import RECORD, Base, Session
from app.corpus.vault import Vault

# No I, L, O, U, 0, 1: pseudonyms are read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Setting(StrEnum):
    """Where an encounter took place; coding rules depend on it (domain 0.4)."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"


class Patient(Base):
    """One patient of one project. `reference` is keyed, so it tells nobody the outside id."""

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("project_id", "reference"), {"info": {"kind": RECORD}})

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
        {"info": {"kind": RECORD}},
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


def random_label(length: int) -> str:
    """A random name for a row that people can read aloud; says nothing about the patient."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def find_or_add_subject(session: Session, vault: Vault, project_id: int, outside_id: str) -> Patient:
    """The subject of an outside patient id, made with a key of its own on first sight."""
    reference = vault.reference("subject", project_id, outside_id)
    subject = session.scalar(select(Patient).where(Patient.project_id == project_id, Patient.reference == reference))
    if subject is None:
        subject = Patient(project_id=project_id, pseudonym=f"S-{random_label(8)}", reference=reference, erased_at=None)
        session.add(subject)
        session.flush()
        vault.new_key(session, subject.id)
    return subject


def find_or_add_encounter(
    session: Session, vault: Vault, subject: Patient, outside_id: str, facts: dict[str, str]
) -> Encounter:
    """The encounter of an outside id. `facts`: setting, code_release, sex, age_band."""
    reference = vault.reference("encounter", subject.project_id, f"{subject.reference}\x1f{outside_id}")
    encounter = session.scalar(
        select(Encounter).where(Encounter.project_id == subject.project_id, Encounter.reference == reference)
    )
    if encounter is None:
        encounter = Encounter(
            project_id=subject.project_id,
            subject_id=subject.id,
            reference=reference,
            label=f"E-{random_label(6)}",
            setting=facts.get("setting", Setting.UNKNOWN),
            code_release=facts.get("code_release", ""),
            sex=facts.get("sex", ""),
            age_band=facts.get("age_band", ""),
        )
        session.add(encounter)
        session.flush()
    return encounter
