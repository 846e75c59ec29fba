"""The de-identification stage: whole subjects, source to clean document, verdict and sealed offset map."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.exc import DBAPIError

from app.accounts.actor import ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, named, record
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Unavailable, code_of, invalid
from app.corpus.date_order import known_order
from app.corpus.document import Document, Verdict, add_document
from app.corpus.language import lacks
from app.corpus.project import get_project
from app.corpus.receiving import Cleaning
from app.corpus.schema import current_schema, modalities_with_schema
from app.corpus.source import (
    Source,
    SourceState,
    count_waiting,
    next_subjects,
    open_source,
    sources_of,
    waiting_modalities,
)
from app.corpus.subject import random_label
from app.deidentify.engine import Deidentified, Engine, SourceText, deidentify_subject
from app.deidentify.policy import Policy
from app.jobs.job import Job, Services, advance
from app.jobs.parts import share_of
from app.privacy.engines import VERSION, engine_version, full_engine
from app.privacy.incident.learning import joined, learned_of
from app.privacy.removal.keeping import KeepingEngine
from app.privacy.removal.kept import KeptFor, kept_for
from app.privacy.stage.external import as_received
from app.privacy.stage.later import flag_earlier
from app.privacy.stage.metadata import clean_metadata
from app.privacy.version.sealed import map_of_result, seal_map
from app.review.item import create_item
from app.review.modality import cleaned_as

SUBJECTS_PER_CHUNK = 20
WORKER = ServiceActor("deid", VERSION)
#: why a source is still in quarantine after the stage went over it
FAILED = "engine-failed"
#: why a text is doubted that was cleaned without what one of the patient's other texts could have taught
UNREAD = "other-text-unread"
log = logging.getLogger(__name__)

OpenedSources = list[tuple[Source, dict[str, Any]]]


@dataclass
class Cleaned:
    """A subject's texts after the engine: results by source, and what broke down over the others."""

    key: bytes = b""
    #: words that people said are no identifiers
    kept: KeptFor = field(default_factory=KeptFor)
    sources: OpenedSources = field(default_factory=list)
    results: list[tuple[int, Deidentified]] = field(default_factory=list)
    #: source id → error code
    failed: dict[int, str] = field(default_factory=dict)
    #: sources whose result is in the database
    stored: list[int] = field(default_factory=list)


class DeidentifyJob:
    """De-identifies quarantined sources, subject by subject: a name is replaced one way throughout."""

    key = "deid.run"
    title = "Removing identifiers"
    aside = "kept in quarantine"
    repeatable = True

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        project_id, after = job.project_id or 0, job.cursor.get("after", 0)
        share = share_of(job, Source.subject_id)
        with services.database.reading() as session:
            policy = _checked(policy_of(get_project(session, project_id)))
            ready = modalities_with_schema(session, project_id)
            total = job.done + count_waiting(session, project_id, share, after=after)
            subjects = next_subjects(session, project_id, ready, share, after=after, limit=SUBJECTS_PER_CHUNK)
            cleaned = {subject: _open_alone(session, services, subject) for subject in subjects}
        for texts in cleaned.values():
            _clean_alone(texts, policy)
        more = len(subjects) == SUBJECTS_PER_CHUNK

        def unit(session: Session) -> None:
            counts: Counter[str] = Counter()
            aside: dict[int, str] = {}
            flagged = 0
            for subject, texts in cleaned.items():
                verdicts, held = _store_alone(session, subject, texts, policy, at=at)
                aside |= _set_aside(session, job, subject, texts)
                counts, flagged = counts + verdicts, flagged + held
            # From the first subject again after the last chunk: a job that waits comes back to them.
            cursor, done = {"after": subjects[-1] if more else 0}, sum(counts.values()) + len(aside)
            advance(session, job, done=done, total=total, cursor=cursor, set_aside=aside, at=at)
            _record(
                session,
                project_id,
                policy,
                {
                    "sources": named(source for texts in cleaned.values() for source in texts.stored),
                    "verdicts": dict(counts),
                    "flagged": flagged,
                    "set_aside": sorted(aside),
                },
                at=at,
            )

        services.database.writing(unit)
        return more

    def lies_ahead(self, session: Session, job: Job) -> int:
        return count_waiting(session, job.project_id or 0, after=0)

    def waits_for(self, session: Session, job: Job) -> str:
        """A label schema: without one of its modality a text cannot become an item."""
        ready = modalities_with_schema(session, job.project_id or 0)
        missing = [one for one in waiting_modalities(session, job.project_id or 0) if one not in ready]
        return f"schema:{missing[0]}" if missing else ""

    def tidy(self, services: Services, job: Job) -> None:
        """Everything of this job is in the database."""


def _checked(policy: Policy) -> Policy:
    """What would fail for every text must not be taken for the fault of one. Raises Invalid or Unavailable."""
    if problems := policy.problems():
        raise invalid(problems, problems[0].code)
    if not lacks(policy.language):
        full_engine()
    return policy


def policy_of(project: Any) -> Policy:
    """How a project wants its texts cleaned."""
    return Policy(
        mode=project.setting("deid_mode"),
        dates=project.setting("deid_dates"),
        language=project.language,
        claim=project.setting("deid_claim"),
        date_order=known_order(project.setting("date_order")),
        wards=project.setting("deid_wards"),
    )


def _open(session: Session, services: Services, subject_id: int) -> Cleaned:
    """A subject's key and all its sources, opened: what the record of one names is looked for in all."""
    key = services.vault.key_of(session, subject_id)
    opened = [(source, open_source(session, key, source.id)) for source in sources_of(session, subject_id)]
    known = joined(learned_of(session, key, subject_id), *(body.get("known") or {} for _, body in opened))
    kept = kept_for(session, services.vault, opened[0][0].project_id, subject_id, key) if opened else KeptFor()
    return Cleaned(key, kept, [(source, body | {"known": known}) for source, body in opened])


def replacement_key(key: bytes) -> bytes:
    """Surrogates and date shifts hang on a key of their own, so that they say nothing of the vault's."""
    return hmac.new(key, b"surrogates v1", hashlib.sha256).digest()


def subject_name(subject_id: int) -> str:
    """Whom replacements belong to: with it they cross no patients even under one key."""
    return f"subject:{subject_id}"


def _open_alone(session: Session, services: Services, subject_id: int) -> Cleaned:
    """One subject's texts; where they cannot be opened, the other subjects go on."""
    try:
        return _open(session, services, subject_id)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001  (any fault; its message could carry the text)
        return Cleaned(failed={source.id: code_of(error) for source in sources_of(session, subject_id)})


def _clean_alone(cleaned: Cleaned, policy: Policy) -> None:
    """Whatever breaks down over a text stops neither the subject's others nor other subjects.

    The others are cleaned without it, in doubt: it could have named somebody.
    """
    if not cleaned.sources:
        return
    try:
        cleaned.results = _clean(cleaned.sources, policy, cleaned)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001  (any fault; its message could carry the text)
        code = code_of(error)
    else:
        return
    for pair in cleaned.sources:
        cleaned.failed |= _broken([pair], policy, cleaned)
    rest = [(source, body) for source, body in cleaned.sources if source.id not in cleaned.failed]
    if not cleaned.failed or _broken(rest, policy, cleaned):
        # Each can be read, and not all together.
        cleaned.failed = {source.id: code for source, _ in cleaned.sources}
    elif rest:
        cleaned.results = [(number, _doubted(one)) for number, one in _clean(rest, policy, cleaned)]


def _broken(sources: OpenedSources, policy: Policy, cleaned: Cleaned) -> dict[int, str]:
    """Source id → error code where the engine breaks down over these texts; empty where it does not."""
    try:
        if sources:
            _clean(sources, policy, cleaned)
    except Exception as error:  # noqa: BLE001  (any fault; its message could carry the text)
        return {source.id: code_of(error) for source, _ in sources}
    return {}


def _doubted(result: Deidentified) -> Deidentified:
    verdict = Verdict.NEEDS_REVIEW if result.verdict == Verdict.MACHINE_PASSED else result.verdict
    return replace(result, verdict=verdict, reasons=(*result.reasons, UNREAD))


def _clean(sources: OpenedSources, policy: Policy, subject: Cleaned) -> list[tuple[int, Deidentified]]:
    texts = [
        SourceText(str(source.id), body["text"], body["known"], source.language, body.get("date_order", ""))
        for source, body in sources
        if cleaned_as(source.modality, Cleaning.SENTENCES)
    ]
    if lacks(policy.language):
        cleaned = [as_received(text) for text in texts]
    else:
        secret, name = replacement_key(subject.key), subject_name(sources[0][0].subject_id)
        cleaned = deidentify_subject(texts, policy, key=secret, engine=_engine(subject.kept), subject=name)
    results = {int(r.id): r for r in cleaned}
    for source, body in sources:
        if cleaned_as(source.modality, Cleaning.FIELDS):
            fields = json.loads(body["text"])["fields"]
            results[source.id] = clean_metadata(str(source.id), fields)
    return [(source.id, results[source.id]) for source, _ in sources]


def _engine(kept: KeptFor) -> Engine:
    engine = full_engine()
    return KeepingEngine(engine.recognisers, engine.model, kept=kept) if kept != KeptFor() else engine


def _store_alone(
    session: Session, subject_id: int, cleaned: Cleaned, policy: Policy, *, at: int
) -> tuple[Counter[str], int]:
    """Verdicts, and how many earlier texts were held. All of a subject or nothing: a fault undoes the subject."""
    counts: Counter[str] = Counter()
    flagged = 0
    cleaned.stored = []
    try:
        with session.begin_nested():
            for source_id, result in cleaned.results:
                source = session.get(Source, source_id)
                if source is not None and source.state == SourceState.QUARANTINED:
                    _store(session, source, result, cleaned.key, policy, at=at)
                    counts[result.verdict] += 1
                    cleaned.stored.append(source_id)
                elif source is not None and source.state == SourceState.DEIDENTIFIED:
                    # Its text stays as it is; what the new texts taught is looked for in it.
                    flagged += flag_earlier(session, WORKER, source, result, cleaned.key, at=at)
    except DBAPIError:
        raise  # the database's fault: the whole chunk is tried again
    except Exception as error:  # noqa: BLE001  (any fault; its message could carry the text)
        cleaned.failed |= {source_id: code_of(error) for source_id, _ in cleaned.results}
        cleaned.stored = []
        return Counter(), 0
    return counts, flagged


def _set_aside(session: Session, job: Job, subject_id: int, cleaned: Cleaned) -> dict[int, str]:
    """Keep what could not be cleaned in quarantine, with the reason; source id → error code."""
    aside = {}
    for source in sources_of(session, subject_id) if cleaned.failed else ():
        if source.id in cleaned.failed and source.state == SourceState.QUARANTINED:
            source.reasons, aside[source.id] = (FAILED,), cleaned.failed[source.id]
            log.warning(
                "record kept in quarantine", extra={"job": job.id, "source": source.id, "code": aside[source.id]}
            )
    return aside


def _store(session: Session, source: Source, result: Deidentified, key: bytes, policy: Policy, *, at: int) -> None:
    if result.verdict == Verdict.REFUSED:
        # Stops at the gate: no document, and the reason stays with the source.
        source.state, source.reasons = SourceState.REFUSED, result.reasons
        return
    source.state, source.reasons = SourceState.DEIDENTIFIED, ()
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
        doubt_ppm=_doubt(result),
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
    add_document(session, document, result.text, result.reasons)
    seal_map(session, key, document.id, map_of_result(result))
    schema = current_schema(session, source.project_id, source.modality)
    create_item(session, WORKER, document, schema, at=at)


def _doubt(result: Deidentified) -> int:
    """The engine's risk in parts per million; of texts at equal risk the one with more doubtful places is first."""
    return min(1_000_000, round(result.risk * 1_000_000) + min(4_999, 50 * len(result.suspects)))


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
