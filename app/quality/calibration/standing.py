"""Who has passed, and what makes somebody calibrate again; whoever has not passed gets no new production task."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts.actor import ProjectRole
from app.core import clock
from app.core.db import Session
from app.corpus.member import list_members
from app.corpus.project import Project, get_project
from app.guidelines.version import GuidelineVersion, VersionChange
from app.quality.calibration.models import CalibrationAttempt, CalibrationSet
from app.quality.drift.models import DriftAlarm
from app.review.queries.copied import gaps_since


@dataclass(frozen=True)
class Calibrated:
    """How somebody stands to calibration in one modality. `since`: when they passed; `again`: why that is void."""

    person_id: int
    modality: str
    since: int | None
    again: str = ""

    @property
    def holds(self) -> bool:
        return self.since is not None and not self.again

    @property
    def words(self) -> str:
        if self.since is None:
            return "has not passed"
        return f"has to calibrate again: {self.again}" if self.again else "has passed"


class UncalibratedReaders:
    """Readers who get no new production task, in a project that asks for calibration."""

    key = "calibration"

    def paused(self, session: Session, project_id: int) -> set[int]:
        project = get_project(session, project_id)
        if not project.setting("calibration_required"):
            return set()
        at = clock.now()
        people = {m.person_id for m in list_members(session, project_id) if m.role == ProjectRole.ANNOTATOR}
        asked = modalities_asked(session, project_id)
        if not asked:
            return people  # asked for, and no set to pass yet: nobody begins
        return {
            person for person in people
            if not all(standing_of(session, project, person, modality, at=at).holds for modality in asked)
        }  # fmt: skip


def modalities_asked(session: Session, project_id: int) -> list[str]:
    """Modalities that have a calibration set, open or closed."""
    query = select(CalibrationSet.modality).where(CalibrationSet.project_id == project_id).distinct()
    return sorted(session.scalars(query))


def standing_of(session: Session, project: Project, person_id: int, modality: str, *, at: int) -> Calibrated:
    """Whether a pass is there and still holds: no major guideline version, drift alarm or absence since."""
    since: int | None = session.scalar(
        select(func.max(CalibrationAttempt.scored_at))
        .join(CalibrationSet, CalibrationSet.id == CalibrationAttempt.set_id)
        .where(CalibrationSet.project_id == project.id, CalibrationSet.modality == modality)
        .where(CalibrationAttempt.person_id == person_id, CalibrationAttempt.passed.is_(True))
    )
    if since is None:
        return Calibrated(person_id, modality, None)
    return Calibrated(person_id, modality, since, _again(session, project, person_id, modality, since, at=at))


def _again(session: Session, project: Project, person_id: int, modality: str, since: int, *, at: int) -> str:
    major = session.scalar(
        select(GuidelineVersion.version)
        .where(GuidelineVersion.project_id == project.id, GuidelineVersion.modality == modality)
        .where(GuidelineVersion.change == VersionChange.MAJOR, GuidelineVersion.published_at > since)
        .order_by(GuidelineVersion.id.desc())
        .limit(1)
    )
    if major is not None:
        return f"guideline {major} changed what labels mean"
    alarmed = (DriftAlarm.project_id == project.id, DriftAlarm.person_id == person_id, DriftAlarm.alarmed_at > since)
    if (label := session.scalar(select(DriftAlarm.label).where(*alarmed).limit(1))) is not None:
        return f"a chart of {label} gave an alarm"
    days = project.setting("calibration_absence_days")
    if days and longest_gap(session, project.id, person_id, since, at=at) > days * clock.DAY:
        return f"away for more than {days} days"
    return ""


def longest_gap(session: Session, project_id: int, person_id: int, since: int, *, at: int) -> int:
    """The longest time without an answer since a moment, up to now, in ms: coming back does not undo an absence."""
    longest, last = gaps_since(session, project_id, person_id, since)
    return max(longest, at - last)
