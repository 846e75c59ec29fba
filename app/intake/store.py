"""Storing a chunk of records: what is known is asked for once, what is new is added table by table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.db import Session
from app.core.digest import new_salt, salted_sha256
from app.core.errors import Problem
from app.corpus.batch import Batch
from app.corpus.project import get_project
from app.corpus.source import Source, SourceBody, SourceState, open_source, seal_source
from app.corpus.subject import Encounter, Patient, find_or_add_encounters, find_or_add_subjects
from app.corpus.vault import SubjectKey, Vault
from app.intake.record import Record
from app.review.modality import claimed_by

Checked = tuple[Record | None, list[Problem]]


@dataclass
class IntakeOutcome:
    """What became of some rows; `problems` name places and never values."""

    stored: int = 0
    skipped: int = 0
    refused: int = 0
    #: ids of what was stored
    sources: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, problems: list[Problem]) -> None:
        self.refused += 1
        self.problems += problems


@dataclass(frozen=True)
class _New:
    """A record nobody has sent before, as it will be stored."""

    record: Record
    reference: str
    text: str


def store_chunk(session: Session, vault: Vault, batch: Batch, checked: list[Checked], modality: str) -> IntakeOutcome:
    """Store what is new among checked rows, in their order; count the rest, with the reasons."""
    outcome = IntakeOutcome()
    _Storing(session, vault, batch, modality).add(_new_ones(session, vault, batch, checked, modality, outcome), outcome)
    return outcome


def _new_ones(
    session: Session, vault: Vault, batch: Batch, checked: list[Checked], modality: str, outcome: IntakeOutcome
) -> list[_New]:
    """Rows that are neither refused nor here already; an id may also come twice in one chunk."""
    references = [vault.reference("source", batch.project_id, found.id) if found else "" for found, _ in checked]
    earlier = _Earlier(session, vault, batch.project_id, references)
    new: dict[str, _New] = {}
    for (found, problems), reference in zip(checked, references, strict=True):
        if found is None:
            outcome.refuse(problems)
            continue
        text = claimed_by(found, modality).intake.prepare(found)
        if reference in new:
            _note_duplicate(new[reference].text, text, found.where, outcome)
        elif reference not in earlier.sources:
            new[reference] = _New(found, reference, text)
        elif earlier.sources[reference].state == SourceState.WITHDRAWN:
            outcome.refuse([Problem("withdrawn-id", found.where, "this id was withdrawn from the project")])
        else:
            _note_duplicate(earlier.text(reference), text, found.where, outcome)
    return list(new.values())


def _note_duplicate(known: str, text: str, where: str, outcome: IntakeOutcome) -> None:
    """The same record again is skipped; another text under a known id is refused."""
    if known == text:
        outcome.skipped += 1
    else:
        outcome.refuse([Problem("duplicate-id", where, "another text came under this id before")])


class _Earlier:
    """Sources that came before under some references, with what is needed to read them."""

    def __init__(self, session: Session, vault: Vault, project_id: int, references: list[str]) -> None:
        self._session, self._vault = session, vault
        known = select(Source).where(Source.project_id == project_id, Source.reference.in_(references))
        self.sources = {source.reference: source for source in session.scalars(known)}
        # Held here, so that reading one finds its rows in the session.
        ids = [source.id for source in self.sources.values()]
        subjects = {source.subject_id for source in self.sources.values()}
        self._held = [
            *session.scalars(select(SourceBody).where(SourceBody.source_id.in_(ids))),
            *session.scalars(select(SubjectKey).where(SubjectKey.subject_id.in_(subjects))),
        ]

    def text(self, reference: str) -> str:
        source = self.sources[reference]
        body = open_source(self._session, self._vault.key_of(self._session, source.subject_id), source.id)
        text: str = body["text"]
        return text


class _Storing:
    """New records of one batch on their way into the tables."""

    def __init__(self, session: Session, vault: Vault, batch: Batch, modality: str) -> None:
        self._session, self._vault, self._batch, self._modality = session, vault, batch, modality

    def add(self, new: list[_New], outcome: IntakeOutcome) -> None:
        if not new:
            return
        patients = find_or_add_subjects(
            self._session, self._vault, self._batch.project_id, [n.record.patient_id for n in new]
        )
        keys = self._keys([patient.id for patient in patients.values()])
        kept = [n for n in new if patients[n.record.patient_id].id in keys]
        for lost in (n for n in new if n not in kept) if len(kept) < len(new) else ():
            outcome.refuse([Problem("subject-erased", lost.record.where, "this patient's data were destroyed")])
        stays = [(patients[n.record.patient_id], n.record.encounter_id, n.record.encounter_facts()) for n in kept]
        encounters = find_or_add_encounters(self._session, self._vault, stays)
        outcome.sources += self._add_sources(kept, patients, encounters, keys)
        outcome.stored += len(kept)

    def _keys(self, subjects: list[int]) -> dict[int, bytes]:
        """Subject → key; subjects whose key was destroyed are missing."""
        held = list(self._session.scalars(select(SubjectKey).where(SubjectKey.subject_id.in_(subjects))))
        return {row.subject_id: self._vault.key_of(self._session, row.subject_id) for row in held}

    def _add_sources(
        self,
        new: list[_New],
        patients: dict[str, Patient],
        encounters: list[Encounter],
        keys: dict[int, bytes],
    ) -> list[int]:
        """Ids of the new rows."""
        language = get_project(self._session, self._batch.project_id).language
        salts = [new_salt() for _ in new]
        sources = [
            self._source(n, encounter, salt, language)
            for n, encounter, salt in zip(new, encounters, salts, strict=True)
        ]
        self._session.add_all(sources)
        self._session.flush()
        for n, source, salt in zip(new, sources, salts, strict=True):
            body = {"text": n.text, "salt": salt.hex(), "known": n.record.known, "outside": _outside(n.record)}
            if n.record.date_order:
                body["date_order"] = n.record.date_order
            self._session.add(seal_source(keys[source.subject_id], source.id, body))
        return [source.id for source in sources]

    def _source(self, new: _New, encounter: Encounter, salt: bytes, language: str) -> Source:
        return Source(
            project_id=self._batch.project_id,
            batch_id=self._batch.id,
            subject_id=encounter.subject_id,
            encounter_id=encounter.id,
            reference=new.reference,
            modality=claimed_by(new.record, self._modality).key,
            note_type=new.record.note_type,
            language=new.record.language or language,
            text_sha256=salted_sha256(salt, new.text),
            state=SourceState.QUARANTINED,
        )


def _outside(found: Record) -> dict[str, Any]:
    """What the sender calls this record: kept sealed, to find it again at the source."""
    return {
        "id": found.id,
        "patient_id": found.patient_id,
        "encounter_id": found.encounter_id,
        "date": found.date.isoformat() if found.date else "",
        "birth_date": found.birth_date.isoformat() if found.birth_date else "",
    }
