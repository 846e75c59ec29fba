"""Retention: how long a project keeps texts as received, and everything else, after its end; what is due by that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.second_person import require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Entry, Subject, named, new_event_id, record_entry
from app.core import clock
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, NotFound
from app.corpus.batch import erase
from app.corpus.erasure import SubjectErasure
from app.corpus.project import Project, list_projects, project_subject
from app.corpus.source import Source, SourceBody
from app.corpus.subject import Patient
from app.privacy.erasure.erasing import Ground, erase_subject

SOURCES, TEXTS = "sources", "texts"
#: what → the setting that says how many days it is kept after the project's end
KEPT = {SOURCES: "keep_sources_days", TEXTS: "keep_texts_days"}
#: so many patients are destroyed at once
AT_ONCE = 200


@dataclass(frozen=True)
class Due:
    """What of a project is over since when, and of how many patients (up to `AT_ONCE`)."""

    project: Project
    what: str
    since: int
    patients: int


def end_of(project: Project, what: str) -> int | None:
    """When the time to keep it is over, in ms; None where the project says no end."""
    day, days = project.setting("ends_on"), project.setting(KEPT[what])
    return clock.parse_iso(day) + (1 + int(days)) * clock.DAY if day and days is not None else None


def list_due(session: Session, project: Project, what: str, *, at: int) -> list[int]:
    """Patients of whom this is still there though its time is over, at most `AT_ONCE`. Raises NotFound (what)."""
    if what not in KEPT:
        raise NotFound("unknown-retention", f"what is kept is one of {', '.join(KEPT)}")
    end = end_of(project, what)
    if end is None or at < end:
        return []
    query = select(Patient.id).where(Patient.project_id == project.id)
    if what == SOURCES:
        there = select(Source.id).join(SourceBody, SourceBody.source_id == Source.id)
        query = query.where(there.where(Source.subject_id == Patient.id).exists())
    else:
        query = query.where(Patient.id.not_in(select(SubjectErasure.subject_id)))
    return list(session.scalars(query.order_by(Patient.id).limit(AT_ONCE)))


def list_all_due(session: Session, *, at: int) -> list[Due]:
    """The worklist: what of which project is over."""
    asked = [(project, what) for project in list_projects(session) for what in KEPT]
    counts = [(project, what, len(list_due(session, project, what, at=at))) for project, what in asked]
    return [Due(project, what, end_of(project, what) or at, count) for project, what, count in counts if count]


def due_digest(patients: Sequence[int]) -> str:
    """By which an approval names the very patients that were due when it was asked for."""
    return sha256(canonical_json(list(patients)))


def require_due(session: Session, actor: AnyActor, project: Project, what: str, digest: str, *, at: int) -> list[int]:
    """Whom an approval is about. Raises Forbidden, or Conflict where nobody, or somebody else, is due."""
    policy.require(session, actor, policy.Action.ERASE_SUBJECT, project_subject(project.id), at=at)
    patients = list_due(session, project, what, at=at)
    if not patients:
        raise Conflict("nothing-due", "nothing of this is due in this project")
    if due_digest(patients) != digest:
        raise Conflict("due-changed", "other patients are due than when this was asked for: ask again")
    return patients


def destroy_due(
    session: Session, actor: AnyActor, project: Project, what: str, digest: str, *, at: int
) -> dict[str, object]:
    """Destroy what is due; returns counts. Raises as `require_due`, and ApprovalNeeded."""
    patients = require_due(session, actor, project, what, digest, at=at)
    if what == SOURCES:
        return {"patients": len(patients), "sources": _destroy_sources(session, actor, project, patients, at=at)}
    ground = Ground("retention-over")
    done = [erase_subject(session, actor, patient, ground, at=at) for patient in patients]
    releases = sorted({number for one in done for number in one.releases})
    return {"patients": len(patients), "releases_recalled": releases}


def _destroy_sources(session: Session, actor: AnyActor, project: Project, patients: list[int], *, at: int) -> int:
    """Texts as received; the clean texts stay, and the maps of where something was replaced in them: offsets only."""
    authority, event_id = require_two(session, actor), new_event_id(at)
    query = select(SourceBody).join(Source, Source.id == SourceBody.source_id).where(Source.subject_id.in_(patients))
    bodies = session.scalars(query).all()
    for body in bodies:
        erase(session, body, event_id=event_id, at=at)
    gone = len(bodies)
    said = {"patients": named(patients), "sources": gone} | authority
    entry = Entry(streams.project(project.id), Subject("project", project.id), said, event_id=event_id)
    record_entry(session, Tag.SOURCES_EXPIRED, entry, actor=actor, project_id=project.id, at=at)
    return gone
