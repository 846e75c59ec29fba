"""The claim a closed leak audit allows, and what keeps a project from it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam, func, select

from app.core.db import Session
from app.corpus.document import NOT_CHECKED, Claim, Document
from app.corpus.project import Project
from app.privacy.leak_audit.models import AuditState, LeakAudit
from app.review.hold import Hold, HoldKind


class LeakAudited:
    """A project's texts are de-identified when its newest closed audit is under the project's threshold."""

    key = "leak-audit"

    def claim(self, session: Session, project: Project) -> Claim:
        last = session.execute(_newest(), {"project": project.id}).first()
        if last is None or last.LeakAudit.careful_ppm is None:
            return Claim(False, NOT_CHECKED, ("no-closed-leak-audit",))
        audit = last.LeakAudit
        reasons = tuple(_missing(project, audit, texts_since=last.since, reported=last.reported))
        words = NOT_CHECKED if reasons else bound_in_words(audit)
        return Claim(not reasons, words, reasons, audit.id, audit.careful_ppm)


@cache
def _newest() -> Select[LeakAudit, bool, bool]:
    """The newest closed audit of `:project`; whether texts came since, and whether an identifier stands reported."""
    later = select(Document.id).where(
        # A later version of a checked text has fewer identifiers, not more: it was redacted.
        Document.project_id == LeakAudit.project_id,
        Document.id > func.coalesce(LeakAudit.last_document_id, 0),
        Document.version == 1,
    )
    reported = select(Hold.id).where(
        Hold.project_id == LeakAudit.project_id, Hold.kind == HoldKind.PHI, Hold.closed_at.is_(None)
    )
    return (
        select(LeakAudit, later.exists().label("since"), reported.exists().label("reported"))
        .where(LeakAudit.project_id == bindparam("project"), LeakAudit.state == AuditState.CLOSED)
        .order_by(LeakAudit.id.desc())
        .limit(1)
    )


def _missing(project: Project, audit: LeakAudit, *, texts_since: bool, reported: bool) -> list[str]:
    """Codes of what the audit does not cover."""
    checks = {
        "leak-bound-over-threshold": (audit.careful_ppm or 0) > project.setting("leak_bound_per_mille") * 1000,
        "checkers-sensitivity-unknown": audit.sensitivity_ppm is None,
        "texts-since-the-audit": texts_since,
        "identifier-reported": reported,
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
