"""Loading: records into quarantine, chunk by chunk; bad rows refused by line, good ones kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor, ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import fault
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Problem
from app.corpus.batch import Batch, BatchState, get_batch
from app.corpus.language import lacks
from app.corpus.paper import PaperKind, papers_in_force
from app.corpus.project import Project, project_subject
from app.corpus.vault import Vault
from app.intake.files import Files
from app.intake.readers import Found, Passed, Row
from app.intake.readers.choice import require_reader
from app.intake.record import build_record, map_fields
from app.intake.store import Checked, Outcome, store_chunk
from app.jobs.job import Job, Services, advance, enqueue

CHUNK = 200
MAX_KEPT_PROBLEMS = 1000
WORKER = ServiceActor("intake")


@dataclass(frozen=True)
class Delivery:
    """What somebody hands in. `reader`: key of one, or "" to go by the endings; `mapping`: field → column."""

    paths: list[Path]
    reader: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    modality: str = ""


def start_batch(
    session: Session,
    actor: AnyActor,
    vault: Vault,
    project: Project,
    delivery: Delivery,
    *,
    at: int,
) -> tuple[Batch, Job]:
    """Open a batch and queue its loading. Raises Forbidden, NotFound (no reader), Conflict (a paper is missing)."""
    policy.require(session, actor, policy.Action.LOAD_BATCH, project_subject(project.id), at=at)
    for path in delivery.paths:
        require_reader(path, delivery.reader)
    if project.setting("agreement_required") and not papers_in_force(session, project.id, PaperKind.AGREEMENT, at=at):
        raise Conflict("agreement-missing", "no agreement with the source is in force; nothing was stored")
    if lacks(project.language) and not papers_in_force(session, project.id, PaperKind.DEIDENTIFICATION, at=at):
        raise Conflict("evidence-missing", lacks(project.language))
    batch = Batch(
        project_id=project.id,
        reader=delivery.reader,
        state=BatchState.LOADING,
        stored=0,
        skipped=0,
        refused=0,
        passed=0,
        passed_json="[]",
        dropped_json="{}",
        problems_json="[]",
        started_at=at,
        finished_at=None,
    )
    session.add(batch)
    session.flush()
    _record(session, Tag.BATCH_STARTED, actor, batch, {}, at=at)
    files = Files([str(path.resolve()) for path in delivery.paths], delivery.reader, delivery.mapping)
    job = enqueue(
        session,
        "intake.load",
        {"batch": batch.id, "modality": delivery.modality},
        sealed=files.sealed(vault, batch.id),
        project_id=project.id,
        person_id=actor.id,
        at=at,
    )
    return batch, job


def is_loading(session: Session, batch: Batch) -> bool:
    """Whether more of a batch may still come; where its job was given up, what came is all there is."""
    jobs = session.scalars(select(Job).where(Job.kind == LoadJob.key, Job.finished_at.is_(None)))
    return batch.state == BatchState.LOADING and any(job.args["batch"] == batch.id for job in jobs)


class LoadJob:
    """Reads a batch's files; each chunk is stored, counted and logged in one transaction."""

    key = "intake.load"
    repeatable = False  # its files are wiped when it ends

    def __init__(self) -> None:
        # The open reader of each job in this process; after a crash it is made again and skips
        # what the cursor says is stored.
        self._rows: dict[int, tuple[int, Iterator[Found], Counter[str]]] = {}

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        if job.cursor.get("end"):
            return False  # killed between the last chunk and the end of the job
        position, files = job.cursor.get("rows", 0), _files(services, job)
        total = None if job.cursor or job.total else files.count()
        rows, dropped = self._reading(job, files, position)
        before = Counter(dropped)
        taken = list(islice(rows, CHUNK))
        passed = [row for row in taken if isinstance(row, Passed)]
        checked = [_check(row, files.mapping, dropped) for row in taken if not isinstance(row, Passed)]
        new_drops, more = Counter(dropped) - before, len(taken) == CHUNK

        def unit(session: Session) -> None:
            batch = get_batch(session, job.args["batch"])
            outcome = store_chunk(session, services.vault, batch, checked, job.args["modality"])
            _pass_over(batch, passed)
            _count(session, batch, outcome, new_drops, last=not more, at=at)
            cursor = {"rows": position + len(taken), "end": not more}
            known = total if more else position + len(taken)
            advance(session, job, done=len(taken), total=known, cursor=cursor, at=at)
            fault.point("import")

        services.database.writing(unit)
        if more:
            self._rows[job.id] = (position + len(taken), rows, dropped)
        return more

    def waits_for(self, session: Session, job: Job) -> str:
        return ""

    def tidy(self, services: Services, job: Job) -> None:
        self._rows.pop(job.id, None)
        _files(services, job).wipe(services.settings.tmp_dir)

    def _reading(self, job: Job, files: Files, position: int) -> tuple[Iterator[Found], Counter[str]]:
        kept = self._rows.pop(job.id, None)
        if kept is not None and kept[0] == position:
            return kept[1], kept[2]
        rows = files.rows()
        for _ in islice(rows, position):
            pass
        return rows, Counter()


def _files(services: Services, job: Job) -> Files:
    return Files.opened(services.vault, job.sealed, job.args["batch"])


def _check(row: Row | Problem, mapping: dict[str, str], dropped: Counter[str]) -> Checked:
    if isinstance(row, Problem):
        return None, [row]
    return build_record(map_fields(row.values, {} if row.is_file else mapping, dropped), row.where)


def _pass_over(batch: Batch, passed: list[Passed]) -> None:
    """List what is no note beside what was refused: nobody asked for it, and nobody shall miss it."""
    kept = json.loads(batch.passed_json)
    room = max(MAX_KEPT_PROBLEMS - len(kept), 0)
    batch.passed += len(passed)
    batch.passed_json = canonical_json(kept + [one.to_dict() for one in passed[:room]])


def _count(session: Session, batch: Batch, outcome: Outcome, dropped: Counter[str], *, last: bool, at: int) -> None:
    batch.stored += outcome.stored
    batch.skipped += outcome.skipped
    batch.refused += outcome.refused
    batch.dropped_json = canonical_json(dict(Counter(json.loads(batch.dropped_json)) + dropped))
    kept = json.loads(batch.problems_json)
    room = MAX_KEPT_PROBLEMS - len(kept)
    kept += [problem.to_dict() for problem in outcome.problems[: max(room, 0)]]
    batch.problems_json = canonical_json(kept)
    counts = {"stored": outcome.stored, "skipped": outcome.skipped, "refused": outcome.refused}
    _record(session, Tag.BATCH_LOADED, WORKER, batch, counts, at=at)
    if last:
        batch.state, batch.finished_at = BatchState.LOADED, at
        totals = {name: getattr(batch, name) for name in ("stored", "skipped", "refused", "passed")}
        _record(session, Tag.BATCH_FINISHED, WORKER, batch, totals, at=at)


def _record(session: Session, tag: Tag, actor: AnyActor, batch: Batch, data: dict[str, Any], *, at: int) -> None:
    record(
        session,
        tag,
        stream=streams.project(batch.project_id),
        actor=actor,
        subject=Subject("batch", batch.id),
        data=data,
        project_id=batch.project_id,
        at=at,
    )
