"""Guidelines of a project: versions, what changed between two, publishing, and who has read which."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.person import get_person
from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import ChartmarkError, NotFound, Problem, invalid
from app.corpus.member import list_members
from app.corpus.project import Project
from app.guidelines.acknowledgement import acknowledge, has_acknowledged, list_acknowledgements
from app.guidelines.affected import affected_labels
from app.guidelines.compare import compare, compare_words
from app.guidelines.signing import STATEMENT, list_signatures
from app.guidelines.version import GuidelineVersion, VersionChange, get_guideline, list_guidelines, publish
from app.http import context
from app.http.access import access, acting
from app.http.revalidation import revalidated
from app.http.values import row_number
from app.review.affected import impact_of
from app.review.guideline import count_elsewhere, list_elsewhere, move_item, move_items
from app.review.item import get_item
from app.review.modality import MODALITIES
from app.web.acts import Refusal, attempt
from app.web.markdown import rendered_sections
from app.web.projects.door import enter, page, permissions

guidelines_pages = Blueprint("guidelines", __name__, url_prefix="/projects/<key>/guidelines")


@guidelines_pages.get("")
@access(acting(Action.VIEW_PROJECT))
@revalidated
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@guidelines_pages.post("")
@access(acting(Action.PUBLISH_GUIDELINE))
def put_in_force(key: str) -> ResponseReturnValue:
    """Publish a version; it never changes afterwards."""
    actor, at, typed = context.actor(), context.at(), request.form

    def unit(session: Session) -> GuidelineVersion:
        project = enter(session, key, Action.PUBLISH_GUIDELINE)
        affects = typed.get("affects", "").split(",")
        return publish(session, actor, project.id, _content(), change=typed.get("change", ""), affects=affects, at=at)

    def then(version: GuidelineVersion) -> str:
        return url_for("guidelines.read", key=key, guideline_id=version.id, notice="guideline-published")

    return attempt(unit, then, lambda error: _page(key, error))


def _content() -> dict[str, str]:
    """Key, modality, version and body as typed. Raises Invalid naming what is missing."""
    content = {name: request.form.get(name, "").strip() for name in ("key", "modality", "version")}
    # Browsers send CRLF; what is stored and hashed has plain line ends.
    content["body"] = request.form.get("body", "").replace("\r\n", "\n")
    problems = [Problem("missing", name, "is missing") for name, value in content.items() if not value.strip()]
    if content["modality"] and content["modality"] not in MODALITIES:
        problems.append(Problem("unknown-choice", "modality", "choose one of the list"))
    if problems:
        raise invalid(problems, "guideline")
    return content


@guidelines_pages.get("/<int:guideline_id>")
@access(acting(Action.VIEW_PROJECT))
@revalidated
def read(key: str, guideline_id: int) -> ResponseReturnValue:
    """One version, rendered; `?against=` shows what changed since another one."""
    return version_page(key, guideline_id)


def version_page(key: str, guideline_id: int, error: ChartmarkError | None = None) -> str:
    """The page of one version. Raises NotFound."""
    with context.database().reading() as session:
        project = enter(session, key)
        version = _get(session, project, guideline_id)
        against = request.args.get("against", type=row_number)
        other = _get(session, project, against) if against else None
        leads = permissions(project)[Action.MOVE_GUIDELINE]
        values: dict[str, Any] = {
            "version": version,
            "parts": [(s["number"], s["title"], s["html"]) for s in rendered_sections(version.body)],
            "siblings": _siblings(session, version),
            "other": other,
            "lines": compare(other.body, version.body) if other else [],
            "paragraphs": compare_words(other.body, version.body) if other else [],
            "has_read": has_acknowledged(session, version, context.actor().id),
            "readers": _readers(session, project, version),
            "elsewhere": list_elsewhere(session, version),
            "elsewhere_count": count_elsewhere(session, version),
            "author": get_person(session, version.published_by).display_name,
            "signatures": _signatures(session, version),
            "affected": affected_labels(session, version.id),
            "impact": impact_of(session, version) if leads else None,
            "statement": STATEMENT,
        }
        return page("guideline", "guidelines", project, error=error, **values)


def _signatures(session: Session, version: GuidelineVersion) -> list[tuple[str, int, int, bool]]:
    """Name, tier and time of each signature, and whether it is one's own."""
    rows, own = list_signatures(session, version.id), context.actor().id
    return [(get_person(session, r.person_id).display_name, r.tier, r.at, r.person_id == own) for r in rows]


@guidelines_pages.post("/<int:guideline_id>/acknowledgement")
@access(acting(Action.ACKNOWLEDGE_GUIDELINE))
def state(key: str, guideline_id: int) -> ResponseReturnValue:
    """State having read and accepting the version."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> None:
        project = enter(session, key)
        acknowledge(session, actor, _get(session, project, guideline_id), at=at)

    then = url_for("guidelines.read", key=key, guideline_id=guideline_id, notice="guideline-acknowledged")
    return attempt(unit, lambda _: then, lambda error: _page(key, error))


@guidelines_pages.post("/<int:guideline_id>/items")
@access(acting(Action.MOVE_GUIDELINE))
def move_all(key: str, guideline_id: int) -> ResponseReturnValue:
    """Let everything in review under other versions go on under this one."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> int:
        project = enter(session, key, Action.MOVE_GUIDELINE)
        return move_items(session, actor, _get(session, project, guideline_id), at=at)

    return attempt(unit, lambda count: _moved(key, guideline_id, count), lambda error: _page(key, error))


@guidelines_pages.post("/<int:guideline_id>/items/<int:item_id>")
@access(acting(Action.MOVE_GUIDELINE))
def move_one(key: str, guideline_id: int, item_id: int) -> ResponseReturnValue:
    """Let one item go on under this version."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> bool:
        project = enter(session, key, Action.MOVE_GUIDELINE)
        return move_item(session, actor, get_item(session, item_id), _get(session, project, guideline_id), at=at)

    return attempt(unit, lambda moved: _moved(key, guideline_id, int(moved)), lambda error: _page(key, error))


def _moved(key: str, guideline_id: int, count: int) -> str:
    return url_for("guidelines.read", key=key, guideline_id=guideline_id, notice="items-moved", count=count)


def _get(session: Session, project: Project, guideline_id: int) -> GuidelineVersion:
    version = get_guideline(session, guideline_id)
    if version.project_id != project.id:
        raise NotFound("guideline", "there is no such version in this project")
    return version


def _siblings(session: Session, version: GuidelineVersion) -> list[GuidelineVersion]:
    """The other versions of the same guideline, newest first."""
    versions = list_guidelines(session, version.project_id)
    return [one for one in versions if one.key == version.key and one.id != version.id]


def _readers(session: Session, project: Project, version: GuidelineVersion) -> list[tuple[str, int | None]]:
    """Name of each member, and when they accepted the version."""
    read_at = list_acknowledgements(session, version.id)
    people = {member.person_id for member in list_members(session, project.id)} | set(read_at)
    rows = [(get_person(session, person).display_name, read_at.get(person)) for person in people]
    return sorted(rows, key=lambda row: (row[1] is None, row[0]))


def _page(key: str, error: Refusal | None = None) -> str:
    with context.database().reading() as session:
        project = enter(session, key)
        actor = context.actor()
        values: dict[str, Any] = {
            "versions": [(v, has_acknowledged(session, v, actor.id)) for v in list_guidelines(session, project.id)],
            "modalities": [(one.key, one.title) for one in MODALITIES],
            "changes": list(VersionChange),
            "typed": request.form,
        }
        return page("guidelines", "guidelines", project, error=error, **values)
