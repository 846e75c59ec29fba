"""Lineage: from any row of a release back to the delivery its text came in, in one call.

Release → settled answer → rulings → readings → suggestions → text version → de-identification → source and delivery;
people and their qualifications as of each act, and each act with its place in the log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased, defer

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.models import Event, Leaf, RowCommitment
from app.core.db import Session
from app.core.errors import Conflict, NotFound
from app.corpus.batch import Batch
from app.corpus.document import Document
from app.corpus.project import Project, get_project, project_subject
from app.corpus.source import Source, SourceBody
from app.corpus.subject import Encounter, Patient
from app.release.acting import LineageFacts, as_of_each_act, without_people
from app.release.recall import ReleaseRecall, Supersession
from app.release.release import Release, ReleaseItem
from app.review.copies import ItemCopy
from app.review.item import Item
from app.review.queries import is_settled
from app.review.queries.answers import Submission, settled_answer
from app.review.queries.lineage import require_not_reading, rounds_behind
from app.review.renewal import Renewal
from app.review.signature import Signature

VERSION = 1


@dataclass(frozen=True)
class Wanted:
    """Whose lineage: an item by its label; of one release (by number), else of the newest that holds it, else of what
    it is settled as now. `element`: of that one alone, as the exported row names it."""

    label: str
    release: int | None = None
    element: str = ""


@dataclass(frozen=True)
class Traced:
    """One answer to be traced: the item, the answer, and the release that holds it, if any does."""

    item: Item
    answer: Submission
    release: Release | None


def get_lineage(session: Session, actor: AnyActor, project_key: str, wanted: Wanted, *, at: int) -> LineageFacts:
    """Everything behind an exported row, as JSON has it. Raises Forbidden, NotFound (no such item, release or element)
    or Conflict (not settled yet; or the actor still has a task on this text).

    Who may not read the project's log is told pseudonyms and classes of credentials in place of people.
    """
    project = get_project(session, project_key)
    subject = project_subject(project.id)
    policy.require(session, actor, policy.Action.READ_LINEAGE, subject, at=at)
    traced = find_traced(session, project.id, wanted)
    require_not_reading(session, actor, traced.item)
    told = trace(session, project, traced)
    if wanted.element:
        told = of_element(told, wanted.element)
    return told if policy.may(actor, policy.Action.READ_AUDIT, subject, at=at) else without_people(told)


def find_traced(session: Session, project_id: int, wanted: Wanted, *, until: int | None = None) -> Traced:
    """As it is, or was at a time. Raises NotFound, or Conflict while the item is not settled."""
    item = _item(session, project_id, wanted)
    held = (
        select(ReleaseItem.submission_id, Release)
        .join(Release, Release.id == ReleaseItem.release_id)
        .options(defer(Release.manifest, raiseload=True))
        .where(ReleaseItem.item_id == item.id)
        .order_by(Release.number.desc())
    )
    if wanted.release is not None:
        held = held.where(Release.number == wanted.release)
    if until is not None:
        held = held.where(Release.cut_at <= until)
    row = session.execute(held.limit(1)).first()
    if row is not None:
        return Traced(item, session.get_one(Submission, row.submission_id), row.Release)
    if wanted.release is not None:
        raise NotFound("release-item", "this release does not hold such an item")
    answer = settled_answer(session, item.id) if is_settled(item) else None
    if answer is None or (until is not None and answer.frozen_at > until):
        raise Conflict("not-settled", "this item is not settled yet")
    return Traced(item, answer, None)


def _item(session: Session, project_id: int, wanted: Wanted) -> Item:
    """By the label that stands in every export; of several versions the one in the release, or the newest."""
    copied = select(ItemCopy.item_id).where(ItemCopy.item_id == Item.id).exists()
    own = select(Item).where(Item.project_id == project_id, Item.label == wanted.label, ~copied)
    if wanted.release is not None:
        inside = select(ReleaseItem.item_id).join(Release, Release.id == ReleaseItem.release_id)
        own = own.where(Item.id.in_(inside.where(Release.project_id == project_id, Release.number == wanted.release)))
    item = session.scalar(own.order_by(Item.id.desc()).limit(1))
    if item is None:
        raise NotFound("item", "there is no such item here")
    return item


def trace(
    session: Session, project: Project, traced: Traced, *, until: int | None = None, size: int | None = None
) -> LineageFacts:
    """The lineage with people by name; `until`: as it was at that time (releases are recalled later than made), `size`:
    of the log then."""
    item, answer = traced.item, traced.answer
    told: LineageFacts = {
        "v": VERSION,
        "project": project.key,
        "item": {"id": item.id, "label": item.label, "modality": item.modality},
        "release": _release(session, traced, until),
        "answer": {"submission": answer.id, "sha256": answer.body_sha256, "at": answer.frozen_at},
        "signatures": _signatures(session, item.id, answer.frozen_at, until),
        "rounds": rounds_behind(session, answer),
        "text": _text(session, item, until),
        "origin": _origin(session, item),
    }
    told["people"] = as_of_each_act(session, told)
    _place(session, told, size)
    return told


def _release(session: Session, traced: Traced, until: int | None) -> LineageFacts | None:
    release = traced.release
    if release is None:
        return None
    recall = session.get(ReleaseRecall, (release.id, traced.item.id))
    if recall is not None and until is not None and recall.recalled_at > until:
        recall = None
    newer = session.execute(
        select(Release.number, Release.cut_at)
        .join(Supersession, Supersession.release_id == Release.id)
        .where(Supersession.superseded_id == release.id)
    ).first()
    later = newer is not None and (until is None or newer.cut_at <= until)
    return {
        "id": release.id,
        "number": release.number,
        "items": release.items,
        "by": release.cut_by,
        "at": release.cut_at,
        "manifest_sha256": release.manifest_sha256,
        "recalled": {"at": recall.recalled_at, "reason": recall.reason} if recall else None,
        "replaced_by": newer.number if newer is not None and later else None,
    }


_SIGNED = ("id", "step", "meaning", "reason", "workflow", "ends_workflow", "record_id", "record_sha256",
           "manifest_sha256")  # fmt: skip


def _signatures(session: Session, item_id: int, answered_at: int, until: int | None) -> list[LineageFacts]:
    """Of the answer and of the steps that led there."""
    made = select(Signature).options(defer(Signature.manifest), defer(Signature.value))
    rows = session.scalars(made.where(Signature.item_id == item_id).order_by(Signature.id))
    return [
        {name: getattr(row, name) for name in _SIGNED}
        | {"by": row.signer_id, "name": row.signer_name, "at": row.signed_at}
        for row in rows
        if until is None or row.signed_at <= max(until, answered_at)
    ]


def _text(session: Session, item: Item, until: int | None) -> LineageFacts:
    """The version that was read, the others of the same text, and the acts of the privacy office on it."""
    versions = (
        select(Document.id, Document.version, Document.text_sha256, Document.created_at, Document.label, Renewal.cause)
        .outerjoin(Item, (Item.document_id == Document.id) & (Item.schema_id == item.schema_id))
        .outerjoin(Renewal, Renewal.item_id == Item.id)
        .where(Document.source_id == _source_of(item), Document.version > 0)
        .order_by(Document.version)
    )
    rows = [row for row in session.execute(versions) if until is None or row.created_at <= until]
    this = session.get_one(Document, item.document_id)
    acts = select(Event.tag, Event.at, Event.actor_id).where(Event.stream == streams.document(this.id))
    return {
        "document": this.id,
        "version": this.version,
        "sha256": this.text_sha256,
        "characters": this.characters,
        "language": this.language,
        "note_type": this.note_type,
        "deidentification": json.loads(this.deid_json)
        | {"at": this.created_at, "verdict": this.verdict, "doubts": list(this.reasons)},
        "decisions": [
            {"what": tag, "at": at, "by": actor}
            for tag, at, actor in session.execute(acts.order_by(Event.seq))
            if until is None or at <= until
        ],
        "versions": [
            {"version": row.version, "label": row.label, "sha256": row.text_sha256, "at": row.created_at,
             "because": row.cause or ""}
            for row in rows
        ],
    }  # fmt: skip


def _source_of(item: Item) -> ColumnElement[int]:
    return select(Document.source_id).where(Document.id == item.document_id).scalar_subquery()


def _origin(session: Session, item: Item) -> LineageFacts:
    """The record as it was received (by digest alone; it stays sealed), of whom, and the delivery it came with."""
    row = session.execute(
        select(Source, Batch, Patient.pseudonym, Encounter.label.label("encounter"), SourceBody.source_id.label("kept"))
        .join(Batch, Batch.id == Source.batch_id)
        .join(Patient, Patient.id == Source.subject_id)
        .join(Encounter, Encounter.id == Source.encounter_id)
        .outerjoin(SourceBody, SourceBody.source_id == Source.id)
        .where(Source.id == _source_of(item))
    ).one()
    source, batch = row.Source, row.Batch
    return {
        "patient": row.pseudonym,
        "encounter": row.encounter,
        "source": {"id": source.id, "sha256": source.text_sha256, "state": source.state, "kept": row.kept is not None},
        "delivery": {
            "id": batch.id,
            "reader": batch.reader,
            "state": batch.state,
            "at": batch.started_at,
            "finished_at": batch.finished_at,
            "stored": batch.stored,
            "skipped": batch.skipped,
            "refused": batch.refused,
        },
    }


def of_element(told: LineageFacts, element: str) -> LineageFacts:
    """The same of one element of the answer: what each said of it, by its id. Raises NotFound."""
    final = next(one for one in _answers(told) if one["submission"] == told["answer"]["submission"])
    if final["elements"] is not None and element not in final["elements"]:
        raise NotFound("element", "the answer has no such element")
    for one in _answers(told):
        if one["elements"] is not None:
            one["elements"] = {key: body for key, body in one["elements"].items() if key == element}
    for task in _tasks(told):
        task["changes"] = [change for change in task["changes"] if change["element"] == element]
    return told | {"element": element}


def _tasks(told: LineageFacts) -> Iterator[LineageFacts]:
    yield from (task for one in told["rounds"] for task in one["tasks"])


def _answers(told: LineageFacts) -> Iterator[LineageFacts]:
    yield from (answer for task in _tasks(told) for answer in task["answers"])


def _place(session: Session, told: LineageFacts, size: int | None) -> None:
    """Give each act its place in the log: number of the leaf (None: not sealed yet) and id of the event."""
    named: dict[str, LineageFacts] = {f"submission/{one['submission']}": one for one in _answers(told)}
    named |= {f"ruling/{one['ruling']}": one for task in _tasks(told) for one in task["rulings"]}
    named |= {f"signature/{one['id']}": one for one in told["signatures"]}
    if told["release"]:
        named[f"release/{told['release']['id']}"] = told["release"]
    committing = aliased(Event)
    query = (
        select(RowCommitment.row_key, committing.event_id, Leaf.idx)
        .join(committing, committing.id == RowCommitment.event_pk)
        .outerjoin(Leaf, Leaf.event_pk == RowCommitment.event_pk)
        .where(RowCommitment.row_key.in_(named))
    )
    for key, event_id, leaf in session.execute(query):
        sealed = leaf is not None and (size is None or leaf < size)
        named[key]["log"] = {"event": event_id, "leaf": leaf if sealed else None}
