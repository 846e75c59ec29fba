"""The pre-annotation stage: documents that may be read get the suggestions of the project's pipeline."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.accounts.actor import ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.corpus.document import Document, DocumentBody, Verdict, text_of
from app.corpus.project import get_project
from app.corpus.suggestion import Suggestion, add_suggestion
from app.jobs.job import Job, Services, advance
from app.preannotate.protocol import PIPELINES, Pipeline
from app.review.item import admit

CHUNK = 50
WORKER = ServiceActor("preannotate")


class PreannotateJob:
    """Tags documents in chunks; a document tagged by the same pipeline in the same version is done."""

    key = "preannotate.run"

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        with services.database.reading() as session:
            project = get_project(session, job.project_id or 0)
            pipeline = PIPELINES.get(project.setting("pipeline"))
            provenance = {"pipeline": pipeline.key, "version": pipeline.version, "digest": pipeline.digest()}
            documents = _next_documents(session, project.id, provenance, job.cursor.get("after", 0))
            texts = {document.id: text_of(session, document.id) for document in documents}
        found = {document.id: _annotate(pipeline, document, texts[document.id]) for document in documents}

        def unit(session: Session) -> None:
            for document in documents:
                if found[document.id] is not None:
                    add_suggestion(session, document.id, provenance, found[document.id], at=at)
                admit(session, WORKER, session.get(Document, document.id), at=at)
            after = documents[-1].id if documents else job.cursor.get("after", 0)
            advance(session, job.id, done=len(documents), cursor={"after": after}, at=at)
            _record(session, job, provenance, found, at=at)

        services.database.writing(unit)
        return len(documents) == CHUNK

    def tidy(self, services: Services, job: Job) -> None:
        """Everything of this job is in the database."""


def _next_documents(session: Session, project_id: int, provenance: dict[str, str], after: int) -> list[Document]:
    """Readable documents after an id which this very pipeline has not seen."""
    seen = (
        select(Suggestion.id)
        .where(
            Suggestion.document_id == Document.id,
            Suggestion.pipeline == provenance["pipeline"],
            Suggestion.digest == provenance["digest"],
        )
        .exists()
    )
    readable = (Verdict.MACHINE_PASSED, Verdict.ACCEPTED)
    # Withdrawn and redacted texts have none any more.
    there = select(DocumentBody.document_id).where(DocumentBody.document_id == Document.id).exists()
    return list(
        session.scalars(
            select(Document)
            .where(
                Document.project_id == project_id,
                Document.id > after,
                Document.verdict.in_(readable),
                ~seen,
                there,
            )
            .order_by(Document.id)
            .limit(CHUNK)
        )
    )


def _annotate(pipeline: Pipeline, document: Document, text: str) -> dict[str, Any] | None:
    """The pipeline's output without covered text; None for what it is not meant for."""
    if document.modality == "imaging" or document.language not in pipeline.languages:
        return None
    annotated = pipeline.annotate(text, meta={"type": document.note_type})
    return without_text(annotated.to_dict(text))


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


def _record(session: Session, job: Job, provenance: dict[str, str], found: dict[int, Any], *, at: int) -> None:
    entities = sum(len(one["entities"]) for one in found.values() if one)
    record(
        session,
        Tag.DOCUMENTS_PREANNOTATED,
        stream=streams.project(job.project_id or 0),
        actor=WORKER,
        subject=Subject("project", job.project_id or 0),
        data=provenance | {"documents": sorted(found), "entities": entities},
        project_id=job.project_id,
        at=at,
    )
