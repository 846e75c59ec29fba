"""Emergency access ("breaking the glass"): one text, for a stated reason, for minutes, told at once, judged later.

45 CFR 164.312(a)(2)(ii) asks for a way to necessary information in an emergency. It reads, and nothing else: nothing
is annotated, verified or signed through it (domain G.4).
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import Actor, ProjectRole, ServerRole
from app.accounts.limits import EMERGENCIES, take_use
from app.accounts.notice import tell, tell_unless_own
from app.accounts.policy import Action
from app.accounts.role import RoleGrant
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core.clock import MINUTE
from app.core.db import RECORD, Base, Database, Session, get_locked
from app.core.digest import canonical_json, new_salt, salted_sha256, sha256
from app.core.errors import Conflict, Forbidden, NotFound, Problem, invalid
from app.corpus.document import Document, get_document, text_of
from app.corpus.member import people_with
from app.corpus.project import project_subject

MOST_MINUTES = 60
LEAST_REASON, MOST_REASON = 15, 1000
JUSTIFIED, UNJUSTIFIED = "justified", "unjustified"


class EmergencyAccess(Base):
    """One person's access to one text: why, until when, and what was found of it afterwards."""

    __tablename__ = "emergency_access"
    __table_args__ = (
        CheckConstraint("expires_at >= opened_at", name="expires_later"),
        CheckConstraint("finding in ('justified', 'unjustified')", name="finding_known"),
        CheckConstraint(
            "(reviewed_at is null) = (finding is null) and (reviewed_at is null) = (reviewed_by is null)",
            name="reviewed_whole",
        ),
        CheckConstraint("reviewed_by <> person_id", name="reviewed_by_another"),
        {
            "info": {
                "kind": RECORD,
                "tags": (
                    *(Tag.EMERGENCY_OPENED, Tag.EMERGENCY_CLOSED, Tag.EMERGENCY_REVIEWED),
                    Tag.SUBJECT_ERASED,
                ),
            }
        },
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[int]
    expires_at: Mapped[int]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    reviewed_at: Mapped[int | None]
    finding: Mapped[str | None] = mapped_column(Text)
    #: for the digests of the reason in the log; both go with an erasure
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)


def require_may_open(session: Session, actor: Actor, document: Document, *, at: int) -> None:
    """A T3 or T4 who belongs to the project, or a privacy officer. Raises Forbidden or NotFound."""
    subject = project_subject(document.project_id)
    if not policy.may(actor, Action.DECIDE_QUARANTINE, subject, at=at):
        policy.require(session, actor, Action.BREAK_GLASS, subject, at=at)


def open_emergency(
    database: Database, actor: Actor, document_id: int, reason: str, minutes: int, factors: Factors, *, at: int
) -> int:
    """Let the actor read one text for so many minutes; the id of the access. Privacy officers are told at once.

    Raises Forbidden, NotFound, Invalid, Unavailable (too many tries or accesses).
    """
    if problems := _problems(reason, minutes):
        raise invalid(problems)
    with database.reading() as session:
        require_may_open(session, actor, get_document(session, document_id), at=at)
    intent = Intent(Action.BREAK_GLASS, sha256(canonical_json({"document": document_id, "minutes": minutes})))
    token = reauthenticate(database, actor, factors, intent, at=at)

    def unit(session: Session) -> int:
        document = get_document(session, document_id)
        require_may_open(session, actor, document, at=at)
        proof = spend_proof(session, actor, token, intent, at=at)
        take_use(session, actor.id, EMERGENCIES, at=at)
        row = EmergencyAccess(
            project_id=document.project_id,
            document_id=document.id,
            person_id=actor.id,
            reason=reason.strip(),
            opened_at=at,
            expires_at=at + minutes * MINUTE,
        )
        session.add(row)
        session.flush()
        data = {"until": row.expires_at, "reason_sha256": salted_sha256(row.salt or b"", row.reason)}
        event = _say(session, Tag.EMERGENCY_OPENED, actor, row, data | {"authentication": proof.to_dict()}, at=at)
        for officer in privacy_officers(session, document.project_id):
            tell(session, officer, event)
        return row.id

    return database.writing(unit)


def read_text(session: Session, actor: Actor, access_id: int, *, at: int) -> tuple[EmergencyAccess, Document, str]:
    """The text, said in the log before it leaves. Raises NotFound for another's access, Forbidden when it is over."""
    row = _own(session, actor, access_id)
    if at >= row.expires_at:
        raise Forbidden("emergency-over", "this access is over; what you need still needs a reason of its own")
    document = get_document(session, row.document_id)
    require_may_open(session, actor, document, at=at)
    _say(session, Tag.EMERGENCY_VIEWED, actor, row, {}, at=at)
    return row, document, text_of(session, document.id)


def end_early(session: Session, actor: Actor, access_id: int, *, at: int) -> None:
    """Close it before the time is up."""
    row = _own(session, actor, access_id)
    if at < row.expires_at:
        row.expires_at = max(row.opened_at, at)
        _say(session, Tag.EMERGENCY_CLOSED, actor, row, {}, at=at)


def review(session: Session, actor: Actor, access_id: int, finding: str, *, at: int) -> None:
    """A privacy officer, not the one who read, judges it. Raises Forbidden, Conflict, Invalid, NotFound."""
    row = get_locked(session, EmergencyAccess, access_id)
    if row is None:
        raise NotFound("emergency", "there is no such access")
    policy.require(session, actor, Action.DECIDE_QUARANTINE, project_subject(row.project_id), at=at)
    if row.person_id == actor.id:
        raise Forbidden("own-work", "somebody else has to review this: you read the text")
    if finding not in (JUSTIFIED, UNJUSTIFIED):
        raise invalid([Problem("finding-unknown", "finding", f"{JUSTIFIED} or {UNJUSTIFIED}")])
    if row.reviewed_at is not None:
        raise Conflict("reviewed", "this was reviewed already")
    row.reviewed_by, row.reviewed_at, row.finding = actor.id, at, finding
    row.expires_at = min(row.expires_at, max(row.opened_at, at))  # whoever looks into it ends it
    tell_unless_own(
        session, row.person_id, _say(session, Tag.EMERGENCY_REVIEWED, actor, row, {"finding": finding}, at=at)
    )


def list_accesses(session: Session, project_ids: list[int] | None, *, limit: int = 200) -> list[EmergencyAccess]:
    """Newest first; those without a review before all others. None: of every project."""
    query = select(EmergencyAccess)
    if project_ids is not None:
        query = query.where(EmergencyAccess.project_id.in_(project_ids))
    ordered = query.order_by(EmergencyAccess.reviewed_at.is_not(None), EmergencyAccess.id.desc())
    return list(session.scalars(ordered.limit(limit)))


def privacy_officers(session: Session, project_id: int) -> list[int]:
    """Whoever watches over texts, in the project and on the whole server."""
    everywhere = select(RoleGrant.person_id).where(
        RoleGrant.role == ServerRole.PRIVACY_OFFICER.value, RoleGrant.revoked_at.is_(None)
    )
    return sorted({*people_with(session, project_id, [ProjectRole.PRIVACY_OFFICER]), *session.scalars(everywhere)})


def _own(session: Session, actor: Actor, access_id: int) -> EmergencyAccess:
    row = get_locked(session, EmergencyAccess, access_id)
    if row is None or row.person_id != actor.id:
        raise NotFound("emergency", "there is no such access")
    return row


def _problems(reason: str, minutes: int) -> list[Problem]:
    found = []
    if not LEAST_REASON <= len(reason.strip()) <= MOST_REASON:
        rule = f"say why in {LEAST_REASON} to {MOST_REASON} characters, without naming the patient"
        found.append(Problem("reason-missing", "reason", rule))
    if not 1 <= minutes <= MOST_MINUTES:
        found.append(Problem("minutes", "minutes", f"1 to {MOST_MINUTES}"))
    return found


def _say(session: Session, tag: Tag, actor: Actor, row: EmergencyAccess, data: dict, *, at: int) -> Event:
    return record(
        session,
        tag,
        stream=streams.document(row.document_id),
        actor=actor,
        subject=Subject("document", row.document_id),
        data={"access": row.id} | data,
        project_id=row.project_id,
        at=at,
    )
