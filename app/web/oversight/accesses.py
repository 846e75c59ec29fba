"""Who saw a text, or any text of a patient: for privacy officers and auditors."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.corpus.document import get_document
from app.http import context
from app.http.access import access, acting
from app.privacy.accesses import accesses_of_document, accesses_of_patient

accesses_pages = Blueprint("accesses", __name__, url_prefix="/privacy")


@accesses_pages.get("/documents/<int:document_id>/accesses")
@access(acting(Action.READ_ACCESSES))
def of_document(document_id: int) -> ResponseReturnValue:
    with context.database().reading() as session:
        seen = accesses_of_document(session, context.actor(), document_id, at=context.at())
        document = get_document(session, document_id)
    return render_template("oversight/accesses.html", seen=seen, document=document)


@accesses_pages.get("/patients/<int:patient_id>/accesses")
@access(acting(Action.READ_ACCESSES))
def of_patient(patient_id: int) -> ResponseReturnValue:
    with context.database().reading() as session:
        seen = accesses_of_patient(session, context.actor(), patient_id, at=context.at())
    return render_template("oversight/accesses.html", seen=seen, document=None)
