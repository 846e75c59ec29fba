"""The notes of an encounter as its code set reads them: one's own answer, and what was suggested for the others."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.annotation.payload import of_kind
from app.core.db import Session
from app.core.errors import Conflict, NotFound
from app.corpus.document import Document, documents_of_encounter, get_document, text_of
from app.corpus.project import get_project
from app.corpus.suggestion import latest_suggestion
from app.review.assignment import Assignment
from app.review.item import get_item
from app.review.queries import encounter_document
from app.terminology.proposals.evidence import NoteOfEncounter


def notes_of_encounter(
    session: Session, assignment: Assignment, payload: Payload
) -> tuple[list[NoteOfEncounter], int]:
    """The notes that may be read, in the order they came, and the place of the item's own.

    Of other notes only what the pipeline suggested counts: no reader's answer is told to another.
    """
    own = get_document(session, get_item(session, assignment.item_id).document_id)
    pipeline = str(get_project(session, assignment.project_id).setting("pipeline"))
    found = documents_of_encounter(session, own.encounter_id)
    alike = [document for document in found if document.modality == own.modality]
    shown = [one for one in alike if one.id == own.id or _may_be_read(session, assignment, one)]
    notes = [_note(session, document, pipeline, payload if document.id == own.id else None) for document in shown]
    return notes, [document.id for document in shown].index(own.id)


def _may_be_read(session: Session, assignment: Assignment, document: Document) -> bool:
    try:
        encounter_document(session, assignment, document.id)
    except (Conflict, NotFound):
        return False
    return True


def _note(session: Session, document: Document, pipeline: str, payload: Payload | None) -> NoteOfEncounter:
    said = latest_suggestion(session, document.id, pipeline)
    content: dict[str, Any] = {} if said is None else said.content
    if payload is not None:
        entities = of_kind(payload["elements"], "entity")
    else:
        entities = {f"s{n}": _as_element(found) for n, found in enumerate(content.get("entities", []), 1)}
    return NoteOfEncounter(document.note_type, text_of(session, document.id), content.get("sections", []), entities)


def _as_element(found: dict[str, Any]) -> dict[str, Any]:
    fragments = found.get("fragments") or [[found["start"], found["end"]]]
    return {"fragments": fragments, "status": "suggested", "proposed": found.get("proposed")}
