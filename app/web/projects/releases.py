"""Releases of a project: cutting one, reading its manifest and signatures, taking it away in a format."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.approval import do_or_ask
from app.accounts.limits import EXPORTS
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import Project
from app.formats.protocol import FORMATS, writers
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.release.cutting import cut
from app.release.export import ExportOrder, Outgoing, OutgoingRelease, list_exports
from app.release.jobs import AT_ONCE, queue_cut
from app.release.manifest import head_of
from app.release.qualifications import COLUMNS, as_rows, qualifications
from app.release.recall import items_to_carry, recalled_numbers, recalls_of, successor_of
from app.release.release import Release, find_release, list_releases, signatures_in
from app.review.item import count_by_state
from app.review.states import ItemState
from app.web.acts import Refusal, answer, attempt, seal
from app.web.projects.door import ACTS, enter, page
from app.web.projects.exports import background, queued, sent
from app.web.projects.words import VERDICTS
from app.web.quality.frame import as_csv

releases_pages = Blueprint("releases", __name__, url_prefix="/projects/<key>/releases")
PAGE = 100
SHOWN_ITEMS = 20


@releases_pages.get("")
@access(acting(Action.CUT_RELEASE))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@releases_pages.post("")
@access(acting(Action.CUT_RELEASE))
def make(key: str) -> ResponseReturnValue:
    """Cut every signed item into a release, which never changes: now, or where there are many in the background."""
    actor, at, database = context.actor(), context.at(), context.database()
    with database.reading() as session:
        project = enter(session, key, Action.CUT_RELEASE)
        many = _waiting(session, project) + len(items_to_carry(session, project.id)) > AT_ONCE
    if project.setting("release_approval"):
        return _ask(project)
    if many:
        database.writing(lambda session: queue_cut(session, project, person_id=actor.id, at=at))
        return redirect(url_for("releases.index", key=key, notice="release-queued"), 303)

    def then(release: Release) -> str:
        return url_for("releases.show", key=key, number=release.number, notice="release-cut")

    done = answer(lambda: cut(database, actor, key, at=at), then, lambda error: _page(key, error))
    seal()
    return done


def _ask(project: Project) -> ResponseReturnValue:
    """Where the project wants two people: it is made once another has approved it."""
    actor, at, key = context.actor(), context.at(), project.key
    return attempt(
        lambda session: do_or_ask(session, actor, "release", {"project": project.id, "by": actor.id}, at=at),
        lambda done: url_for("releases.index", key=key, notice="approval-asked", count=done.approval or 0),
        lambda error: _page(key, error),
    )


@releases_pages.get("/<int:number>")
@access(acting(Action.CUT_RELEASE))
def show(key: str, number: int) -> ResponseReturnValue:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["releases"])
        release = find_release(session, project.id, number)
        after = request.args.get("after", 0, type=row_number)
        signatures = signatures_in(session, release, after=after, limit=PAGE + 1)
        values: dict[str, Any] = {
            "release": release,
            "manifest": head_of(release.manifest),
            "manifest_text": _beginning(release.manifest),
            "signatures": signatures[:PAGE],
            "more": signatures[PAGE - 1][1].id if len(signatures) > PAGE else None,
            "formats": writers(FORMATS),
            "exports": list_exports(session, release),
            "recalls": recalls_of(session, release),
            "successor": successor_of(session, release),
            "verdicts": VERDICTS,
            **background(session, project),
        }
        return page("release", "releases", project, **values)


@releases_pages.get("/<int:number>/qualifications.csv")
@access(acting(Action.EXPORT_RELEASE))
def people(key: str, number: int) -> ResponseReturnValue:
    """Who read, settled and verified its items, with which qualification at that act."""
    with context.database().reading() as session:
        project = enter(session, key, Action.EXPORT_RELEASE)
        release = find_release(session, project.id, number)
        rows = qualifications(session, context.actor(), release, at=context.at())
    return as_csv(f"{key}-{number}-qualifications", COLUMNS, as_rows(rows))


@releases_pages.post("/<int:number>/exports")
@access(acting(Action.EXPORT_RELEASE), limit=EXPORTS)
def export(key: str, number: int) -> ResponseReturnValue:
    """The release in a format, as a zip: now, or where it is large in the background."""
    with context.database().reading() as session:
        project = enter(session, key, Action.EXPORT_RELEASE)
        release = find_release(session, project.id, number)

    def outgoing(order: ExportOrder) -> Outgoing:
        return OutgoingRelease(context.database(), context.actor(), release.id, order, at=context.at())

    if release.items > AT_ONCE:
        return queued(project, release, url_for("releases.show", key=key, number=number, notice="export-queued"))
    return sent(outgoing, f"{key}-{number}")


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["releases"])
        values: dict[str, Any] = {
            "releases": list_releases(session, project.id),
            "recalled": recalled_numbers(session, project.id),
            "waiting": _waiting(session, project),
            "carried": len(items_to_carry(session, project.id)),
            "formats": writers(FORMATS),
            **background(session, project),
        }
        return page("releases", "releases", project, error=error, **values)


def _waiting(session: Session, project: Project) -> int:
    return count_by_state(session, project.id).get(ItemState.SIGNED, 0)


def _beginning(manifest: str) -> str:
    """What a page shows of a manifest: the first of its items, and all that it says besides."""
    return json.dumps(head_of(manifest, SHOWN_ITEMS), indent=2, sort_keys=True, ensure_ascii=False)[:20_000]
