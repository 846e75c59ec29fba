"""The pre-annotation stage: documents that may be read get the suggestions of the project's pipelines."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, select, true
from sqlalchemy.sql import ColumnElement

from app.accounts import policy
from app.accounts.actor import AnyActor, ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock, fault
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Unavailable, code_of
from app.corpus.document import Document, DocumentBody, Verdict, text_of
from app.corpus.project import Project, get_project, pipelines_of, project_subject
from app.corpus.subject import Encounter
from app.corpus.suggestion import Suggestion, add_suggestion
from app.jobs.job import Job, Services, advance, enqueue_once
from app.jobs.parts import share_of
from app.pipelines.proposing import release_for, rules_of_proposals, with_proposals
from app.pipelines.register.lookup import Standing, judge, scopes_of, standing_of
from app.pipelines.register.models import PipelineRefusal
from app.pipelines.register.rules import out_of_scope, rule_of
from app.review.admission import admit
from app.review.item import Item
from app.review.modality import untagged
from app.review.states import ItemState
from app.tagging.protocol import PIPELINES, Pipeline, provenance

log = logging.getLogger(__name__)

CHUNK = 50
WORKER = ServiceActor("preannotate")
#: the last pass of a job lets in what may be read and no pipeline had to look at again
ADMISSION = ""


@dataclass
class Piece:
    """What one chunk works on: some documents, and what one pipeline may do with them."""

    standing: Standing | None
    documents: list[Document]
    #: what its suggestions are stored with: pipeline, version, digest over its own and its sources'
    origin: dict[str, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    #: document id → setting of its encounter, and the release of codes that applied
    encounters: dict[int, tuple[str, str]] = field(default_factory=dict)
    #: document id → failing rule
    refused: dict[int, str] = field(default_factory=dict)
    #: document id → the pipeline's answer
    found: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: document id → error code, where the pipeline broke down over a text: it goes on without suggestions
    failed: dict[int, str] = field(default_factory=dict)


class PreannotateJob:
    """One pass over the documents for each pipeline of the project, and one that lets in what is left.

    A document tagged by the same pipeline with the same digest is done; one that was refused is left
    alone as long as the register says the same of the pipeline. So a job can be killed and repeated.
    """

    key = "preannotate.run"
    title = "Preparing suggestions"
    aside = "without suggestions"
    repeatable = True

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        with services.database.reading() as session:
            project = get_project(session, job.project_id or 0)
            passes = job.cursor.get("passes") or [*pipelines_of(project), ADMISSION]
            total = None if job.cursor else _count(session, project, passes, share_of(job, Document.id), at=at)
            piece = _next_piece(session, project, passes[0], _behind(job), at=at)
        if piece.texts:
            pipeline, root = PIPELINES.get(passes[0]), getattr(services.settings, "terminology_dir", None)
            for number in piece.texts:
                _annotate_alone(pipeline, job, piece, number, root)
        rest = passes if len(piece.documents) == CHUNK else passes[1:]
        after = piece.documents[-1].id if piece.documents and rest is passes else 0

        def unit(session: Session) -> bool:
            if not _still_stands(session, piece, at=at):
                return True  # begin this piece again under what the register says now
            _store(session, job, piece, lets_in=passes[0] in (project.setting("pipeline"), ADMISSION), at=at)
            cursor = {"passes": rest or [ADMISSION], "after": after}
            known = total if rest else job.done + len(piece.documents)  # admission lets in others as well
            done = len(piece.documents)
            advance(session, job, done=done, total=known, cursor=cursor, set_aside=piece.failed, at=at)
            return bool(rest)

        return services.database.writing(unit)

    def lies_ahead(self, session: Session, job: Job) -> int:
        project = get_project(session, job.project_id or 0)
        return _count(session, project, pipelines_of(project), true(), at=clock.now())

    def waits_for(self, session: Session, job: Job) -> str:
        """Nothing: without a pipeline in force texts go on as they are, and signing its entry queues this again."""
        return ""

    def tidy(self, services: Services, job: Job) -> None:
        """Everything of this job is in the database."""


def request_run(session: Session, actor: AnyActor, project: Project, *, at: int) -> None:
    """Queue a look at a project's texts: another pipeline was chosen, or may do more than before. Raises Forbidden."""
    policy.require(session, actor, policy.Action.PREANNOTATE, project_subject(project.id), at=at)
    enqueue_once(session, PreannotateJob.key, project_id=project.id, person_id=actor.id, at=at)


def count_tagged(session: Session, project_id: int) -> dict[str, int]:
    """Pipeline → number of a project's documents it has said something about."""
    rows = session.execute(
        select(Suggestion.pipeline, func.count(func.distinct(Suggestion.document_id)))
        .join(Document, Document.id == Suggestion.document_id)
        .where(Document.project_id == project_id)
        .group_by(Suggestion.pipeline)
    )
    return dict(rows.all())


def _behind(job: Job) -> ColumnElement[bool]:
    """The documents of a job, or of its part, that this pass has not come to."""
    return and_(Document.id > job.cursor.get("after", 0), share_of(job, Document.id))


def _next_piece(session: Session, project: Project, key: str, behind: ColumnElement[bool], *, at: int) -> Piece:
    """The next documents of a pass, each either refused with its rule or with its text."""
    if key == ADMISSION:
        return Piece(None, list(session.scalars(_in_order(_waiting(project), behind))))
    standing, origin = standing_of(session, key, at=at), _origin_of(key)
    piece = Piece(standing, list(session.scalars(_in_order(_untouched(project, standing, origin), behind))), origin)
    scopes = scopes_of(session, piece.documents)
    for document in piece.documents:
        entry = standing.entry
        problems = list(standing.problems) or (out_of_scope(entry, scopes[document.id]) if entry else [])
        if problems:
            piece.refused[document.id] = rule_of(problems)
        else:
            piece.texts[document.id] = text_of(session, document.id)
    piece.encounters = _encounters_of(session, piece.documents)
    return piece


def _encounters_of(session: Session, documents: list[Document]) -> dict[int, tuple[str, str]]:
    wanted = {document.encounter_id for document in documents}
    rows = session.execute(
        select(Encounter.id, Encounter.setting, Encounter.code_release).where(Encounter.id.in_(wanted))
    )
    known = {number: (setting, release) for number, setting, release in rows}
    return {document.id: known[document.encounter_id] for document in documents}


def _origin_of(key: str) -> dict[str, str]:
    """Where suggestions of a pipeline come from now; a release may have been imported since the last chunk."""
    if key not in PIPELINES:
        return {"pipeline": key, "version": "", "digest": ""}
    pipeline = PIPELINES.get(key)
    pipeline.ready()
    origin = provenance(pipeline)
    return {**origin, "digest": sha256(f"{origin['digest']} {rules_of_proposals()}")}


def _in_order(conditions: list[ColumnElement[bool]], behind: ColumnElement[bool]) -> Any:
    return select(Document).where(behind, *conditions).order_by(Document.id).limit(CHUNK)


def _untouched(project: Project, standing: Standing, origin: dict[str, str]) -> list[ColumnElement[bool]]:
    """Readable texts which the pipeline as installed has not seen, and was not refused on the same grounds."""
    seen = select(Suggestion.id).where(
        Suggestion.document_id == Document.id,
        Suggestion.pipeline == standing.pipeline,
        Suggestion.digest == origin["digest"],
    )
    refused = select(PipelineRefusal.id).where(
        PipelineRefusal.document_id == Document.id,
        PipelineRefusal.pipeline == standing.pipeline,
        PipelineRefusal.basis == standing.basis,
    )
    # Withdrawn and redacted texts have none any more.
    there = select(DocumentBody.document_id).where(DocumentBody.document_id == Document.id)
    return [
        Document.project_id == project.id,
        Document.verdict.in_((Verdict.MACHINE_PASSED, Verdict.ACCEPTED)),
        there.exists(),
        Document.modality.not_in(untagged()),
        ~seen.exists(),
        ~refused.exists(),
    ]


def _waiting(project: Project) -> list[ColumnElement[bool]]:
    """Documents whose item may come in now and has not: accepted since, or of no use to a pipeline."""
    readable = [Verdict.ACCEPTED]
    if project.setting("machine_passed_may_be_assigned"):
        readable.append(Verdict.MACHINE_PASSED)
    waits = select(Item.id).where(Item.document_id == Document.id, Item.state == ItemState.IMPORTED)
    return [Document.project_id == project.id, Document.verdict.in_(readable), waits.exists()]


def _count(session: Session, project: Project, passes: list[str], share: ColumnElement[bool], *, at: int) -> int:
    """How many documents lie ahead, each as often as a pipeline looks at it, for the progress bar."""
    pipelines = [(standing_of(session, key, at=at), _origin_of(key)) for key in passes if key != ADMISSION]
    conditions = [_untouched(project, standing, origin) for standing, origin in pipelines]
    queries = (select(func.count()).select_from(Document).where(share, *each) for each in conditions)
    return sum(session.scalar(query) or 0 for query in queries)


def _annotate_alone(pipeline: Pipeline, job: Job, piece: Piece, number: int, root: Path | None) -> None:
    """One text's answer, or the code of what broke down over it: the others must not wait for it."""
    try:
        answer = _annotate(pipeline, piece, number, root)
        canonical_json(answer)  # what cannot be stored must not stop the others either
    except Unavailable:
        raise  # the pipeline's fault, not the text's
    except Exception as error:  # noqa: BLE001  (any fault of a pipeline; its message could carry the text)
        piece.failed[number] = code_of(error)
        log.warning("document not tagged", extra={"job": job.id, "document": number, "code": piece.failed[number]})
    else:
        piece.found[number] = answer


def _annotate(pipeline: Pipeline, piece: Piece, number: int, root: Path | None) -> dict[str, Any]:
    """The pipeline's output without covered text, with the code that is proposed for each entity."""
    document = next(one for one in piece.documents if one.id == number)
    text = piece.texts[number]
    answer = without_text(pipeline.annotate(text, meta={"type": document.note_type}).to_dict(text))
    setting, applicable = piece.encounters[number]
    return with_proposals(answer, text, setting, release_for(root, applicable))


def _still_stands(session: Session, piece: Piece, *, at: int) -> bool:
    """Whether nobody signed or withdrew an entry while the piece was worked on."""
    before = piece.standing
    return before is None or judge(session, before.pipeline, before.running, at=at).basis == before.basis


def _store(session: Session, job: Job, piece: Piece, *, lets_in: bool, at: int) -> None:
    standing = piece.standing
    if standing is not None and piece.documents:
        _store_answers(session, job, piece, standing, at=at)
    for document in piece.documents if lets_in else ():
        admit(session, WORKER, session.get_one(Document, document.id), at=at)
    if piece.found or piece.failed:
        fault.point("preannotate")


def _store_answers(session: Session, job: Job, piece: Piece, standing: Standing, *, at: int) -> None:
    recorded = standing.recorded
    for number, answer in piece.found.items():
        add_suggestion(session, number, piece.origin, answer, at=at)
    for number, rule in piece.refused.items():
        session.add(
            PipelineRefusal(
                project_id=job.project_id,
                document_id=number,
                pipeline=standing.pipeline,
                basis=standing.basis,
                rule=rule,
                at=at,
            )
        )
    record(
        session,
        Tag.DOCUMENTS_PREANNOTATED,
        stream=streams.project(job.project_id or 0),
        actor=WORKER,
        subject=Subject("project", job.project_id or 0),
        data=piece.origin
        | {
            "entry": recorded.row.id if recorded else None,
            "documents": sorted(piece.found),
            "entities": sum(len(answer["entities"]) for answer in piece.found.values()),
            "refused": dict(Counter(piece.refused.values())),
            "refused_documents": sorted(piece.refused),
            "failed_documents": sorted(piece.failed),
        },
        project_id=job.project_id,
        at=at,
    )


def without_text(value: Any) -> Any:
    """The same without what can be read from the text again: covered text and cues, floats too."""
    if isinstance(value, dict):
        return {
            name: without_text(inner)
            for name, inner in value.items()
            if name not in ("text", "cue", "confidence") or (name == "cue" and isinstance(inner, dict))
        }
    if isinstance(value, list | tuple):
        return [without_text(inner) for inner in value]
    return value
