"""Finishing an item: adjudication, verification, signatures; reporting what de-identification did wrong."""

from __future__ import annotations

import json

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.limits import VIEWS
from app.accounts.policy import Action
from app.agreement.judgements import Choice, Ruling
from app.api import bodies, present
from app.api.signing import signed_answer
from app.core.db import Session
from app.core.errors import Invalid
from app.http import context
from app.http.access import access, acting
from app.http.idempotency import answer_once
from app.review import adjudication
from app.review.assignment import find_own
from app.review.item import get_item
from app.review.meaning import Act
from app.review.queries import note_view, own_adjudication, settling
from app.review.reporting import report_phi, report_removal
from app.review.workflows import Step

items_api = Blueprint("items_api", __name__, url_prefix="/api/v1/items")


@items_api.get("/<int:item_id>/adjudication")
@access(acting(Action.ADJUDICATE), limit=VIEWS)
def show(item_id: int) -> ResponseReturnValue:
    """The cases of an item one has taken. The view is noted before the text leaves."""
    actor, at, codes = context.actor(), context.at(), context.codes()

    def unit(session: Session) -> dict:
        item = get_item(session, item_id)
        task = own_adjudication(session, actor, item, at=at)
        before = settling(session, actor, task, codes, at=at)
        note_view(session, actor, task, at=at)
        return present.adjudication(session, item, task, before)

    return jsonify(context.database().writing(unit))


@items_api.put("/<int:item_id>/rulings/<key>")
@access(acting(Action.ADJUDICATE))
@bodies.takes(bodies.RulingBody)
def rule(item_id: int, key: str) -> ResponseReturnValue:
    """Settle one case; a later ruling of the same case replaces it, and both stay in the record.

    `elements` is an own version as it is stored: with its origin, and without white space at the edges of a span.
    """
    actor, at, codes = context.actor(), context.at(), context.codes()
    asked = bodies.read(bodies.RulingBody)
    if asked.choice not in set(Choice):
        raise Invalid("choice", f"a choice is one of {', '.join(Choice)}")
    ruling = Ruling(key, Choice(asked.choice), asked.version, asked.elements, asked.reason, asked.citation)

    def unit(session: Session) -> dict:
        task = find_own(session, actor, get_item(session, item_id), Step.ADJUDICATE, at=at)
        decision = adjudication.Decision(ruling, asked.confirmed)
        row = adjudication.rule(session, actor, task, decision, codes=codes, at=at)
        return {"ruling": row.id, "elements": json.loads(row.elements_json)}

    return answer_once(unit)


@items_api.delete("/<int:item_id>/rulings/<key>")
@access(acting(Action.ADJUDICATE))
def withdraw(item_id: int, key: str) -> ResponseReturnValue:
    """Take a ruling back."""
    actor, at = context.actor(), context.at()

    def unit(session: Session) -> dict:
        task = find_own(session, actor, get_item(session, item_id), Step.ADJUDICATE, at=at)
        adjudication.withdraw_ruling(session, actor, task, key, at=at)
        return {"ruling": None}

    return jsonify(context.database().writing(unit))


@items_api.post("/<int:item_id>/closing")
@access(acting(Action.ADJUDICATE))
@bodies.takes(bodies.SigningBody)
def close(item_id: int) -> ResponseReturnValue:
    """Freeze the settled answer, signed with both components typed again."""
    return signed_answer(item_id, Act.SETTLE, bodies.read(bodies.SigningBody))


@items_api.post("/<int:item_id>/verification")
@access(acting(Action.VERIFY))
@bodies.takes(bodies.SigningBody)
def verify(item_id: int) -> ResponseReturnValue:
    """Accept (or change) the answer, or reject it with a reason; each is signed."""
    asked = bodies.read(bodies.SigningBody)
    return signed_answer(item_id, Act.REJECT if asked.decision == "reject" else Act.VERIFY, asked)


@items_api.post("/<int:item_id>/phi-reports")
@access(acting(Action.REPORT_PHI))
@bodies.takes(bodies.PhiBody)
def phi(item_id: int) -> ResponseReturnValue:
    """An identifier was left in the text: the item is hidden from everybody at once."""
    actor, at, asked = context.actor(), context.at(), bodies.read(bodies.PhiBody)

    def unit(session: Session) -> dict:
        return {"hold": report_phi(session, actor, get_item(session, item_id), asked.fragments, at=at).id}

    answer = answer_once(unit)
    answer.status_code = 201
    return answer


@items_api.post("/<int:item_id>/removal-reports")
@access(acting(Action.REPORT_PHI))
@bodies.takes(bodies.PhiBody)
def wrongly_removed(item_id: int) -> ResponseReturnValue:
    """Words were taken for an identifier: the item goes back to the privacy office, and the work on it is kept."""
    actor, at, asked = context.actor(), context.at(), bodies.read(bodies.PhiBody)

    def unit(session: Session) -> dict:
        return {"hold": report_removal(session, actor, get_item(session, item_id), asked.fragments, at=at).id}

    answer = answer_once(unit)
    answer.status_code = 201
    return answer
