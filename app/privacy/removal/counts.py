"""How often de-identification was wrong in a project, in both directions, as people found it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import Session
from app.privacy.incident.models import Incident, IncidentOutcome
from app.privacy.removal.models import Fate, PlaceDecision
from app.review.hold import Hold, HoldKind


@dataclass(frozen=True)
class Mistakes:
    """Reports count once, however often their text got a new version; places count where they were decided."""

    identifiers_reported: int = 0
    identifiers_redacted: int = 0
    identifiers_dismissed: int = 0
    removals_reported: int = 0
    removals_put_back: int = 0
    removals_upheld: int = 0
    #: what privacy officers put back, or replaced, with or without a report
    places_put_back: int = 0
    places_removed: int = 0


def count_mistakes(session: Session, project_id: int) -> Mistakes:
    """Of one project. No words, no places: for everybody who may see the project."""
    reported = _by_kind(session, project_id)
    outcomes = _incidents(session, project_id)
    fates = dict(
        session.execute(
            select(PlaceDecision.fate, func.count())
            .where(PlaceDecision.project_id == project_id, PlaceDecision.carried_from_id.is_(None))
            .group_by(PlaceDecision.fate)
        ).all()
    )
    put_back = session.scalar(
        select(func.count(PlaceDecision.hold_id.distinct())).where(
            PlaceDecision.project_id == project_id, PlaceDecision.fate == Fate.PUT_BACK
        )
    )
    closed = _closed_removals(session, project_id)
    return Mistakes(
        identifiers_reported=reported.get(HoldKind.PHI, 0),
        identifiers_redacted=outcomes.get(IncidentOutcome.REDACTED, 0),
        identifiers_dismissed=outcomes.get(IncidentOutcome.DISMISSED, 0),
        removals_reported=reported.get(HoldKind.REMOVAL, 0),
        removals_put_back=put_back or 0,
        removals_upheld=max(0, closed - (put_back or 0)),
        places_put_back=fates.get(Fate.PUT_BACK, 0),
        places_removed=fates.get(Fate.REMOVED, 0),
    )


def _by_kind(session: Session, project_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Hold.kind, func.count())
        .where(Hold.project_id == project_id, Hold.carried_from_id.is_(None))
        .group_by(Hold.kind)
    )
    return dict(rows.all())


def _incidents(session: Session, project_id: int) -> dict[str, int]:
    """Outcomes of readers' reports; flags of the machine are no reports."""
    rows = session.execute(
        select(Incident.outcome, func.count())
        .join(Hold, Hold.id == Incident.hold_id)
        .where(Incident.project_id == project_id, Hold.kind == HoldKind.PHI)
        .group_by(Incident.outcome)
    )
    return dict(rows.all())


def _closed_removals(session: Session, project_id: int) -> int:
    """Reports that a privacy officer decided on: one that was only carried along closes with its successor."""
    carried = select(Hold.carried_from_id).where(Hold.carried_from_id.is_not(None))
    closed = (Hold.kind == HoldKind.REMOVAL, Hold.closed_at.is_not(None), Hold.id.not_in(carried))
    return session.scalar(select(func.count()).where(Hold.project_id == project_id, *closed)) or 0
