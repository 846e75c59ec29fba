"""Loading: records into quarantine, chunk by chunk; bad rows refused by line, good ones kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor, ServiceActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import fault
from app.core.db import Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Problem
from app.core.text import storable
from app.corpus.batch import Batch, BatchState, get_batch
from app.corpus.free_text import scrub_place
from app.corpus.paper import PaperKind, papers_in_force
from app.corpus.project import Project, project_subject
from app.intake.readers import Row, reader_for
from app.intake.record import build_record, map_fields
from app.intake.store import Checked, Outcome, store_chunk
from app.jobs.job import Job, Services, advance, enqueue

CHUNK = 200
MAX_KEPT_PROBLEMS = 1000
WORKER = ServiceActor("intake")


def start_batch(
    session: Session,
    actor: AnyActor,
    project: Project,
    paths: list[Path],
    *,
    reader: str | None = None,
    mapping: dict[str, str] | None = None,
    modality: str = "",
    at: int,
) -> tuple[Batch, Job]:
    """Open a batch and queue its loading. Raises Forbidden, NotFound (no reader), Conflict (no agreement)."""
    policy.require(session, actor, policy.Action.LOAD_BATCH, project_subject(project.id), at=at)
    for path in paths:
        reader_for(path, reader)
    if project.setting("agreement_required") and not papers_in_force(session, project.id, PaperKind.AGREEMENT, at=at):
        raise Conflict("agreement-missing", "no agreement with the source is in force; nothing was stored")
    batch = Batch(
        project_id=project.id,
        reader=reader or "",
        state=BatchState.LOADING,
        stored=0,
        skipped=0,
        refused=0,
        dropped_json="{}",
        problems_json="[]",
        started_at=at,
        finished_at=None,
    )
    session.add(batch)
    session.flush()
    _record(session, Tag.BATCH_STARTED, actor, batch, {}, at=at)
    args = {
        "batch": batch.id,
        "paths": [str(path.resolve()) for path in paths],
        "reader": reader or "",
        "mapping": mapping or {},
        "modality": modality,
    }
    job = enqueue(session, "intake.load", args, project_id=project.id, person_id=actor.id, at=at)
    return batch, job


class LoadJob:
    """Reads a batch's files; each chunk is stored, counted and logged in one transaction."""

    key = "intake.load"

    def __init__(self) -> None:
        # The open reader of each job in this process; after a crash it is made again and skips
        # what the cursor says is stored.
        self._rows: dict[int, tuple[int, Iterator[Row | Problem], Counter[str]]] = {}

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        position = job.cursor.get("rows", 0)
        rows, dropped = self._reading(job, position)
        before = Counter(dropped)
        taken = list(islice(rows, CHUNK))
        checked = [_check(row, job.args["mapping"], dropped) for row in taken]
        new_drops = Counter(dropped) - before

        def unit(session: Session) -> None:
            batch = get_batch(session, job.args["batch"])
            outcome = store_chunk(session, services.vault, batch, checked, job.args["modality"])
            _count(session, batch, outcome, new_drops, last=len(taken) < CHUNK, at=at)
            advance(session, job.id, done=len(taken), cursor={"rows": position + len(taken)}, at=at)
            fault.point("import")

        services.database.writing(unit)
        more = len(taken) == CHUNK
        if more:
            self._rows[job.id] = (position + len(taken), rows, dropped)
        else:
            self._rows.pop(job.id, None)
            _wipe_spool(services, job)
        return more

    def _reading(self, job: Job, position: int) -> tuple[Iterator[Row | Problem], Counter[str]]:
        kept = self._rows.pop(job.id, None)
        if kept is not None and kept[0] == position:
            return kept[1], kept[2]
        rows = read_paths(job.args["paths"], job.args["reader"], job.args["mapping"])
        for _ in islice(rows, position):
            pass
        return rows, Counter()


def read_paths(paths: list[str], reader: str, mapping: dict[str, str]) -> Iterator[Row | Problem]:
    """All rows of all files, in order. A file that is gone comes as a problem."""
    for path in map(Path, paths):
        if not path.exists():
            yield Problem("file-missing", path.name, "the file does not exist")
            continue
        yield from reader_for(path, reader or None).read(path, mapping)


def _check(row: Row | Problem, mapping: dict[str, str], dropped: Counter[str]) -> Checked:
    if isinstance(row, Problem):
        return None, [row]
    return build_record(map_fields(row.values, mapping, dropped), row.where)


def _count(session: Session, batch: Batch, outcome: Outcome, dropped: Counter[str], *, last: bool, at: int) -> None:
    batch.stored += outcome.stored
    batch.skipped += outcome.skipped
    batch.refused += outcome.refused
    batch.dropped_json = canonical_json(dict(Counter(json.loads(batch.dropped_json)) + dropped))
    kept = json.loads(batch.problems_json)
    room = MAX_KEPT_PROBLEMS - len(kept)
    # Names of files can carry identifiers: such a place is told by its number only.
    found = outcome.problems[: max(room, 0)]
    kept += [problem.to_dict() | {"where": scrub_place(storable(problem.where))} for problem in found]
    batch.problems_json = canonical_json(kept)
    counts = {"stored": outcome.stored, "skipped": outcome.skipped, "refused": outcome.refused}
    _record(session, Tag.BATCH_LOADED, WORKER, batch, counts, at=at)
    if last:
        batch.state, batch.finished_at = BatchState.LOADED, at
        totals = {"stored": batch.stored, "skipped": batch.skipped, "refused": batch.refused}
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


def _wipe_spool(services: Services, job: Job) -> None:
    """Uploads were spooled for this job only; overwrite and remove them."""
    spool = services.settings.tmp_dir.resolve()
    for path in map(Path, job.args["paths"]):
        if spool in path.parents and path.is_file():
            size = path.stat().st_size
            with path.open("r+b") as file:
                for _ in range(0, size, 1 << 20):
                    file.write(b"\0" * min(1 << 20, size - file.tell()))
            path.unlink()
            if path.parent != spool:
                # The upload's own folder goes with its last file.
                with suppress(OSError):
                    path.parent.rmdir()
