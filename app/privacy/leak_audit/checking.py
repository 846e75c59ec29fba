"""Blind checks: which document comes next, what is shown, and a person's frozen answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.corpus.document import DocumentBody, get_document
from app.corpus.vault import Vault
from app.privacy.leak_audit.drawing import require_auditor
from app.privacy.leak_audit.models import AuditState, LeakAudit, LeakCheck, LeakSample, get_audit
from app.privacy.leak_audit.shown import Shown, shown_text

MAX_MARKS = 500


def next_sample(session: Session, actor: Actor, audit: LeakAudit, *, at: int) -> LeakSample | None:
    """The next document this person has not checked and that still wants a checker. Raises Forbidden."""
    require_auditor(session, actor, audit.project_id, at=at)
    own = select(LeakCheck.id).where(LeakCheck.sample_id == LeakSample.id, LeakCheck.person_id == actor.id)
    return session.scalar(_waiting(audit).where(~own.exists()).order_by(LeakSample.ordinal).limit(1))


def count_waiting(session: Session, audit: LeakAudit) -> int:
    """Documents that still want a checker."""
    if audit.state != AuditState.DRAWN:
        return 0
    return session.scalar(select(func.count()).select_from(_waiting(audit).subquery())) or 0


def _waiting(audit: LeakAudit) -> Any:
    """Samples with too few answers whose text still exists: what was withdrawn cannot be checked."""
    answers = select(func.count()).select_from(LeakCheck).where(LeakCheck.sample_id == LeakSample.id).scalar_subquery()
    there = select(DocumentBody.document_id).where(DocumentBody.document_id == LeakSample.document_id)
    return select(LeakSample).where(LeakSample.audit_id == audit.id, answers < audit.checkers, there.exists())


def show_sample(session: Session, actor: Actor, vault: Vault, sample: LeakSample, *, at: int) -> Shown:
    """The text to check; that it was shown is in the log. Raises Forbidden, Conflict, NotFound."""
    audit = _require_open(session, actor, sample, at=at)
    shown = shown_text(session, vault, sample, get_document(session, sample.document_id))
    _record(session, Tag.DOCUMENT_VIEWED, actor, audit, sample, {"purpose": "leak-audit"}, at=at)
    return shown


def check_sample(
    session: Session, actor: Actor, vault: Vault, sample: LeakSample, marks: list[tuple[int, int]], *, at: int
) -> LeakCheck:
    """Freeze a person's answer; no marks say "no leak". Raises Forbidden, Invalid, or Conflict (answered)."""
    audit = _require_open(session, actor, sample, at=at)
    shown = shown_text(session, vault, sample, get_document(session, sample.document_id))
    answer = canonical_json([list(mark) for mark in _checked(shown, marks)])
    row = LeakCheck(sample_id=sample.id, person_id=actor.id, marks_json=answer, checked_at=at)
    session.add(row)
    session.flush()
    # The digest only: what one checker saw is no hint to the other.
    data = {"audit": audit.id, "sample": sample.id, "answer_sha256": sha256(f"{audit.seed}:{row.id}:{answer}")}
    _record(session, Tag.LEAK_CHECKED, actor, audit, sample, data, at=at)
    return row


def _require_open(session: Session, actor: Actor, sample: LeakSample, *, at: int) -> LeakAudit:
    audit = get_audit(session, sample.audit_id)
    require_auditor(session, actor, audit.project_id, at=at)
    if audit.state != AuditState.DRAWN:
        raise Conflict("audit-closed", "this audit is closed")
    people = list(session.scalars(select(LeakCheck.person_id).where(LeakCheck.sample_id == sample.id)))
    if actor.id in people:
        raise Conflict("checked-already", "you have answered for this document; an answer stands")
    if len(people) >= audit.checkers:
        raise Conflict("checked-already", "enough people have checked this document")
    return audit


def _checked(shown: Shown, marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks in order, each once. Raises Invalid for one outside the text or on a replaced place."""
    if len(marks) > MAX_MARKS:
        raise Invalid("marks", f"more than {MAX_MARKS} marks on one document")
    for start, end in marks:
        if not 0 <= start < end <= len(shown.text):
            raise Invalid("marks", "a mark lies outside the text")
        if any(a <= start and end <= b for a, b in shown.replaced):
            raise Invalid("marks", "the machine has replaced this place already: it is no leak")
    return sorted(set(marks))


def _record(
    session: Session, tag: Tag, actor: Actor, audit: LeakAudit, sample: LeakSample, data: dict[str, Any], *, at: int
) -> None:
    record(
        session,
        tag,
        stream=streams.document(sample.document_id),
        actor=actor,
        subject=Subject("document", sample.document_id),
        data=data,
        project_id=audit.project_id,
        at=at,
    )
