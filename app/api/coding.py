"""Codes of one person's task: candidates for an element, and what the coding rules say of the list."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.annotation.actions import places
from app.annotation.coding.encounter import codes_in
from app.annotation.payload import schema_key
from app.api import present
from app.core.db import Session
from app.corpus.project import get_project
from app.corpus.suggestion import latest_suggestion
from app.http import context
from app.http.access import access, acting
from app.pipelines import proposing
from app.projection.code_use import usage
from app.quality.coding import check_codes
from app.quality.encounter import notes_of_encounter
from app.review.assignment import Assignment, get_assignment
from app.review.item import context_of, get_item, modality_of
from app.review.queries import OwnWork, own_work
from app.terminology.candidates import candidates as candidates_of
from app.terminology.proposals.evidence import SYSTEM, section_at
from app.terminology.proposals.evidence import code_set as propose_code_set
from app.terminology.search import open_release, open_releases
from app.terminology.systems import system_key

coding_api = Blueprint("coding_api", __name__, url_prefix="/api/v1/assignments")


@coding_api.get("/<int:assignment_id>/elements/<element_id>/candidates")
@access(acting(Action.READ_OWN_WORK))
def candidates(assignment_id: int, element_id: str) -> ResponseReturnValue:
    """Codes for an element's own text, and the one proposed for it as it stands; the text stays on the server."""
    actor, at = context.actor(), context.at()
    system = system_key(request.args.get("system", "icd10cm"))
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        work = own_work(session, actor, assignment, at=at)
        text = present.element_text(session, get_item(session, assignment.item_id), work, element_id)
        around = _around(session, assignment, work, element_id, system)
        proposal = _proposal(session, assignment, work, element_id) if system == SYSTEM and text else None
    release = open_release(context.settings().terminology_dir, system)
    hits = candidates_of(release, text, **around, limit=8) if text else []
    return jsonify(present.code_hits(release, hits, around["usage"]) | {"proposal": proposal})


def _proposal(session: Session, assignment: Assignment, work: OwnWork, element_id: str) -> dict[str, Any] | None:
    """The code proposed for an element as the draft has it, with the rule and its source; or why there is none."""
    about = context_of(session, get_item(session, assignment.item_id))
    meta = about.document["meta"]
    release = proposing.release_for(context.settings().terminology_dir, meta["code_release"])
    if release is None:
        return None
    elements, sections = work.payload["elements"], _sections(session, assignment)
    made = proposing.proposal_for(elements, element_id, about.text, sections, meta["setting"], release)
    return None if made is None else present.proposal(made, release)


def _around(session: Session, assignment: Assignment, work: OwnWork, element_id: str, system: str) -> dict[str, Any]:
    """What is known of an element besides its words: label, section, other codes, the project's habits."""
    elements = work.payload["elements"]
    body, kinds = elements.get(element_id, {}), modality_of(get_item(session, assignment.item_id)).kinds
    others = {"elements": {key: other for key, other in elements.items() if key != element_id}}
    pieces = places(body, kinds)
    return {
        "label": schema_key(body, kinds) if body else None,
        "section": section_at(_sections(session, assignment), pieces[0][0]) or None if pieces else None,
        "codes": sorted(code for of, code in codes_in(others) if of == system),
        "usage": usage(session, assignment.project_id, system),
    }


def _sections(session: Session, assignment: Assignment) -> list[dict[str, Any]]:
    """The sections the project's pipeline told."""
    pipeline = get_project(session, assignment.project_id).setting("pipeline")
    said = latest_suggestion(session, get_item(session, assignment.item_id).document_id, pipeline)
    return [] if said is None else said.content.get("sections", [])


@coding_api.get("/<int:assignment_id>/code-set")
@access(acting(Action.READ_OWN_WORK))
def code_set(assignment_id: int) -> ResponseReturnValue:
    """The set proposed for the whole encounter: one's own draft as saved, what was suggested for other notes."""
    actor, at = context.actor(), context.at()
    with context.database().reading() as session:
        assignment = get_assignment(session, assignment_id)
        work = own_work(session, actor, assignment, at=at)
        meta = context_of(session, get_item(session, assignment.item_id)).document["meta"]
        notes, own = notes_of_encounter(session, assignment, work.payload)
    release = proposing.release_for(context.settings().terminology_dir, meta["code_release"])
    made = [] if release is None else propose_code_set(notes, meta["setting"], release)
    return jsonify(present.code_set(made, release, own) | {"version": work.version})


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
