"""Answers with their texts and what is known around them, many at a time: for what leaves with a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from app.core.db import Session
from app.corpus.document import Document, DocumentBody, opened_text
from app.corpus.subject import Encounter, Patient
from app.guidelines.version import GuidelineVersion
from app.review.item import Item
from app.review.submission import Submission, SubmissionBody

#: one row of `answers_with_texts`; `text` and `body` are None where they were destroyed: see `text_of_answer`
AnswerWithText = Row[*tuple[Any, ...]]


def answers_with_texts(session: Session, submission_ids: Sequence[int]) -> Sequence[AnswerWithText]:
    """By item and submission, in one statement."""
    query = (
        select(
            *(Item.id.label("item_id"), Item.label, Item.modality, Item.state),
            *(Submission.id.label("submission_id"), Submission.kind, Submission.body_sha256, Submission.schema_id),
            *(Submission.credentials_json, Document.id.label("document_id"), Document.note_type, Document.language),
            *(Document.deid_json, Document.verdict, Patient.pseudonym, Encounter.label.label("encounter")),
            *(Encounter.setting, Encounter.code_release, Encounter.sex, Encounter.age_band),
            *(DocumentBody.text, DocumentBody.sealed, SubmissionBody.body),
            *(GuidelineVersion.version, GuidelineVersion.body_sha256.label("guideline_sha256")),
        )
        .join(Submission, Submission.item_id == Item.id)
        .join(Document, Document.id == Item.document_id)
        .join(Encounter, Encounter.id == Document.encounter_id)
        .join(Patient, Patient.id == Document.subject_id)
        .outerjoin(DocumentBody, DocumentBody.document_id == Document.id)
        .outerjoin(SubmissionBody, SubmissionBody.submission_id == Submission.id)
        .outerjoin(GuidelineVersion, GuidelineVersion.id == Submission.guideline_version_id)
        .where(Submission.id.in_(submission_ids))
        .order_by(Item.id, Submission.id)
    )
    return session.execute(query).all()


def text_of_answer(session: Session, row: AnswerWithText) -> str | None:
    """The text of a row of `answers_with_texts`, opened where it is sealed; None where it was destroyed."""
    return None if row.text is None else opened_text(session, row.document_id, row.text, row.sealed)
