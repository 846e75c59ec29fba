"""The gate into review: which documents readers may be given, and the step that lets them in."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.actor import AnyActor
from app.core.db import Session
from app.corpus.document import Document, Verdict
from app.corpus.project import Project, get_project
from app.review import states
from app.review.item import Item
from app.review.states import ItemState


def may_be_read(project: Project, document: Document) -> bool:
    """Whether a text's de-identification suffices for this project (domain R31, INV-12).

    A person accepted it, or the project says that texts no person has checked may be assigned.
    """
    if document.verdict == Verdict.ACCEPTED:
        return True
    return document.verdict == Verdict.MACHINE_PASSED and project.setting("machine_passed_may_be_assigned")


class DeidentificationGate:
    """No item becomes READY without evidence of its text's de-identification."""

    key = "deidentification"
    event = "deid_accepted"

    def problem(self, session: Session, item: Item, *, at: int) -> str | None:
        document = session.get(Document, item.document_id)
        if document is None or not may_be_read(get_project(session, item.project_id), document):
            return "deidentification-missing"
        return None


def admit(session: Session, actor: AnyActor, document: Document, *, at: int) -> bool:
    """Let a document's item into review when its text may be read; says whether it did."""
    item = session.scalar(select(Item).where(Item.document_id == document.id))
    if item is None or item.state != ItemState.IMPORTED:
        return False
    if not may_be_read(get_project(session, document.project_id), document):
        return False
    states.advance(session, actor, item, "deid_accepted", data={"verdict": document.verdict}, at=at)
    return True
