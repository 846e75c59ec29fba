"""What the adjudication page and the pickers of codes are sent: JSON built from rows, nothing decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.accounts.person import get_person
from app.agreement.judgements import REASONS, Difference, Ruling
from app.annotation.actions import places
from app.annotation.forms import forms_of
from app.core.db import Session
from app.core.text import covered
from app.corpus.document import Document, text_of
from app.corpus.project import get_project
from app.guidelines.text import asks_for_citations, sections
from app.guidelines.version import get_guideline
from app.http.workbench import document_json, item_json
from app.review.adjudication import Cases
from app.review.assignment import Assignment
from app.review.item import Item, context_of, modality_of
from app.review.queries import OwnWork, Settling
from app.review.signature import Signature, signature_of_task
from app.review.signing import statements_for
from app.review.weight import label_classes


def adjudication(session: Session, item: Item, assignment: Assignment, before: Settling) -> dict[str, Any]:
    """The cases of an item, its versions by letter, and the rulings that stand."""
    context, cases = context_of(session, item), before.cases
    classes = label_classes(session, item)
    guideline = get_guideline(session, assignment.guideline_version_id or 0)
    return {
        "item": item_json(item) | {"escalated": item.escalated},
        "assignment": {"id": assignment.id, "state": assignment.state},
        "document": document_json(session, item, context),
        "schema": context.schema,
        "forms": forms_of(modality_of(item).kinds),
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
    return covered(context_of(session, item).text, places(body, modality_of(item).kinds))


def code_hits(
    release: Any, hits: list[Any], usage: Mapping[str, int] | None = None, said: Sequence[str] = ()
) -> dict[str, Any]:
    """Hits as the picker draws them, with the release and its validity window; `used`: items of the project.

    `said` is how the query was read; a hit's `then` is the code reported after it, `why` the rule.
    """
    manifest = release.manifest
    return {
        "system": release.system,
        "release": manifest.release,
        "validity": {"from": manifest.valid_from, "to": manifest.valid_to},
        "said": list(said),
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
                "then": hit.then,
                "why": hit.why,
            }
            for hit in hits
        ],
    }


def proposal(made: Any, release: Any) -> dict[str, Any]:
    """The one code proposed for a span, or why none is; `incomplete` is a header somebody must make exact."""
    return {
        "system": release.system,
        "release": release.manifest.release,
        "code": made.code,
        "term": made.term,
        "rule": made.rule,
        "source": made.source,
        "why": made.why,
        "incomplete": made.incomplete,
    }


def code_set(made: list[Any], release: Any, own: int) -> dict[str, Any]:
    """The codes of a proposed set with their reasons; `evidence` names elements of the own note."""
    return {
        "system": release.system if release else "",
        "release": release.manifest.release if release else "",
        "codes": [
            {
                "code": code.code,
                "term": release.preferred(release.number(code.code)),
                "rank": code.rank,
                "why": code.why,
                "poa": code.poa,
                "poa_why": code.poa_why,
                "evidence": [one.element for one in code.evidence if one.note == own],
                "note_count": len({one.note for one in code.evidence}),
            }
            for code in made
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
