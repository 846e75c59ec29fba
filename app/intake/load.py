"""Loading: records into quarantine, chunk by chunk; bad rows refused by line, good ones kept."""

from __future__ import annotations

import json
import re
import socket
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
from app.audit.log import Subject, named, record
from app.core import clock, fault
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid, Problem
from app.corpus.batch import Batch, BatchState, add_passed, add_problems, get_batch
from app.corpus.date_order import DATE_ORDERS
from app.corpus.language import lacks
from app.corpus.paper import PaperKind, papers_in_force
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, project_subject
from app.corpus.vault import Vault
from app.intake.files import Files
from app.intake.readers import Found, Passed, RawRow
from app.intake.readers.choice import require_reader
from app.intake.record import build_record, map_fields
from app.intake.store import Checked, IntakeOutcome, store_chunk
from app.jobs.job import Job, Services, advance, enqueue

CHUNK = 200
ABANDONED = clock.HOUR
#: what the web gives a random name: the folder of an upload, the file of an export
SPOOLED = re.compile(r"[0-9a-f]{32}(\.zip)?")
WORKER = ServiceActor("intake")


@dataclass(frozen=True)
class Delivery:
    """What somebody hands in. `reader`: key of one, or "" to go by the endings; `mapping`: field → column.

    `date_order`: how its records write days in figures, where they do not say and it is not as the project says.
    """

    paths: list[Path]
    reader: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    modality: str = ""
    date_order: str = ""


def start_batch(
    session: Session,
    actor: AnyActor,
    vault: Vault,
    project: Project,
    delivery: Delivery,
    *,
    at: int,
) -> tuple[Batch, Job]:
    """Open a batch and queue its loading. Raises Forbidden, NotFound (no reader), Conflict (a paper is missing),
    Invalid (no such order of dates)."""
    policy.require(session, actor, policy.Action.LOAD_BATCH, project_subject(project.id), at=at)
    if delivery.date_order and delivery.date_order not in DATE_ORDERS:
        raise Invalid("date-order", f"an order of dates is one of {', '.join(DATE_ORDERS)}")
    for path in delivery.paths:
        require_reader(path, delivery.reader)
    if project.setting("agreement_required") and not papers_in_force(session, project.id, PaperKind.AGREEMENT, at=at):
        raise Conflict("agreement-missing", "no agreement with the source is in force; nothing was stored")
    require_papers(session, project, "load", at=at)
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
        dropped_json="{}",
        started_at=at,
        finished_at=None,
    )
    session.add(batch)
    session.flush()
    _record(session, Tag.BATCH_STARTED, actor, batch, {}, at=at)
    files = Files([str(path.resolve()) for path in delivery.paths], delivery.reader, delivery.mapping)
    order = {"date_order": delivery.date_order} if delivery.date_order else {}
    job = enqueue(
        session,
        "intake.load",
        {"batch": batch.id, "modality": delivery.modality, "host": socket.gethostname()} | order,
        sealed=files.sealed(vault, batch.id),
        project_id=project.id,
        person_id=actor.id,
        at=at,
    )
    return batch, job


def wipe_abandoned(services: Services, *, at: int) -> int:
    """Wipe uploads that no load will read, and exports nobody fetched: their server died before it was done with them.

    What is younger than an hour may be on its way. Returns how many files.
    """
    spool = services.settings.tmp_dir
    with services.database.reading() as session:
        jobs = session.scalars(select(Job).where(Job.kind == LoadJob.key, Job.finished_at.is_(None)))
        wanted = {Path(path) for job in jobs for path in _files(services, job).paths}
    left = [
        path
        for entry in (spool.iterdir() if spool.is_dir() else ())
        if SPOOLED.fullmatch(entry.name)
        for path in (entry.iterdir() if entry.is_dir() else (entry,))
        if path.resolve() not in wanted and path.stat().st_mtime * 1000 < at - ABANDONED
    ]
    Files([str(path) for path in left]).wipe(spool)
    return len(left)


def is_loading(session: Session, batch: Batch) -> bool:
    """Whether more of a batch may still come; where its job was given up, what came is all there is."""
    jobs = session.scalars(select(Job).where(Job.kind == LoadJob.key, Job.finished_at.is_(None)))
    return batch.state == BatchState.LOADING and any(job.args["batch"] == batch.id for job in jobs)


class LoadJob:
    """Reads a batch's files; each chunk is stored, counted and logged in one transaction."""

    key = "intake.load"
    title = "Reading records"
    aside = "set aside"
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
        order = job.args.get("date_order", "")
        checked = [_check(row, files.mapping, dropped, order) for row in taken if not isinstance(row, Passed)]
        new_drops, more = Counter(dropped) - before, len(taken) == CHUNK

        def unit(session: Session) -> None:
            batch = get_batch(session, job.args["batch"])
            outcome = store_chunk(session, services.vault, batch, checked, job.args["modality"])
            _pass_over(session, batch, passed)
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


def _check(row: RawRow | Problem, mapping: dict[str, str], dropped: Counter[str], date_order: str) -> Checked:
    if isinstance(row, Problem):
        return None, [row]
    values = map_fields(row.values, {} if row.is_file else mapping, dropped)
    return build_record({"date_order": date_order} | values, row.where)


def _pass_over(session: Session, batch: Batch, passed: list[Passed]) -> None:
    """List what is no note beside what was refused: nobody asked for it, and nobody shall miss it."""
    batch.passed += len(passed)
    add_passed(session, batch.id, [(one.where, one.message) for one in passed])


def _count(
    session: Session, batch: Batch, outcome: IntakeOutcome, dropped: Counter[str], *, last: bool, at: int
) -> None:
    batch.stored += outcome.stored
    batch.skipped += outcome.skipped
    batch.refused += outcome.refused
    batch.dropped_json = canonical_json(dict(Counter(json.loads(batch.dropped_json)) + dropped))
    add_problems(session, batch.id, outcome.problems)
    counts: dict[str, Any] = {"stored": outcome.stored, "skipped": outcome.skipped, "refused": outcome.refused}
    counts |= {"sources": named(outcome.sources)}
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
