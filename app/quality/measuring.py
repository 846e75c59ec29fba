"""Measuring a project: queued as answers are frozen, done by the worker, read by pages as stored results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.agreement.judgements import Payload
from app.core import clock
from app.core.db import Session
from app.corpus.project import Project, get_project, project_subject
from app.jobs.job import Job, Services, advance, enqueue_once
from app.jobs.whole import note_progress
from app.quality.agreement.entries import FigureEntry
from app.quality.agreement.figures import all_entries, measure
from app.quality.agreement.read_round import count_edges, fold_rounds, fold_settled, keep_edges
from app.quality.bias.audit import BIAS, audit
from app.quality.drift.charts import chart_all, raise_alarms
from app.quality.drift.conduct import conduct_of
from app.quality.plots.every import every_picture
from app.quality.plots.stored import draw_new, keep
from app.quality.progress import progress_of
from app.quality.results.stored import find_result, put_result
from app.quality.seeding.scoring import fold_copies
from app.review.item import Item
from app.review.queries.answers import Submission

#: rounds or readings that one transaction takes over
CHUNK = 100
#: beyond so many rounds values come first, and their intervals when they are computed
LARGE = 2000
AGREEMENT, DRIFT, CONDUCT, PROGRESS = "agreement", "drift", "conduct", "progress"
STEPS = ("rounds", "settled", "copies", "values", "edges", "intervals", "pictures")
#: rounds whose edges are counted between two looks at the job
EDGES_CHUNK = 25


class MeasuredSoon:
    """Asks for measuring with every answer: figures are there within a minute (domain R29). No table of its own."""

    key = "quality"
    takes_copies = True

    def frozen(self, session: Session, item: Item, submission: Submission, payload: Payload) -> None:
        enqueue_once(session, MeasureJob.key, project_id=item.project_id, person_id=None, at=submission.frozen_at)


def request_measuring(session: Session, actor: AnyActor, project: Project, *, at: int) -> None:
    """Queue measuring a project now. Raises Forbidden."""
    policy.require(session, actor, policy.Action.SAMPLE_QUALITY, project_subject(project.id), at=at)
    enqueue_once(session, MeasureJob.key, project_id=project.id, person_id=actor.id, at=at)


class MeasureJob:
    """Takes over what was read and settled since, then computes what pages show. Repeating it changes nothing."""

    key = "quality.measure"
    title = "Measuring quality"
    aside = "not measured"
    repeatable = True

    def chunk(self, services: Services, job: Job, *, at: int) -> bool:
        step = job.cursor.get("step", STEPS[0])
        if step in _FOLDS:
            return _fold(services, job, step, at=at)
        if step == "edges":
            return _edges(services, job, at=at)
        if step == "pictures":
            return _draw(services, job, at=at)
        return _compute(services, job, step, at=at)

    def waits_for(self, session: Session, job: Job) -> str:
        return ""

    def tidy(self, services: Services, job: Job) -> None:
        """Everything of this job is in the database."""


_FOLDS: dict[str, Callable[[Session, int, int, dict[int, str]], int]] = {
    "rounds": fold_rounds,
    "settled": fold_settled,
    "copies": fold_copies,
}


def _fold(services: Services, job: Job, step: str, *, at: int) -> bool:
    project = job.project_id or 0

    def unit(session: Session) -> bool:
        aside = dict(job.named_aside)
        looked = _FOLDS[step](session, project, CHUNK, aside)
        following = step if looked == CHUNK else STEPS[STEPS.index(step) + 1]
        advance(session, job, done=looked, total=job.done + looked, cursor={"step": following}, set_aside=aside, at=at)
        return True

    return services.database.writing(unit)


def _edges(services: Services, job: Job, *, at: int) -> bool:
    """What is tolerant of edges, counted outside the transaction that writes it: pages need not wait."""
    with services.database.snapshot() as session:
        counted = count_edges(session, job.project_id or 0, EDGES_CHUNK)
    step = "edges" if len(counted) == EDGES_CHUNK else "intervals"

    def unit(session: Session) -> bool:
        keep_edges(session, counted)
        advance(session, job, done=len(counted), total=job.done + len(counted), cursor={"step": step}, at=at)
        return True

    return services.database.writing(unit)


def _compute(services: Services, job: Job, step: str, *, at: int) -> bool:
    """Figures from the rows there are now; a large project's values are stored before their intervals."""
    project = job.project_id or 0
    with services.database.snapshot() as session:
        entries = all_entries(session, project)
        before = find_result(session, project, AGREEMENT).body
    is_large = sum(map(len, entries.values())) > LARGE
    if step == "values" and not is_large:
        return services.database.writing(lambda session: _next(session, job, step, at=at))

    def progress(done: int, total: int) -> None:
        services.database.writing(
            lambda session: note_progress(session, job, done=job.done + done, total=job.done + total, at=clock.now())
        )

    more: dict[str, Any] = {"progress": progress} if is_large else {}
    if step == "values":
        more["resamples"] = 0
    body = measure(entries, before, **more)
    bias = _bias(services, project, entries) if step == "intervals" else None

    def unit(session: Session) -> bool:
        put_result(session, project, AGREEMENT, body, at=at)
        if bias is not None:
            put_result(session, project, BIAS, bias, at=at)
            _rest(session, project, at=at)
        advance(session, job, cursor={"step": STEPS[STEPS.index(step) + 1]}, at=clock.now())
        return True

    return services.database.writing(unit)


def _bias(services: Services, project_id: int, entries: dict[str, list[FigureEntry]]) -> dict[str, Any]:
    with services.database.snapshot() as session:
        return audit(session, get_project(session, project_id), entries)


def _next(session: Session, job: Job, step: str, *, at: int) -> bool:
    advance(session, job, cursor={"step": STEPS[STEPS.index(step) + 1]}, at=at)
    return True


def _rest(session: Session, project_id: int, *, at: int) -> None:
    """What needs no resampling: charts of readers with their alarms, how people work, how far the project is."""
    project = get_project(session, project_id)
    drift = chart_all(session, project, at=at)
    raise_alarms(session, project_id, drift, at=at)
    put_result(session, project_id, DRIFT, drift, at=at)
    put_result(session, project_id, CONDUCT, {"people": conduct_of(session, project_id)}, at=at)
    put_result(session, project_id, PROGRESS, progress_of(session, project_id, at=at), at=at)


def reader_number(person: int) -> str:
    """Who a reader is in a picture: pictures are seen by people who may not know names."""
    return f"reader {person}"


def _draw(services: Services, job: Job, *, at: int) -> bool:
    project = job.project_id or 0
    with services.database.snapshot() as session:
        results = {key: find_result(session, project, key).body for key in (AGREEMENT, BIAS, DRIFT, CONDUCT, PROGRESS)}
        minutes = get_project(session, project).setting("critical_minutes")
        every = every_picture(results, reader_number, minutes)
        pictures = [picture for picture in every if picture is not None]
        made = draw_new(session, project, pictures)

    def unit(session: Session) -> bool:
        keep(session, project, made, [picture.name for picture in pictures], at=at)
        advance(session, job, cursor={"step": "done"}, at=clock.now())
        return False

    return services.database.writing(unit)
