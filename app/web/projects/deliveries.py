"""Deliveries: uploading records, what became of them by place, and taking a delivery back."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.approval import Done, do_or_ask
from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound, Problem, invalid
from app.corpus.batch import Batch, get_batch, list_batches, list_passed, list_problems
from app.corpus.date_order import DATE_ORDERS
from app.corpus.project import Project
from app.http import context
from app.http.access import UPLOAD, access, acting
from app.intake.load import Delivery, start_batch
from app.intake.readers import READERS
from app.intake.record import NAMES
from app.intake.size import count_rows
from app.review.modality import MODALITIES
from app.web.acts import Refusal, answer, attempt
from app.web.projects.door import ACTS, enter, page
from app.web.projects.overview import jobs_of
from app.web.projects.spool import Spool, read_mapping

deliveries_pages = Blueprint("deliveries", __name__, url_prefix="/projects/<key>/deliveries")


@deliveries_pages.get("")
@access(acting(Action.LOAD_BATCH))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@deliveries_pages.post("")
@access(acting(Action.LOAD_BATCH), accepts=UPLOAD)
def load(key: str) -> ResponseReturnValue:
    """Spool the files and queue their reading; nothing stays in the spool when that is refused."""
    with context.database().reading() as session:
        enter(session, key, Action.LOAD_BATCH)
    return answer(
        lambda: _load(key),
        lambda batch_id: url_for("deliveries.show", key=key, batch_id=batch_id, notice="batch-started"),
        lambda error: _page(key, error),
    )


def _load(key: str) -> int:
    mapping, modality = read_mapping(request.form), request.form.get("modality", "")
    if modality:
        MODALITIES.get(modality)
    with Spool(context.settings().tmp_dir) as spool:
        paths = spool.store(request.files.getlist("files"))
        total = sum(map(count_rows, paths))

        def unit(session: Session) -> int:
            project, at = enter(session, key, Action.LOAD_BATCH), context.at()
            delivery = Delivery(paths, "", mapping, modality, request.form.get("date_order", ""))
            batch, job = start_batch(session, context.actor(), context.vault(), project, delivery, at=at)
            job.total = total
            return batch.id

        batch_id = context.database().writing(unit)
        spool.keep()
    return batch_id


@deliveries_pages.get("/<int:batch_id>")
@access(acting(Action.LOAD_BATCH))
def show(key: str, batch_id: int) -> ResponseReturnValue:
    """What was stored, skipped and refused, and why, by place."""
    return _batch_page(key, batch_id)


@deliveries_pages.post("/<int:batch_id>/withdrawal")
@access(acting(Action.WITHDRAW_BATCH))
def withdraw(key: str, batch_id: int) -> ResponseReturnValue:
    """Ask for the destruction of a delivery's texts and keys: a second person approves; its tombstone stays."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> Done:
        project = enter(session, key, Action.WITHDRAW_BATCH)
        batch = _get(session, project, batch_id)
        _require_second_thought(batch)
        return do_or_ask(session, actor, "withdrawal", {"batch": batch.id, "project": project.id}, at=at)

    def then(done: Done) -> str:
        return url_for(
            "deliveries.show", key=key, batch_id=batch_id, notice="approval-asked", count=done.approval or 0
        )

    return attempt(unit, then, lambda error: _batch_page(key, batch_id, error))


def _require_second_thought(batch: Batch) -> None:
    """Raises Invalid unless the delivery's number was typed: what follows cannot be undone."""
    if request.form.get("number", "").strip() != str(batch.id):
        raise invalid([Problem("number", "number", "type the number of the delivery")])


def _get(session: Session, project: Project, batch_id: int) -> Batch:
    batch = get_batch(session, batch_id)
    if batch.project_id != project.id:
        raise NotFound("batch", "there is no such delivery in this project")
    return batch


def _batch_page(key: str, batch_id: int, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["deliveries"])
        batch = _get(session, project, batch_id)
        values: dict[str, Any] = {
            "batch": batch,
            "problems": list_problems(session, batch.id),
            "passed": list_passed(session, batch.id),
            "dropped": json.loads(batch.dropped_json),
            "jobs": jobs_of(session, project),
        }
        return page("delivery", "deliveries", project, error=error, **values)


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["deliveries"])
        values: dict[str, Any] = {
            "batches": list_batches(session, project.id),
            "endings": sorted(ending for reader in READERS for ending in reader.endings),
            "modalities": [(one.key, one.title) for one in MODALITIES],
            "fields": [name for name in NAMES if name not in ("known", "fields")],
            "orders": DATE_ORDERS,
            "typed": request.form,
            "jobs": jobs_of(session, project),
        }
        return page("deliveries", "deliveries", project, error=error, **values)
