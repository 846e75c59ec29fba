"""Erasing a patient, and destroying what is due, as acts for two."""

from __future__ import annotations

from typing import Any

from app.accounts.actor import AnyActor
from app.accounts.approval import ActFacts
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.erasure import REASONS
from app.corpus.project import get_project
from app.corpus.subject import Patient
from app.privacy.erasure.erasing import Ground, count_texts, erase_subject, require_erasable
from app.privacy.erasure.retention import destroy_due, due_digest, list_due, require_due


class EraseSubject:
    """Facts: subject, project, reason, reference."""

    key = "erasure"
    title = "erasure of a patient"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return None, facts["project"]

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        require_erasable(session, actor, _patient(session, facts), _ground(facts), at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return True

    def words(self, session: Session, facts: ActFacts) -> str:
        patient, ground = _patient(session, facts), _ground(facts)
        title = get_project(session, patient.project_id).title
        request = f", request {ground.reference}" if ground.reference else ""
        what = f"Patient {patient.pseudonym} of {title} ({count_texts(session, patient.id)} texts)"
        return f"{what}: everything that can be read is destroyed for good, since {REASONS[ground.reason]}{request}"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        return erase_subject(session, actor, facts["subject"], _ground(facts), at=at).to_dict()


def _patient(session: Session, facts: ActFacts) -> Patient:
    patient = session.get(Patient, facts["subject"])
    if patient is None:
        raise NotFound("unknown-subject", "there is no such patient")
    return patient


def _ground(facts: ActFacts) -> Ground:
    return Ground(facts["reason"], facts["reference"])


class DestroyDue:
    """Facts: project, what (`sources` or `texts`), how many patients, the digest of their list."""

    key = "retention"
    title = "end of retention"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return None, facts["project"]

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        project = get_project(session, facts["project"])
        require_due(session, actor, project, facts["what"], facts["digest"], at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return True

    def words(self, session: Session, facts: ActFacts) -> str:
        title = get_project(session, facts["project"]).title
        of = "the texts as received" if facts["what"] == "sources" else "everything that can be read"
        return f"{title}, {facts['patients']} patients whose time is over: {of} of them is destroyed for good"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        project = get_project(session, facts["project"])
        return destroy_due(session, actor, project, facts["what"], facts["digest"], at=at)


def due_facts(session: Session, project_id: int, what: str, *, at: int) -> dict[str, Any]:
    """What an approval of all that is due now is asked for with."""
    patients = list_due(session, get_project(session, project_id), what, at=at)
    return {"project": project_id, "what": what, "patients": len(patients), "digest": due_digest(patients)}
