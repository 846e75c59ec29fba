"""Releases of a project: cutting one, reading its manifest and signatures, taking it away in a format."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound
from app.corpus.project import Project
from app.formats.protocol import FORMATS, writers
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.release.cutting import cut
from app.release.export import list_exports, write_to
from app.release.recall import items_to_carry, recalled_numbers, recalls_of, successor_of
from app.release.release import Release, get_release, list_releases, manifest_of, signatures_in
from app.review.item import count_by_state
from app.review.states import ItemState
from app.web.acts import Refusal, attempt, seal
from app.web.projects.door import ACTS, enter, page
from app.web.projects.words import VERDICTS

releases_pages = Blueprint("releases", __name__, url_prefix="/projects/<key>/releases")
PAGE = 100


@releases_pages.get("")
@access(acting(Action.CUT_RELEASE))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@releases_pages.post("")
@access(acting(Action.CUT_RELEASE))
def make(key: str) -> ResponseReturnValue:
    """Cut every signed item into a release, which never changes; then seal the log."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> Release:
        return cut(session, actor, enter(session, key, Action.CUT_RELEASE), at=at)

    def then(release: Release) -> str:
        return url_for("releases.show", key=key, number=release.number, notice="release-cut")

    done = attempt(unit, then, lambda error: _page(key, error))
    seal()
    return done


@releases_pages.get("/<int:number>")
@access(acting(Action.CUT_RELEASE))
def show(key: str, number: int) -> ResponseReturnValue:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["releases"])
        release = _get(session, project, number)
        after = request.args.get("after", 0, type=row_number)
        signatures = signatures_in(session, release, after=after, limit=PAGE + 1)
        values: dict[str, Any] = {
            "release": release,
            "manifest": manifest_of(release),
            "manifest_text": json.dumps(manifest_of(release), indent=2, ensure_ascii=False)[:20_000],
            "signatures": signatures[:PAGE],
            "more": signatures[PAGE - 1][1].id if len(signatures) > PAGE else None,
            "formats": writers(FORMATS),
            "exports": list_exports(session, release),
            "recalls": recalls_of(session, release),
            "successor": successor_of(session, release),
            "verdicts": VERDICTS,
        }
        return page("release", "releases", project, **values)


@releases_pages.post("/<int:number>/exports")
@access(acting(Action.EXPORT_RELEASE))
def export(key: str, number: int) -> ResponseReturnValue:
    """The release in a format, as a zip: from a private file that has no name any more when it is sent."""
    actor, at, chosen = context.actor(), context.at(), request.form.get("format", "")
    folder = context.settings().tmp_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.zip"

    def unit(session: Session) -> object:
        release = _get(session, enter(session, key, Action.EXPORT_RELEASE), number)
        return write_to(session, actor, release, chosen, path, at=at)

    try:
        context.database().writing(unit)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)
    return send_file(file, "application/zip", as_attachment=True, download_name=f"{key}-{number}-{chosen}.zip")


def _get(session: Session, project: Project, number: int) -> Release:
    for release in list_releases(session, project.id):
        if release.number == number:
            return get_release(session, release.id)
    raise NotFound("release", "there is no such release in this project")


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key, *ACTS["releases"])
        waiting = count_by_state(session, project.id).get(ItemState.SIGNED, 0)
        values: dict[str, Any] = {
            "releases": list_releases(session, project.id),
            "recalled": recalled_numbers(session, project.id),
            "waiting": waiting,
            "carried": len(items_to_carry(session, project.id)),
        }
        return page("releases", "releases", project, error=error, **values)
