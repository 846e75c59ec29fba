"""Before somebody signs, cuts or exports: what that rests on is read anew and compared with the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.accounts.actor import Actor
from app.accounts.credential import Credential
from app.accounts.person import Person
from app.audit.content import require_content, require_rows
from app.core.db import Session
from app.core.pieces import pieces
from app.corpus.document import Document, DocumentBody, opened_text
from app.corpus.member import Member
from app.corpus.schema import LabelSchema
from app.guidelines.version import GuidelineVersion
from app.review.item import Item
from app.review.signature import Signature
from app.review.submission import Submission, SubmissionBody


def require_signer_proved(session: Session, actor: Actor, project_id: int) -> None:
    """Raises Conflict unless the signer's account, roles here and qualifications are those in the log."""
    require_rows(session, Person, [actor.id])
    own = select(Member.id).where(Member.person_id == actor.id, Member.project_id == project_id)
    require_rows(session, Member, list(session.scalars(own)))
    require_rows(session, Credential, [credential.id for credential in actor.credentials])


def require_answers_proved(session: Session, items: Sequence[Item], submissions: Collection[int]) -> None:
    """Raises Conflict unless these answers, the texts and schemas of their items, the guidelines they were given under
    and the signatures on them are those in the log. What was destroyed is passed over."""
    session.flush()
    require_rows(session, Item, [item.id for item in items])
    require_rows(session, LabelSchema, {item.schema_id for item in items})
    require_texts_proved(session, {item.document_id for item in items})
    require_rows(session, Submission, submissions)
    guidelines = set[int]()
    for piece in pieces(sorted(submissions)):
        query = (
            select(Submission.id, Submission.guideline_version_id, Submission.body_sha256)
            .add_columns(SubmissionBody.body, SubmissionBody.salt)
            .outerjoin(SubmissionBody, SubmissionBody.submission_id == Submission.id)
            .where(Submission.id.in_(piece))
        )
        for row in session.execute(query):
            guidelines.add(row.guideline_version_id)
            if row.body is not None:
                require_content(f"the body of submission {row.id}", row.salt, row.body, row.body_sha256)
        made = select(Signature.id).where(Signature.record_type == "submission", Signature.record_id.in_(piece))
        require_rows(session, Signature, list(session.scalars(made)))
    require_rows(session, GuidelineVersion, guidelines)


def require_texts_proved(session: Session, documents: Collection[int]) -> None:
    """Raises Conflict unless these documents and their texts are those in the log."""
    require_rows(session, Document, documents)
    for piece in pieces(sorted(documents)):
        query = select(Document.id, Document.text_sha256, DocumentBody.text, DocumentBody.sealed, DocumentBody.salt)
        query = query.join(DocumentBody, DocumentBody.document_id == Document.id).where(Document.id.in_(piece))
        for row in session.execute(query):
            text = opened_text(session, row.id, row.text, row.sealed)
            require_content(f"the text of document {row.id}", row.salt, text, row.text_sha256)
