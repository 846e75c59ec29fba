"""A privacy officer's work on an incident: see the places, redact them in a new version, or dismiss."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Entry, Subject, new_event_id, record, record_entry
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid, NotFound
from app.core.places import TextChange
from app.corpus.batch import erase
from app.corpus.document import Document, DocumentBody, get_document, text_of
from app.corpus.project import get_project, project_subject
from app.corpus.vault import Vault
from app.deidentify.engine import surrogates_for
from app.deidentify.note import Note
from app.deidentify.phi_types import TABLE
from app.deidentify.replace.dateshift import shift_spans, subject_shift
from app.deidentify.replace.operators import make_replacement
from app.deidentify.span import Span
from app.jobs.job import enqueue_once
from app.jobs.worker import FOLLOWERS
from app.privacy.incident.learning import as_known, flag_others, keep
from app.privacy.incident.models import Incident, IncidentOutcome
from app.privacy.stage.job import policy_of, replacement_key, subject_name
from app.privacy.version.held_places import take_along
from app.privacy.version.rewriting import KEY, everywhere, redact_text
from app.privacy.version.sealed import opened_map
from app.privacy.version.storing import add_version
from app.review.copies import is_copy
from app.review.hold import Hold, HoldKind, close_hold, get_hold, places_of
from app.review.item import Item, get_item
from app.review.renewing import renew_item

KINDS = (HoldKind.PHI, HoldKind.QUARANTINE)
CAUSE = "identifier-reported"
TYPES = tuple(one.key for one in TABLE)
# Why an identifier had got through, as the officer sees it; counted, to know which rule is missing.
CAUSES = {
    "missed": "not found at all",
    "cut-short": "found only in part",
    "misspelt": "misspelt or split",
    "other-person": "belongs to somebody the record does not name",
    "no-identifier": "is no identifier",
}
AROUND = 80


@dataclass(frozen=True)
class SuspectPlace:
    """A suspected place, with the clean text around it; code points."""

    start: int
    end: int
    before: str
    covered: str
    after: str


@dataclass(frozen=True)
class IncidentDecision:
    """Places as (start, end, type), why they had got through, and further words (words, type) to look for."""

    spans: tuple[tuple[int, int, str], ...]
    cause: str
    words: tuple[tuple[str, str], ...] = ()


def list_incidents(session: Session, actor: Actor, project_id: int, *, at: int, limit: int = 200) -> list[Hold]:
    """Open reports and flags of a project, oldest first. Raises Forbidden."""
    _require(session, actor, project_id, at=at)
    own = (Hold.project_id == project_id, Hold.kind.in_(KINDS), Hold.closed_at.is_(None), ~is_copy(Hold.item_id))
    query = select(Hold).where(*own)
    return list(session.scalars(query.order_by(Hold.id).limit(limit)))


def read_incident(
    session: Session, actor: Actor, hold_id: int, *, at: int
) -> tuple[Hold, Document, list[SuspectPlace]]:
    """What was reported, in its text; that it was shown is in the log. Raises Forbidden or NotFound."""
    hold, item = _open_incident(session, actor, hold_id, at=at)
    document = get_document(session, item.document_id)
    text = text_of(session, document.id)
    record(
        session,
        Tag.DOCUMENT_VIEWED,
        stream=streams.document(document.id),
        actor=actor,
        subject=Subject("document", document.id),
        data={"purpose": "incident", "hold": hold.id},
        project_id=hold.project_id,
        at=at,
    )
    return hold, document, [_place(text, start, end) for start, end in places_of(session, hold) if end <= len(text)]


def redact(
    session: Session, actor: Actor, vault: Vault, hold_id: int, decision: IncidentDecision, *, at: int
) -> Document:
    """Replace the places in a new version and destroy the old text; its item is taken out, its labels stay.

    What was learnt is sealed, and the patient's other texts are held where it stands in them too.
    Raises Forbidden, NotFound, Conflict (decided), or Invalid (no place, place outside, type or cause unknown).
    """
    hold, item = _open_incident(session, actor, hold_id, at=at)
    old = get_document(session, item.document_id)
    text = text_of(session, old.id)
    spans = everywhere(text, _checked(decision, text))
    key = vault.key_of(session, old.subject_id)
    new, change = _new_version(session, old, text, spans, key, at=at)
    close_hold(session, actor, hold, at=at)
    renewed = renew_item(session, actor, item, new, change, cause=CAUSE, at=at)
    take_along(session, actor, item, renewed.item, change, at=at)
    known = as_known((s.type, text[s.start : s.end]) for s in spans)
    keep(session, key, old.subject_id, hold, known)
    flagged = flag_others(session, actor, new, known, at=at)
    _close(session, actor, hold, item, (decision, new), at=at)
    data = {"document": old.id, "new_document": new.id, "flagged": flagged, "recalled": renewed.recalled}
    # The old text holds what was reported. Text and salt go; digest, offsets and labels stay.
    body = session.get(DocumentBody, old.id)
    assert body is not None  # noqa: S101  (its text was read above)
    event_id = new_event_id(at)
    erase(session, body, event_id=event_id, at=at)
    _say(session, Tag.PHI_REDACTED, actor, hold, data | {"cause": decision.cause}, event_id, at=at)
    # The job that tags the new text also lets its item in.
    enqueue_once(session, FOLLOWERS.get("deid.run", "preannotate.run"), project_id=hold.project_id,
                 person_id=actor.id, at=at)  # fmt: skip
    return new


def dismiss(session: Session, actor: Actor, hold_id: int, *, at: int) -> None:
    """The places identify nobody: the item goes on. Raises Forbidden, NotFound, Conflict."""
    hold, item = _open_incident(session, actor, hold_id, at=at)
    close_hold(session, actor, hold, at=at)
    _close(session, actor, hold, item, (IncidentDecision((), "no-identifier"), None), at=at)
    _say(session, Tag.PHI_DISMISSED, actor, hold, {"document": item.document_id}, at=at)


def _new_version(
    session: Session, old: Document, text: str, spans: list[Span], key: bytes, *, at: int
) -> tuple[Document, TextChange]:
    """The redacted text as a document, in the project's mode, and what changed."""
    sealed = opened_map(session, key, old.id)
    wanted = policy_of(get_project(session, old.project_id))
    secret, subject = replacement_key(key), subject_name(old.subject_id)
    # Told the whole text, so that no surrogate is a word of it and each fits its person's role.
    surrogates, days = surrogates_for(secret, subject, [(Note(text), spans)]), subject_shift(secret, subject)
    shifted = shift_spans(text, spans, days, wanted.date_order) if wanted.dates == "shift" else {}
    made = redact_text(text, sealed.rows, spans, lambda s: make_replacement(s, wanted, surrogates, shifted))
    found = sealed.later(made.rows, made.change)
    return add_version(session, old, made, found, key, reason=CAUSE, at=at), made.change


def _checked(decision: IncidentDecision, text: str) -> list[Span]:
    if decision.cause not in CAUSES:
        raise Invalid("cause", f"a cause is one of {', '.join(CAUSES)}")
    named = [(text.find(words), text.find(words) + len(words), kind) for words, kind in decision.words]
    if any(start < 0 for start, _, _ in named):
        raise Invalid("words", "these words do not stand in the text, spelt so")
    spans = [*decision.spans, *named]
    if not spans:
        raise Invalid("places", "name at least one place to redact")
    for start, end, kind in spans:
        if not 0 <= start < end <= len(text):
            raise Invalid("places", "a place lies outside the text")
        if kind not in TYPES:
            raise Invalid("type", f"a type is one of {', '.join(TYPES)}")
    return [Span(start, end, kind, 1.0, KEY) for start, end, kind in spans]


def _open_incident(session: Session, actor: Actor, hold_id: int, *, at: int) -> tuple[Hold, Item]:
    hold = get_hold(session, hold_id)
    _require(session, actor, hold.project_id, at=at)
    if hold.kind not in KINDS:
        raise NotFound("incident", "this hold is no incident")
    if hold.closed_at is not None:
        raise Conflict("decided", "this incident was decided already")
    return hold, get_item(session, hold.item_id, lock=True)


def _require(session: Session, actor: Actor, project_id: int, *, at: int) -> None:
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(project_id), at=at)


def _place(text: str, start: int, end: int) -> SuspectPlace:
    return SuspectPlace(start, end, text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND])


def _close(
    session: Session, actor: Actor, hold: Hold, item: Item, how: tuple[IncidentDecision, Document | None], *, at: int
) -> None:
    decision, new = how
    session.add(
        Incident(
            hold_id=hold.id,
            project_id=hold.project_id,
            item_id=item.id,
            document_id=item.document_id,
            new_document_id=new.id if new else None,
            outcome=IncidentOutcome.REDACTED if new else IncidentOutcome.DISMISSED,
            cause=decision.cause,
            spans_json=canonical_json([list(span) for span in decision.spans]),
            decided_by=actor.id,
            decided_at=at,
        )
    )
    session.flush()


def _say(
    session: Session, tag: Tag, actor: Actor, hold: Hold, data: dict[str, object], event_id: str = "", *, at: int
) -> None:
    entry = Entry(streams.item(hold.item_id), Subject("hold", hold.id), data, event_id=event_id or None)
    record_entry(session, tag, entry, actor=actor, project_id=hold.project_id, at=at)
