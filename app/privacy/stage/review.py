"""Documents a person must look at before anybody reads them: accepted or refused by a privacy officer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from app.accounts import policy
from app.accounts.actor import Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core import clock
from app.core.db import Session, lock
from app.core.errors import Conflict, Invalid
from app.corpus.document import Document, Verdict, get_document, text_of, with_reasons
from app.corpus.project import Project, get_project, project_subject
from app.corpus.suggestion import latest_suggestion
from app.jobs.job import enqueue_once
from app.jobs.worker import FOLLOWERS
from app.review import states
from app.review.admission import admit
from app.review.item import Item
from app.review.states import ItemState

REFUSALS = ("identifiers-left", "identifiable-story", "not-suitable")
VIEW_WINDOW = 15 * clock.MINUTE
_UNDECIDED = (Verdict.NEEDS_REVIEW, Verdict.MACHINE_PASSED)


def list_undecided(session: Session, project: Project, *, after: int = 0, limit: int = 50) -> list[Document]:
    """Documents that wait for a person's decision: what the machine doubts, most doubtful first, then all of it
    where the project lets nobody read what no person has checked. `after` is the document the last page ended with.
    """
    verdicts = [Verdict.NEEDS_REVIEW]
    if not project.setting("machine_passed_may_be_assigned"):
        verdicts.append(Verdict.MACHINE_PASSED)
    query = (
        select(Document)
        .join(Item, Item.document_id == Document.id)
        .where(Document.project_id == project.id, Document.verdict.in_(verdicts), Item.state == ItemState.IMPORTED)
    )
    last = session.get(Document, after) if after else None
    if last is not None:
        verdict = last.verdict if last.verdict in _UNDECIDED else Verdict.NEEDS_REVIEW
        query = query.where(_behind(verdict, last.doubt_ppm, last.id))
    # "needs_review" comes after "machine_passed" in the alphabet, so in falling order it is first.
    order = (Document.verdict.desc(), Document.doubt_ppm.desc(), Document.id)
    return list(session.scalars(query.options(with_reasons()).order_by(*order).limit(limit)))


def _behind(verdict: str, doubt: int, number: int) -> ColumnElement[bool]:
    """What comes after a document in that order, wherever it has gone meanwhile."""
    less = (Document.doubt_ppm < doubt) | ((Document.doubt_ppm == doubt) & (Document.id > number))
    return (Document.verdict < verdict) | ((Document.verdict == verdict) & less)


def next_undecided(session: Session, project: Project, after: int) -> Document | None:
    """The next text in the queue behind one that was just decided; from the top again at its end."""
    found = list_undecided(session, project, after=after, limit=1) or list_undecided(session, project, limit=1)
    return found[0] if found else None


def count_undecided(session: Session, project: Project) -> int:
    """How many texts the machine doubts and nobody has decided on."""
    waiting = (Document.verdict == Verdict.NEEDS_REVIEW, Item.state == ItemState.IMPORTED)
    query = select(func.count()).select_from(Document).join(Item, Item.document_id == Document.id)
    return session.scalar(query.where(Document.project_id == project.id, *waiting)) or 0


def read_document(session: Session, actor: Actor, document_id: int, *, at: int) -> tuple[Document, str]:
    """A document and its clean text, for deciding on it; the view is in the log before it is shown."""
    document = get_document(session, document_id)
    _require(session, actor, document, at=at)
    stream = streams.document(document.id)
    seen = select(func.max(Event.at)).where(Event.stream == stream, Event.actor_id == actor.id)
    last = session.scalar(seen.where(Event.tag == Tag.DOCUMENT_VIEWED))
    if last is None or at - last >= VIEW_WINDOW:
        _record(session, Tag.DOCUMENT_VIEWED, actor, document, {"purpose": "quarantine"}, at=at)
    return document, text_of(session, document.id)


def accept(session: Session, actor: Actor, document_id: int, *, at: int) -> Document:
    """Let readers have a document. Raises Forbidden, or Conflict when it was decided already."""
    document = _undecided(session, actor, document_id, at=at)
    before, document.verdict = document.verdict, Verdict.ACCEPTED
    session.flush()
    _record(session, Tag.DOCUMENT_RELEASED_FROM_QUARANTINE, actor, document, {"before": before}, at=at)
    follower = FOLLOWERS.get("deid.run")
    pipeline = get_project(session, document.project_id).setting("pipeline")
    if follower and latest_suggestion(session, document.id, pipeline) is None:
        # The job that tags the text lets it in: readers should find suggestions.
        enqueue_once(session, follower, project_id=document.project_id, person_id=actor.id, at=at)
    else:
        admit(session, actor, document, at=at)
    return document


def refuse(session: Session, actor: Actor, document_id: int, reason: str, *, at: int) -> Document:
    """Keep a document from readers for ever. Raises Forbidden, Invalid (reason), Conflict (decided)."""
    document = _undecided(session, actor, document_id, at=at)
    if reason not in REFUSALS:
        raise Invalid("reason", f"a reason is one of {', '.join(REFUSALS)}")
    before, document.verdict = document.verdict, Verdict.REFUSED
    session.flush()
    _record(session, Tag.DOCUMENT_REFUSED, actor, document, {"before": before, "reason": reason}, at=at)
    item = _item(session, document)
    if item is not None:
        states.advance(session, actor, item, "withdrawn", data={"reason": reason}, at=at)
    return document


def _undecided(session: Session, actor: Actor, document_id: int, *, at: int) -> Document:
    document = get_document(session, document_id)
    _require(session, actor, document, at=at)
    lock(session, document)
    if not is_undecided(session, document):
        raise Conflict("decided", "this document was decided on already")
    return document


def is_undecided(session: Session, document: Document) -> bool:
    """Whether a person may still decide: nobody has, and no reader was let in."""
    item = _item(session, document)
    return document.verdict in _UNDECIDED and item is not None and item.state == ItemState.IMPORTED


def _item(session: Session, document: Document) -> Item | None:
    return session.scalar(select(Item).where(Item.document_id == document.id))


def _require(session: Session, actor: Actor, document: Document, *, at: int) -> None:
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(document.project_id), at=at)


def _record(session: Session, tag: Tag, actor: Actor, document: Document, data: dict[str, str], *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.document(document.id),
        actor=actor,
        subject=Subject("document", document.id),
        data=data,
        project_id=document.project_id,
        at=at,
    )
