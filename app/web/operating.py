"""What proxies, monitors and finders of weaknesses ask of the server: nothing that names a person or a text."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.session import count_all_open
from app.audit.sequencer import count_waiting, newest_checkpoint
from app.core.errors import NotFound
from app.core.revision import problem_of
from app.http import context
from app.http.access import PUBLIC, access
from app.http.metrics import Gauges, exposition, is_monitor
from app.jobs.status import job_status
from app.review.critical import overdue_findings

operating_pages = Blueprint("operating", __name__)


@operating_pages.get("/health")
@access(PUBLIC)
def health() -> ResponseReturnValue:
    """The process answers. Says nothing of what it needs, so that an outage of the database restarts nobody."""
    return jsonify({"status": "ok"})


@operating_pages.get("/ready")
@access(PUBLIC)
def ready() -> ResponseReturnValue:
    """Whether requests may be sent here: 200, or 503 with the names of what is missing."""
    missing = [name for name, look in NEEDS.items() if not _holds(look)]
    return jsonify({"status": "missing" if missing else "ok", "missing": missing}), 503 if missing else 200


@operating_pages.get("/metrics")
@access(PUBLIC)
def metrics() -> ResponseReturnValue:
    """Prometheus' text format, for addresses in CHARTMARK_METRICS_FROM; to anybody else there is nothing here."""
    if not is_monitor(request.remote_addr or "", context.settings().metrics_from):
        raise NotFound("not-found", "there is nothing here")
    return Response(exposition(current_app, _gauges()), content_type="text/plain; version=0.0.4; charset=utf-8")


@operating_pages.get("/.well-known/security.txt")
@access(PUBLIC)
def security_txt() -> ResponseReturnValue:
    """Whom to tell about a weakness (RFC 9116), where this installation names somebody."""
    contact = context.settings().security_contact
    if not contact:
        raise NotFound("not-found", "there is nothing here")
    expires = (datetime.now(UTC) + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    return Response(f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n", mimetype="text/plain")


def _reachable() -> bool:
    with context.database().reading() as session:
        newest_checkpoint(session)
    return True


def _of_this_version() -> bool:
    return not problem_of(context.database().url)


def _can_seal() -> bool:
    return _is_readable(context.settings().log_key_path)


def _can_open() -> bool:
    return _is_readable(context.settings().master_key_path)


def _is_readable(key: Path) -> bool:
    """A key that is not there is made when it is first needed; `checkpoint-not-ours` says where that was wrong."""
    return not key.exists() or os.access(key, os.R_OK)


NEEDS: dict[str, Callable[[], bool]] = {
    "database": _reachable,
    "schema": _of_this_version,
    "log-key": _can_seal,
    "master-key": _can_open,
}


def _holds(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except Exception:  # noqa: BLE001 (whatever it is, this is missing)
        return False


def _gauges() -> Gauges:
    at = context.at()
    with context.database().reading() as session:
        jobs = job_status(session, at=at)
        newest = newest_checkpoint(session)
        waiting, sessions = count_waiting(session), count_all_open(session, at=at)
        late = overdue_findings(session, at=at)
    states: dict[str, float] = {}
    for stage in jobs["stages"].values():
        for state, count in stage.items():
            states[state] = states.get(state, 0) + count
    age = (at - newest.at) / 1000 if newest else 0
    return Gauges(
        [
            ("jobs", "Background jobs.", states),
            ("job_oldest_seconds", "Age of the oldest job that could be taken.", {"": jobs["oldest_seconds"]}),
            ("jobs_expired", "Jobs whose worker no longer says that it is alive.", {"": jobs["expired"]}),
            ("events_unsealed", "Events of the log that no checkpoint covers yet.", {"": waiting}),
            ("checkpoint_age_seconds", "Since the newest checkpoint was signed.", {"": age}),
            ("critical_overdue", "Critical findings that wait longer than their project allows.",
             {"": sum(len(one.items) for one in late)}),
            ("sessions_open", "Sign-ins that have not ended.", {"": sessions}),
        ]
    )
