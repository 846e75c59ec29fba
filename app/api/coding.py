"""Codes of one person's task: candidates for an element, and what the coding rules say of the list."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.annotation.coding.encounter import codes_in
from app.api import present
from app.core.db import Session
from app.corpus.project import get_project
from app.corpus.suggestion import latest_suggestion
from app.http import context
from app.http.access import access, acting
from app.projection.code_use import usage
from app.quality.coding import check_codes
from app.review.assignment import Assignment, get_assignment
from app.review.item import context_of, get_item
from app.review.queries import OwnWork, own_work
from app.terminology.search import open_release, open_releases
from app.terminology.systems import system_key

coding_api = Blueprint("coding_api", __name__, url_prefix="/api/v1/assignments")


@coding_api.get("/<int:assignment_id>/elements/<element_id>/candidates")
@access(acting(Action.READ_OWN_WORK))
def candidates(assignment_id: int, element_id: str) -> ResponseReturnValue:
    """Codes for an element's own text, before anything is typed; the text stays on the server."""
    actor, at = context.actor(), context.at()
    system = system_key(request.args.get("system", "icd10cm"))
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        work = own_work(session, actor, assignment, at=at)
        text = present.element_text(session, get_item(session, assignment.item_id), work, element_id)
        around = _around(session, assignment, work, element_id, system)
    release = open_release(context.settings().terminology_dir, system)
    hits = release.candidates(text, **around, limit=8) if text else []
    return jsonify(present.code_hits(release, hits, around["usage"]))


def _around(session: Session, assignment: Assignment, work: OwnWork, element_id: str, system: str) -> dict[str, Any]:
    """What is known of an element besides its words: label, section, other codes, the project's habits."""
    elements = work.payload["elements"]
    body = elements.get(element_id, {})
    others = {"elements": {key: other for key, other in elements.items() if key != element_id}}
    return {
        "label": body.get("label"),
        "section": _section(session, assignment, body),
        "codes": sorted(code for of, code in codes_in(others) if of == system),
        "usage": usage(session, assignment.project_id, system),
    }


def _section(session: Session, assignment: Assignment, body: dict[str, Any]) -> str | None:
    """The section in which an element begins, where the project's pipeline told sections."""
    pipeline = get_project(session, assignment.project_id).setting("pipeline")
    said = latest_suggestion(session, get_item(session, assignment.item_id).document_id, pipeline)
    if said is None or not body.get("fragments"):
        return None
    start = body["fragments"][0][0]
    held = [s for s in said.content.get("sections", ()) if s["start"] <= start < s["end"]]
    return held[-1].get("category") if held else None


@coding_api.post("/<int:assignment_id>/code-checks")
@access(acting(Action.READ_OWN_WORK))
def check(assignment_id: int) -> ResponseReturnValue:
    """What the coding rules say of the code list in one's own draft, as saved. They advise, nothing more."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        work = own_work(session, actor, assignment, at=at)
        about = context_of(session, get_item(session, assignment.item_id))
    releases = open_releases(context.settings().terminology_dir, "icd10cm")
    findings = check_codes(work.payload, about, releases)
    return jsonify({"version": work.version, "findings": [asdict(finding) for finding in findings]})
