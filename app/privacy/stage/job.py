"""The de-identification stage: whole subjects, source to clean document, verdict and sealed offset map."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from typing import Any

from app.accounts.actor import ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json
from app.corpus.document import Document, DocumentMap, Verdict, add_document
from app.corpus.language import lacks
from app.corpus.project import get_project
from app.corpus.schema import current_schema
from app.corpus.source import Source, SourceState, count_sources, next_subjects, open_source, sources_of
from app.corpus.subject import random_label
from app.corpus.vault import seal_json
from app.deidentify.engine import Deidentified, SourceText, deidentify_subject
from app.deidentify.policy import Policy
from app.jobs.job import Job, Services, advance
from app.privacy.engines import VERSION, engine_version, full_engine
from app.privacy.incident.learning import joined, learned_of
from app.privacy.stage.doubts import places_of_doubt
from app.privacy.stage.external import as_received
from app.privacy.stage.later import flag_earlier
from app.privacy.stage.metadata import clean_metadata
from app.review.item import create_item

SUBJECTS_PER_CHUNK = 20
WORKER = ServiceActor("deid", VERSION)


class DeidentifyJob:
    """De-identifies quarantined sources, subject by subject: a name is replaced one way throughout."""

    key = "deid.run"

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        project_id = job.project_id or 0
        with services.database.reading() as session:
            policy = policy_of(get_project(session, project_id))
            total = job.done + count_sources(session, project_id).get(SourceState.QUARANTINED, 0)
            subjects = next_subjects(session, project_id, SUBJECTS_PER_CHUNK)
            work = {subject: _open(session, services, subject) for subject in subjects}
        cleaned = {subject: _clean(sources, policy, key) for subject, (key, sources) in work.items()}

        def unit(session: Session) -> None:
            counts: Counter[str] = Counter()
            flagged = 0
            for subject, results in cleaned.items():
                for source_id, result in results:
                    source = session.get(Source, source_id)
                    if source is not None and source.state == SourceState.QUARANTINED:
                        _store(session, source, result, work[subject][0], policy, at=at)
                        counts[result.verdict] += 1
                    elif source is not None and source.state == SourceState.DEIDENTIFIED:
                        # Its text stays as it is; what the new texts taught is looked for in it.
                        flagged += flag_earlier(session, WORKER, source, result, work[subject][0], at=at)
            advance(session, job.id, done=sum(counts.values()), total=total, at=at)
            _record(session, project_id, policy, {"verdicts": dict(counts), "flagged": flagged}, at=at)

        services.database.writing(unit)
        return len(subjects) == SUBJECTS_PER_CHUNK

    def tidy(self, services: Services, job: Job) -> None:
        """Everything of this job is in the database."""


def policy_of(project: Any) -> Policy:
    """How a project wants its texts cleaned."""
    return Policy(
        mode=project.setting("deid_mode"),
        dates=project.setting("deid_dates"),
        language=project.language,
        claim=project.setting("deid_claim"),
    )


def _open(session: Session, services: Services, subject_id: int) -> tuple[bytes, list[tuple[Source, dict]]]:
    """A subject's key and all its sources, opened: what the record of one names is looked for in all."""
    key = services.vault.key_of(session, subject_id)
    opened = [(source, open_source(session, key, source.id)) for source in sources_of(session, subject_id)]
    known = joined(learned_of(session, key, subject_id), *(body.get("known") or {} for _, body in opened))
    return key, [(source, body | {"known": known}) for source, body in opened]


def replacement_key(key: bytes) -> bytes:
    """Surrogates and date shifts hang on a key of their own, so that they say nothing of the vault's."""
    return hmac.new(key, b"surrogates v1", hashlib.sha256).digest()


def subject_name(subject_id: int) -> str:
    """Whom replacements belong to: with it they cross no patients even under one key."""
    return f"subject:{subject_id}"


def _clean(sources: list[tuple[Source, dict]], policy: Policy, key: bytes) -> list[tuple[int, Deidentified]]:
    texts = [
        SourceText(id=str(source.id), text=body["text"], known=body["known"], language=source.language)
        for source, body in sources
        if source.modality != "imaging"
    ]
    if lacks(policy.language):
        cleaned = [as_received(text) for text in texts]
    else:
        secret, subject = replacement_key(key), subject_name(sources[0][0].subject_id)
        cleaned = deidentify_subject(texts, policy, key=secret, engine=full_engine(), subject=subject)
    results = {int(r.id): r for r in cleaned}
    for source, body in sources:
        if source.modality == "imaging":
            fields = json.loads(body["text"])["fields"]
            results[source.id] = clean_metadata(str(source.id), fields)
    return [(source.id, results[source.id]) for source, _ in sources]


def _store(session: Session, source: Source, result: Deidentified, key: bytes, policy: Policy, *, at: int) -> None:
    reasons = ",".join(result.reasons)
    if result.verdict == Verdict.REFUSED:
        # Stops at the gate: no document, and the reason stays with the source.
        source.state, source.reason = SourceState.REFUSED, reasons
        return
    source.state = SourceState.DEIDENTIFIED
    document = Document(
        project_id=source.project_id,
        subject_id=source.subject_id,
        encounter_id=source.encounter_id,
        source_id=source.id,
        label=random_label(6).lower(),
        modality=source.modality,
        note_type=source.note_type,
        language=source.language,
        verdict=result.verdict,
        reasons=reasons,
        deid_json=canonical_json(
            {
                "engine": "none" if lacks(policy.language) else "chartmark",
                "version": engine_version(),
                "mode": policy.mode,
                "dates": policy.dates,
                "claim": policy.claim,
            }
        ),
        created_at=at,
    )
    add_document(session, document, result.text)
    label = f"map:{document.id}"
    body = {"map": result.offset_map, "spans": len(result.spans), "doubts": places_of_doubt(result)}
    sealed = seal_json(key, body, label)
    session.add(DocumentMap(document_id=document.id, sealed=sealed))
    schema = current_schema(session, source.project_id, source.modality)
    create_item(session, WORKER, document, schema, at=at)


def _record(session: Session, project_id: int, policy: Policy, done: dict[str, Any], *, at: int) -> None:
    record(
        session,
        Tag.SUBJECTS_DEIDENTIFIED,
        stream=streams.project(project_id),
        actor=WORKER,
        subject=Subject("project", project_id),
        data={"engine": engine_version(), "mode": policy.mode, "dates": policy.dates} | done,
        project_id=project_id,
        at=at,
    )
