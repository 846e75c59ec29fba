"""What the workbench and the adjudication page are sent: JSON built from rows, nothing decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.actor import Actor
from app.accounts.person import get_person
from app.agreement.judgements import REASONS, Difference, Ruling
from app.core.db import Session
from app.core.text import covered
from app.corpus.document import Document, documents_of_encounter, get_document, text_of
from app.corpus.project import get_project
from app.guidelines.acknowledgement import has_acknowledged
from app.guidelines.text import asks_for_citations, sections
from app.guidelines.version import GuidelineVersion, get_guideline
from app.review.adjudication import Cases
from app.review.assignment import Assignment
from app.review.confirmation import confirmed_elements, one_reader
from app.review.item import CodeLookup, Item, context_of, deidentification_of, get_item, modality_of
from app.review.modality import Context
from app.review.queries import OwnWork, Settling
from app.review.signature import Signature, signature_of_task
from app.review.signing import statements_for
from app.review.weight import label_classes
from app.review.workflows import Step


def workbench(
    session: Session, actor: Actor, assignment: Assignment, work: OwnWork, codes: CodeLookup
) -> dict[str, Any]:
    """Everything the page of one task needs, and nothing of anybody else's."""
    item = get_item(session, assignment.item_id)
    context = context_of(session, item, codes)
    guideline = get_guideline(session, assignment.guideline_version_id or 0)
    return {
        "assignment": {
            "id": assignment.id,
            "state": assignment.state,
            "step": assignment.step,
            "version": work.version,
        },
        "item": _item(item),
        "document": _document(session, item, context),
        "schema": context.schema,
        "guideline": _guideline(session, actor, guideline),
        "elements": work.payload["elements"],
        "submissions": [work.verifies] if work.editable and work.verifies else [],
        "confirmations": _confirmations(session, assignment),
        "signing": statements_for(item, assignment.step),
        "version": work.version,
        "present": modality_of(item).present(context),
        "encounter": {"documents": _siblings(session, item)},
        "may": {
            "edit": work.editable,
            "submit": work.editable and assignment.step == "annotate",
            "verify": work.editable and assignment.step == "verify",
            "recall": work.may_recall,
        },
    }


def _confirmations(session: Session, assignment: Assignment) -> dict[str, Any]:
    """Whether elements of weight are confirmed one by one here, and which are."""
    singly = assignment.step == Step.VERIFY and one_reader(session, assignment)
    return {"singly": singly, "confirmed": confirmed_elements(session, assignment.id) if singly else []}


def _item(item: Item) -> dict[str, Any]:
    return {"id": item.id, "label": item.label, "modality": item.modality, "state": item.state}


def _document(session: Session, item: Item, context: Context) -> dict[str, Any]:
    shown = {name: context.document[name] for name in ("id", "label", "text", "language", "meta")}
    return shown | {"meta": shown["meta"] | {"deid": deidentification_of(session, item)}}


def _guideline(session: Session, actor: Actor, guideline: GuidelineVersion) -> dict[str, Any]:
    return {
        "id": guideline.id,
        "version": guideline.version,
        "sections": [{"number": section["number"], "title": section["title"]} for section in sections(guideline.body)],
        "acknowledged": has_acknowledged(session, guideline, actor.id),
    }


def _siblings(session: Session, item: Item) -> list[dict[str, Any]]:
    """Other notes of the same encounter: coders code encounters."""
    document = get_document(session, item.document_id)
    return [
        {"id": other.id, "title": f"{other.note_type or other.modality} {other.label}"}
        for other in documents_of_encounter(session, document.encounter_id)
        if other.id != document.id
    ]


def adjudication(session: Session, item: Item, assignment: Assignment, before: Settling) -> dict[str, Any]:
    """The cases of an item, its versions by letter, and the rulings that stand."""
    context, cases = context_of(session, item), before.cases
    classes = label_classes(session, item)
    guideline = get_guideline(session, assignment.guideline_version_id or 0)
    return {
        "item": _item(item) | {"escalated": item.escalated},
        "assignment": {"id": assignment.id, "state": assignment.state},
        "document": _document(session, item, context),
        "schema": context.schema,
        "present": modality_of(item).present(context),
        "versions": _versions(session, item, cases),
        "agreed": len(before.agreed),
        "agreed_elements": before.agreed,
        "submissions": [answer.body_sha256 for answer in cases.submissions],
        "cases": [_case(case, before.rulings.get(case.key), classes) for case in cases.differences],
        "reasons": list(REASONS),
        "sections": [s for s in sections(guideline.body) if s["number"]],
        "guideline": {"id": guideline.id, "version": guideline.version},
        "citation_required": asks_for_citations(guideline.body),
        "critical_needs_second_key": True,
        "signing": statements_for(item, assignment.step),
        "signatures": _signature(signature_of_task(session, assignment.id)),
        "may": {"rule": assignment.state == "open", "close": assignment.state == "open"},
    }


def _signature(made: Signature | None) -> list[dict[str, Any]]:
    """What closed this task, if anything has: other people's signatures are not for this page."""
    names = ("meaning", "ends_workflow")
    return [
        {"name": s.signer_name, "at": s.signed_at, "sha256": s.record_sha256, **{n: getattr(s, n) for n in names}}
        for s in (made,)
        if s is not None
    ]


def _versions(session: Session, item: Item, cases: Cases) -> list[dict[str, Any]]:
    """A, B, C …: names only where the project shows them to adjudicators."""
    shown = get_project(session, item.project_id).setting("show_names_to_adjudicator")
    return [
        {
            "letter": chr(ord("A") + position),
            "name": get_person(session, answer.person_id).display_name if shown else None,
        }
        for position, answer in enumerate(cases.submissions)
    ]


def _case(case: Difference, ruling: Ruling | None, classes: dict[str, str]) -> dict[str, Any]:
    weights = {classes.get(label, "routine") for label in case.labels}
    return {
        "key": case.key,
        "kinds": list(case.kinds),
        "labels": list(case.labels),
        "place": list(case.place) if case.place else None,
        "versions": list(case.versions),
        "critical": "critical" in weights,
        "second_key": bool(weights - {"routine"}),
        "escalated": bool(weights - {"routine"}),
        "ruling": ruling.to_dict() if ruling else None,
    }


def element_text(session: Session, item: Item, work: OwnWork, element_id: str) -> str:
    """The text under an element's fragments; empty for one without a place."""
    body = work.payload["elements"].get(element_id, {})
    fragments = body.get("fragments") or body.get("evidence") or []
    return covered(context_of(session, item).text, fragments)


def code_hits(release: Any, hits: list[Any], usage: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Hits as the picker draws them, with the release and its validity window; `used`: items of the project."""
    manifest = release.manifest
    return {
        "system": release.system,
        "release": manifest.release,
        "validity": {"from": manifest.valid_from, "to": manifest.valid_to},
        "hits": [
            {
                "code": hit.code,
                "term": hit.term,
                "preferred": hit.preferred,
                "match": hit.match,
                "score": hit.score,
                "billable": hit.billable,
                "active": hit.active,
                "replaced_by": hit.replaced_by,
                "marks": [list(mark) for mark in hit.marks],
                "used": (usage or {}).get(hit.code, 0),
            }
            for hit in hits
        ],
    }


def plain_document(session: Session, document: Document) -> dict[str, Any]:
    """A document to read beside one's own: text and kind."""
    return {
        "id": document.id,
        "title": f"{document.note_type or document.modality} {document.label}",
        "text": text_of(session, document.id),
        "language": document.language,
    }
