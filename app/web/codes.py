"""Looking around in code systems: search, one code with what surrounds it, releases and what changed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.actor import ServerRole
from app.accounts.limits import SEARCHES
from app.core.errors import NotFound
from app.corpus.code_release import list_installations
from app.corpus.project import get_project
from app.http import context
from app.http.access import SIGNED_IN, access
from app.http.revalidation import revalidated
from app.projection.code_use import codes_in_use, uses_of
from app.terminology.artefacts import list_releases
from app.terminology.browse import notes_in_force, open_page, top, wordings
from app.terminology.coding_rules.completeness import seventh_characters
from app.terminology.diff import KINDS, diff
from app.terminology.search import SearchableRelease, SearchAnswer, open_release
from app.web.menu import MenuEntry

codes_pages = Blueprint("codes", __name__, url_prefix="/codes")
MENU_ENTRY = MenuEntry("Codes", "codes.index", lambda actor: bool(actor.project_roles or actor.server_roles))
HITS, CHANGES, LINES = 40, 500, 300
LONGEST = 200


@codes_pages.get("")
@access(SIGNED_IN)
def index() -> ResponseReturnValue:
    """The search, and where the tree of a system begins."""
    release = _release(request.args.get("system", "icd10cm"), request.args.get("release"))
    return render_template("codes/index.html", top=top(release) if release else [], **_frame(release))


@codes_pages.post("")
@access(SIGNED_IN, limit=SEARCHES)
def search() -> ResponseReturnValue:
    """Hits as a page, for browsers without script. Typed words stand in the body, never in an address."""
    release = _release(request.form.get("system", "icd10cm"), request.form.get("release"))
    query = request.form.get("query", "")[:LONGEST]
    answer = release.ask(query, limit=HITS) if release else SearchAnswer([])
    return render_template("codes/hits.html", query=query, answer=answer, **_frame(release))


@codes_pages.get("/<system>/<code>")
@access(SIGNED_IN)
@revalidated
def show(system: str, code: str) -> ResponseReturnValue:
    """One code: where it stands, how else it is called, what is said of it, who uses it."""
    release = open_release(context.settings().terminology_dir, system, request.args.get("release") or None)
    page = open_page(release, code)
    number = release.number(code)
    return render_template(
        "codes/code.html",
        page=page,
        limit=LINES,
        wordings=wordings(release, code),
        notes=notes_in_force(release, code),
        seventh=seventh_characters(release, number) if number is not None and release.system == "icd10cm" else [],
        uses=_uses(release.system, page.concept.code),
        **_frame(release),
    )


@codes_pages.get("/releases")
@access(SIGNED_IN)
@revalidated
def releases() -> ResponseReturnValue:
    """What is installed; administrators see since when the log says so."""
    root = context.settings().terminology_dir
    with context.database().reading() as session:
        recorded = {known.digest: known.at for known in list_installations(session)}
    is_admin = ServerRole.ADMIN in context.actor().server_roles
    found = list_releases(root)
    current = {m.system: open_release(root, m.system).manifest.digest for m in found}
    shown = {"releases": found, "current": current, "recorded": recorded, "is_admin": is_admin}
    return render_template("codes/releases.html", **shown)


@codes_pages.get("/changes")
@access(SIGNED_IN)
@revalidated
def changes() -> ResponseReturnValue:
    """Differences between two releases of a system, gravest first; perhaps only of codes in use."""
    root, args = context.settings().terminology_dir, request.args
    old, new = (open_release(root, args.get("system", ""), args.get(name, "")) for name in ("old", "new"))
    used = "used" in args
    found = diff(old, new, _codes_in_use(old.system) if used else None)
    counts = Counter(change.kind for change in found)
    shown = {"changes": found[:CHANGES], "total": len(found), "counts": [(k, counts[k]) for k in KINDS if counts[k]]}
    return render_template("codes/changes.html", old=old.manifest, new=new.manifest, used=used, **shown)


def _release(system: str, release: str | None) -> SearchableRelease | None:
    """The release asked for; None where the default system is not installed."""
    try:
        return open_release(context.settings().terminology_dir, system, release or None)
    except NotFound:
        if release or list_releases(context.settings().terminology_dir, system):
            raise
        return None


def _frame(release: SearchableRelease | None) -> dict[str, Any]:
    """What every page of a release shows: which it is, and the other systems."""
    systems = {manifest.system: manifest.title for manifest in list_releases(context.settings().terminology_dir)}
    named = request.values.get("release") or ""
    return {"release": release.manifest if release else None, "named": named, "systems": systems}


def _uses(system: str, code: str) -> list[tuple[str, int]]:
    """(title, items) of the person's own projects that use a code: counts, never which items."""
    with context.database().reading() as session:
        counts = uses_of(session, context.actor().project_roles, system, code)
        return sorted((get_project(session, project_id).title, count) for project_id, count in counts.items())


def _codes_in_use(system: str) -> set[str]:
    with context.database().reading() as session:
        return codes_in_use(session, context.actor().project_roles, system)
