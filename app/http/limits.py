"""Limits of use at the edge: which route counts towards which, and what happens at the end of it."""

from __future__ import annotations

from flask import Flask, current_app

from app.accounts.denial import record_limited
from app.accounts.limits import DURABLE, Meter, UseLimit, take_use
from app.core.errors import ChartmarkError
from app.http import context


def install(app: Flask) -> None:
    app.extensions["meter"] = Meter()


def take(limit: UseLimit) -> None:
    """Count one use by whoever is signed in. Raises Unavailable("too-many-uses")."""
    person_id, at = context.actor().id, context.at()
    if limit in DURABLE:
        context.database().writing(lambda session: take_use(session, person_id, limit, at=at))
    else:
        meter: Meter = current_app.extensions["meter"]
        meter.take(person_id, limit, at=at)


def note_refused(error: ChartmarkError) -> None:
    """A limit that was reached is in the log: the first of a person and minute, and how many more there were."""
    actor = context.find_actor()
    if actor is not None and "use" in error.details:
        record_limited(context.database(), actor, error.details["use"], at=context.at())
