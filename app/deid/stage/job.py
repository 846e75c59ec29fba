"""The de-identification stage: whole subjects, source to clean document, verdict and sealed offset map."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import cache
from typing import Any

from app.accounts.actor import ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.digest import canonical_json
from app.corpus.document import Document, DocumentMap, Verdict, add_document
from app.corpus.project import get_project
from app.corpus.schema import current_schema
from app.corpus.source import Source, SourceState, next_subjects, open_source, sources_of
from app.corpus.subject import random_label
from app.corpus.vault import seal_json
from app.deid.engine import RULES_ONLY, Deidentified, Engine, SourceText, deidentify_subject
from app.deid.incident.learning import learned_of, with_learned
from app.deid.model import MODEL_DIR, digest, load_model
from app.deid.policy import Policy
from app.deid.stage.metadata import clean_metadata
from app.jobs.job import Job, Services, advance
from app.review.item import create_item

SUBJECTS_PER_CHUNK = 20
VERSION = "1"
WORKER = ServiceActor("deid", VERSION)


@cache
def engine_here() -> tuple[Engine, str]:
    """The engine of this process and its version: rules, and the shipped model where there is one."""
    if not MODEL_DIR.exists():
        return RULES_ONLY, f"{VERSION}+rules"
    return Engine(load_model()), f"{VERSION}+model.{digest(MODEL_DIR)[:12]}"


class DeidentifyJob:
    """De-identifies quarantined sources, subject by subject: a name is replaced one way throughout."""

    key = "deid.run"

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        project_id = job.project_id or 0
        with services.database.reading() as session:
            policy = policy_of(get_project(session, project_id))
            subjects = next_subjects(session, project_id, SUBJECTS_PER_CHUNK)
            work = {subject: _open(session, services, subject) for subject in subjects}
        cleaned = {subject: _clean(sources, policy, key) for subject, (key, sources) in work.items()}

        def unit(session: Session) -> None:
            counts: dict[str, int] = {}
            for subject, results in cleaned.items():
                for source_id, result in results:
                    source = session.get(Source, source_id)
                    if source is not None and source.state == SourceState.QUARANTINED:
                        _store(session, source, result, work[subject][0], policy, at=at)
                        counts[result.verdict] = counts.get(result.verdict, 0) + 1
            advance(session, job.id, done=sum(counts.values()), at=at)
            _record(session, project_id, policy, counts, at=at)

        services.database.writing(unit)
        return len(subjects) == SUBJECTS_PER_CHUNK


def policy_of(project: Any) -> Policy:
    """How a project wants its texts cleaned."""
    return Policy(
        mode=project.setting("deid_mode"),
        dates=project.setting("deid_dates"),
        language=project.language,
        claim=project.setting("deid_claim"),
    )


def _open(session: Session, services: Services, subject_id: int) -> tuple[bytes, list[tuple[Source, dict]]]:
    """A subject's key and all its sources, opened: names learnt in one are replaced in all."""
    key = services.vault.key_of(session, subject_id)
    learned = learned_of(session, key, subject_id)
    opened = [(source, open_source(session, key, source.id)) for source in sources_of(session, subject_id)]
    return key, [(source, body | {"known": with_learned(body.get("known"), learned)}) for source, body in opened]


def replacement_key(key: bytes) -> bytes:
    """Surrogates and date shifts hang on a key of their own, so that they say nothing of the vault's."""
    return hmac.new(key, b"surrogates v1", hashlib.sha256).digest()


def _clean(
    sources: list[tuple[Source, dict]], policy: Policy, key: bytes
) -> list[tuple[int, Deidentified]]:
    texts = [
        SourceText(
            id=str(source.id), text=body["text"], known=body.get("known") or {}, language=source.language
        )
        for source, body in sources
        if source.modality != "imaging"
    ]
    engine, _ = engine_here()
    results = {int(r.id): r for r in deidentify_subject(texts, policy, key=replacement_key(key), engine=engine)}
    for source, body in sources:
        if source.modality == "imaging":
            fields = json.loads(body["text"])["fields"]
            results[source.id] = clean_metadata(str(source.id), fields)
    return [(source.id, results[source.id]) for source, _ in sources]


def _store(
    session: Session, source: Source, result: Deidentified, key: bytes, policy: Policy, *, at: int
) -> None:
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
                "engine": "chartmark",
                "version": engine_here()[1],
                "mode": policy.mode,
                "dates": policy.dates,
                "claim": policy.claim,
            }
        ),
        created_at=at,
    )
    add_document(session, document, result.text)
    label = f"map:{document.id}"
    sealed = seal_json(key, {"map": result.offset_map, "spans": len(result.spans)}, label)
    session.add(DocumentMap(document_id=document.id, sealed=sealed))
    schema = current_schema(session, source.project_id, source.modality)
    create_item(session, WORKER, document, schema, at=at)


def _record(session: Session, project_id: int, policy: Policy, counts: dict[str, int], *, at: int) -> None:
    record(
        session,
        Tag.SUBJECTS_DEIDENTIFIED,
        stream=streams.project(project_id),
        actor=WORKER,
        subject=Subject("project", project_id),
        data={"engine": engine_here()[1], "mode": policy.mode, "dates": policy.dates, "verdicts": counts},
        project_id=project_id,
        at=at,
    )
