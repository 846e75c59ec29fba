"""Items: one document version under one schema version, on its way through review."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import streams
from app.audit.content import require_content
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, record
from app.core.counts import count_states
from app.core.db import RECORD, AnyRow, AnySelect, Base, Session, get_locked
from app.core.errors import Invalid, NotFound
from app.corpus.document import Document, DocumentBody, DocumentCopy, Verdict, claim_of, get_document, opened_text
from app.corpus.project import Project, get_project
from app.corpus.schema import LabelSchema
from app.corpus.subject import Encounter
from app.review import states
from app.review.copies import ItemCopy
from app.review.hold import is_held, require_no_hold, require_visible
from app.review.modality import MODALITIES, Context, Modality

CodeLookup = Callable[[str, str, str], dict[str, Any] | None]


class Item(Base):
    """What is reviewed. Its modality says how; the core does not know what it is."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("document_id", "schema_id"),
        Index("ix_item_project_state", "project_id", "state", "id"),
        CheckConstraint("complexity BETWEEN 0 AND 2", name="complexity_range"),
        CheckConstraint("state IN (" + ",".join(f"'{s}'" for s in states.ItemState) + ")", name="state_known"),
        {
            "info": {
                "kind": RECORD,
                "guard": {"fixed": ("id", "project_id", "document_id", "schema_id", "modality", "label", "created_at")},
                "replayed": ("state",),
                "tags": (
                    Tag.ITEM_CREATED,
                    Tag.ITEM_ADVANCED,
                    Tag.ITEM_GUIDELINE_MOVED,
                    Tag.DRAFT_STARTED,
                    Tag.CASE_RULED,
                ),
                "counted": "state",
            }
        },
    )
    machine: ClassVar[states.TransitionTable] = states.ITEM

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    schema_id: Mapped[int] = mapped_column(ForeignKey("label_schema.id"), index=True)
    modality: Mapped[str] = mapped_column(Text)
    #: the document's random name, copied for lists
    label: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, active_history=True)
    complexity: Mapped[int]
    #: T4 must settle it: a significant or critical label is, or was, in dispute
    escalated: Mapped[bool]
    #: the version all its readings, rulings and signatures are made under; None before the first task is opened
    guideline_version_id: Mapped[int | None] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    #: the version it was last moved from, and when
    guideline_before_id: Mapped[int | None] = mapped_column(ForeignKey("guideline_version.id"), index=True)
    guideline_moved_at: Mapped[int | None]
    created_at: Mapped[int]


def create_item(
    session: Session, actor: LoggedActor, document: Document, schema: LabelSchema, *, complexity: int = 0, at: int
) -> Item:
    """Bring a document into review; it starts IMPORTED, before the de-identification gate."""
    item = Item(
        project_id=document.project_id,
        document_id=document.id,
        schema_id=schema.id,
        modality=document.modality,
        label=document.label,
        state=states.ITEM.start,
        complexity=complexity,
        escalated=False,
        guideline_version_id=None,
        guideline_before_id=None,
        guideline_moved_at=None,
        created_at=at,
    )
    session.add(item)
    session.flush()
    record(
        session,
        Tag.ITEM_CREATED,
        stream=streams.item(item.id),
        actor=actor,
        subject=Subject("item", item.id),
        data={
            "document": document.id,
            "text_sha256": document.text_sha256,
            "schema_sha256": schema.body_sha256,
            "modality": item.modality,
        },
        project_id=item.project_id,
        at=at,
    )
    return item


def get_item(session: Session, item_id: int, *, lock: bool = False) -> Item:
    """The item, locked when it is about to be advanced. Raises NotFound."""
    item = get_locked(session, Item, item_id) if lock else session.get(Item, item_id)
    if item is None:
        raise NotFound("item", f"there is no item {item_id}")
    return item


def find_by_label(session: Session, project_id: int, label: str) -> Item:
    """A real item by the label that stands over it. Raises Invalid: people type it."""
    own = (Item.project_id == project_id, Item.label == label, Item.state != states.ItemState.WITHDRAWN)
    copied = select(ItemCopy.item_id).where(ItemCopy.item_id == Item.id).exists()
    item = session.scalar(select(Item).where(*own, ~copied))
    if item is None:
        raise Invalid("label", "no text of this project has this label")
    return item


def count_by_state(session: Session, project_id: int) -> dict[str, int]:
    """State → number of items; the states add up to all items (INV-16). A copy is none."""
    copies = select(Item.state, func.count()).join(ItemCopy, ItemCopy.item_id == Item.id)
    copied = dict(session.execute(copies.where(ItemCopy.project_id == project_id).group_by(Item.state)).all())
    left = {state: n - copied.get(state, 0) for state, n in count_states(session, Item, project_id).items()}
    return {state: count for state, count in left.items() if count}


def available_items(
    session: Session, project_id: int, state: str, limit: int, *more: ColumnElement[bool]
) -> list[Item]:
    """Items in a state on which no hold is open, and for which the further conditions hold."""
    return list(
        session.scalars(
            select(Item)
            .where(Item.project_id == project_id, Item.state == state, not_held(), *more)
            .order_by(Item.complexity.desc(), Item.id)
            .limit(limit)
        )
    )


def queued_behind(item: Item) -> ColumnElement[bool]:
    """Items that come after this one in the order of `available_items`."""
    return (Item.complexity < item.complexity) | ((Item.complexity == item.complexity) & (Item.id > item.id))


def not_held() -> ColumnElement[bool]:
    """No hold is open on the item."""
    return ~is_held(Item.id)


def no_codes(_system: str, _release: str, _code: str) -> None:
    """The lookup where no code system is installed: every code is unknown."""


def find_labelled(session: Session, project_id: int, label: str) -> Item:
    """The item of a project by what people call it, its newest version. Raises NotFound."""
    named = select(Item).where(Item.project_id == project_id, Item.label == label)
    item = session.scalar(named.order_by(Item.id.desc()).limit(1))
    if item is None:
        raise NotFound("item", "this project has no such item")
    return item


def context_of(session: Session, item: Item, codes: CodeLookup = no_codes) -> Context:
    """Document, schema and code lookup of an item, as a check needs them: with the next two the only way to its text.

    Raises NotFound when the text was erased, Conflict while it is hidden.
    """
    return visible_context(session, session.execute(whole_items(), {"item": item.id}).one(), codes)


def visible_context(session: Session, row: AnyRow, codes: CodeLookup = no_codes) -> Context:
    """The same of a row of `whole_items`."""
    if row.held:
        require_visible(session, row.Item.id)
    return _context(session, row, codes)


def changeable_context(session: Session, row: AnyRow) -> Context:
    """The same for acts that nobody may do while the item is held: any open hold is a Conflict."""
    if row.held:
        require_no_hold(session, row.Item.id)
    return _context(session, row, no_codes)


def context_to_begin(session: Session, item: Item, context: Context) -> Context:
    """The item's context with what a draft begins from besides: which suggestions its project shows to readers."""
    return replace(context, profile=str(get_project(session, item.project_id).setting("suggestions")))


@cache
def whole_items() -> AnySelect:
    """The item `:item` with all that a check needs of it, and whether it is held."""
    return with_all().where(Item.id == bindparam("item"))


@cache
def with_all() -> AnySelect:
    """Items so: for a query that finds them by something else."""
    return (
        select(
            *(Item, Document, Encounter, LabelSchema.body, LabelSchema.body_sha256),
            *(DocumentBody.document_id.label("body_id"), DocumentBody.text, DocumentBody.sealed, DocumentBody.salt),
            is_held(Item.id).label("held"),
        )
        .join(Document, Document.id == Item.document_id)
        .join(Encounter, Encounter.id == Document.encounter_id)
        .join(LabelSchema, LabelSchema.id == Item.schema_id)
        .outerjoin(DocumentCopy, DocumentCopy.document_id == Document.id)
        .outerjoin(DocumentBody, DocumentBody.document_id == func.coalesce(DocumentCopy.of_document_id, Document.id))
    )


def _context(session: Session, row: AnyRow, codes: CodeLookup) -> Context:
    document, encounter = row.Document, row.Encounter
    if row.text is None:
        raise NotFound("document-erased", f"the text of document {document.id} was destroyed")
    text = row.text if row.sealed is None else opened_text(session, row.body_id, row.text, row.sealed)
    require_content(f"the text of document {document.id}", row.salt, text, document.text_sha256)
    require_content(f"the body of schema {row.Item.schema_id}", b"", row.body, row.body_sha256)
    return Context(
        document={
            "id": document.id,
            "label": document.label,
            "text": text,
            "language": document.language,
            "meta": {
                "note_type": document.note_type,
                "setting": encounter.setting,
                "encounter": encounter.label,
                "code_release": encounter.code_release,
                "sex": encounter.sex,
                "age_band": encounter.age_band,
            },
        },
        schema=json.loads(row.body),
        codes=codes,
    )


def deidentification_of(session: Session, item: Item) -> dict[str, Any]:
    """What a page says of how a text was de-identified: engine, mode, verdict, and what the project may claim.

    Counts over the whole project: asked for when a task is shown, never when an answer is saved or checked.
    """
    document, project = get_document(session, item.document_id), get_project(session, item.project_id)
    done: dict[str, Any] = json.loads(document.deid_json)
    return done | {"verdict": document.verdict, "status": claim_of(session, project).words}


def modality_of(item: Item) -> Modality:
    return MODALITIES.get(item.modality)


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
