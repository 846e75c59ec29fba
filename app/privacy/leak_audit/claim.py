"""The claim a closed leak audit allows, and what keeps a project from it."""

from __future__ import annotations

from sqlalchemy import select

from app.core.db import Session
from app.corpus.document import NOT_CHECKED, Claim, Document
from app.corpus.project import Project
from app.privacy.leak_audit.models import AuditState, LeakAudit
from app.review.hold import Hold, HoldKind


class LeakAudited:
    """A project's texts are de-identified when its newest closed audit is under the project's threshold."""

    key = "leak-audit"

    def claim(self, session: Session, project: Project) -> Claim:
        audit = session.scalar(
            select(LeakAudit)
            .where(LeakAudit.project_id == project.id, LeakAudit.state == AuditState.CLOSED)
            .order_by(LeakAudit.id.desc())
            .limit(1)
        )
        if audit is None or audit.careful_ppm is None:
            return Claim(False, NOT_CHECKED, ("no-closed-leak-audit",))
        reasons = tuple(_missing(session, project, audit))
        words = NOT_CHECKED if reasons else bound_in_words(audit)
        return Claim(not reasons, words, reasons, audit.id, audit.careful_ppm)


def _missing(session: Session, project: Project, audit: LeakAudit) -> list[str]:
    """Codes of what the audit does not cover."""
    later = select(Document.id).where(
        # A later version of a checked text has fewer identifiers, not more: it was redacted.
        Document.project_id == project.id, Document.id > (audit.last_document_id or 0), Document.version == 1,
    )  # fmt: skip
    reported = select(Hold.id).where(Hold.project_id == project.id, Hold.kind == HoldKind.PHI, Hold.closed_at.is_(None))
    checks = {
        "leak-bound-over-threshold": (audit.careful_ppm or 0) > project.setting("leak_bound_per_mille") * 1000,
        "checkers-sensitivity-unknown": audit.sensitivity_ppm is None,
        "texts-since-the-audit": session.scalar(later.limit(1)) is not None,
        "identifier-reported": session.scalar(reported.limit(1)) is not None,
    }
    return [code for code, holds in checks.items() if holds]


def bound_in_words(audit: LeakAudit) -> str:
    """What a closed audit shows, in a sentence; the careful figure is the one it promises."""
    found, low, high = (
        _percent(ppm or 0) for ppm in (audit.sensitivity_ppm, audit.sensitivity_low_ppm, audit.sensitivity_high_ppm)
    )
    return (
        f"de-identified: with 95 % confidence at most {_percent(audit.careful_ppm or 0)} of the texts "
        f"of any stratum hold an identifier (leak audit {audit.id}, checkers found {found} of what there was to find, "
        f"95 % interval {low} to {high})"
    )


def _percent(ppm: int) -> str:
    """Two places at most: "4.83 %", "100 %"."""
    return f"{ppm / 10_000:.2f}".rstrip("0").rstrip(".") + " %"
