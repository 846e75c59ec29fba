"""What a workflow comes to for one item when its round begins: rules of complexity, and draws by the project's seed."""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session, insert_if_missing, note_tables
from app.core.digest import sha256
from app.corpus.project import Project
from app.corpus.suggestion import latest_suggestion
from app.review.item import Item, context_of, context_to_begin, modality_of
from app.review.workflows import AppliedRules, ItemFacts, Workflow


class DrawSeed(Base):
    """What a project draws by; its digest is in the log before anything is drawn (INV-17)."""

    __tablename__ = "draw_seed"
    __table_args__ = ({"info": {"kind": RECORD, "tags": (Tag.DRAWS_SEEDED,), "append_only": True}},)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True, autoincrement=False)
    #: hex, 32 bytes nobody can foresee
    seed: Mapped[str] = mapped_column(Text)
    seed_sha256: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int]


def rules_for(
    session: Session, actor: AnyActor, project: Project, workflow: Workflow, item: Item, *, at: int
) -> Workflow:
    """The rules a round of this item begins under. An item is drawn alike whenever it is asked about.

    Raises NotFound where a text was erased, Conflict while it is hidden.
    """
    if not workflow.varies:
        return workflow
    facts = _facts(session, project, item) if workflow.complexity else None
    held = tuple(n for n, rule in enumerate(workflow.complexity) if facts is not None and rule.holds(facts))
    shares = {"doubled": workflow.doubled_percent, "checked": workflow.checked_percent}
    seed = _seed(session, actor, project, at=at) if any(shares.values()) else ""
    drawn = {purpose: is_drawn(seed, purpose, item.id, percent) for purpose, percent in shares.items()}
    return workflow.applied_as(AppliedRules(rules=held, **drawn))


def is_drawn(seed: str, purpose: str, item_id: int, percent: int) -> bool:
    """Whether an item is among the share: HMAC-SHA-256(seed, purpose, item), as a number below 1, is below the share.

    Repeatable by whoever has the seed; a larger share holds all of a smaller one.
    """
    if not percent:
        return False
    said = hmac.digest(bytes.fromhex(seed), f"workflow-{purpose}\0{item_id}".encode(), "sha256")
    return int.from_bytes(said[:8], "big") * 100 < percent << 64


def _seed(session: Session, actor: AnyActor, project: Project, *, at: int) -> str:
    """The project's seed, made and committed to the log where there is none."""
    row = session.get(DrawSeed, project.id)
    if row is not None:
        return row.seed
    seed = secrets.token_hex(32)
    values = {"project_id": project.id, "seed": seed, "seed_sha256": sha256(bytes.fromhex(seed)), "made_at": at}
    made = insert_if_missing(session, DrawSeed, values)
    if made is None:
        # Somebody else drew first; their seed is committed.
        return session.get_one(DrawSeed, project.id, populate_existing=True).seed
    note_tables(session, [DrawSeed.__table__])
    record(
        session,
        Tag.DRAWS_SEEDED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("project", project.id),
        data={"seed_sha256": made.seed_sha256},
        project_id=project.id,
        at=at,
    )
    return made.seed


def _facts(session: Session, project: Project, item: Item) -> ItemFacts:
    """What is known of an item before anybody reads it. A pipeline that is not cleared counts all the same."""
    context = context_of(session, item)
    told = latest_suggestion(session, item.document_id, project.setting("pipeline"))
    suggestions = 0
    if told is not None:
        names = {name: getattr(told, name) for name in ("pipeline", "version", "digest")}
        shown = modality_of(item).suggest(context_to_begin(session, item, context), [told.content | names])
        suggestions = len(shown["elements"])
    return ItemFacts(
        complexity=item.complexity,
        characters=len(context.document["text"]),
        suggestions=suggestions,
        note_type=context.document["meta"]["note_type"],
    )
