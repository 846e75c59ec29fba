"""Tables of the log: events, stream heads, outbox, leaves, tree nodes, checkpoints, erasures."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import OPERATIONAL, PROJECTION, RECORD, Base


class Event(Base):
    """One thing that happened. `body` is what is hashed, verbatim; the other columns are copies of it.

    No foreign keys: an event outlives everything it speaks of.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("stream", "seq"),
        CheckConstraint("seq >= 1", name="seq_positive"),
        Index("ix_audit_event_project_id_id", "project_id", "id"),
        {"info": {"kind": RECORD, "append_only": True}, "sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(Text, unique=True)
    stream: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    tag: Mapped[str] = mapped_column(Text, index=True)
    at: Mapped[int]
    project_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)


class StreamHead(Base):
    """The last event of a stream: compare-and-set in the business transaction."""

    __tablename__ = "audit_stream"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int]
    head_sha256: Mapped[str] = mapped_column(Text)


class Outbox(Base):
    """Events the sequencer has not yet given a place in the tree."""

    __tablename__ = "audit_outbox"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    event_pk: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True, autoincrement=False)


class Leaf(Base):
    """The global order: leaf `idx` of the Merkle tree is this event."""

    __tablename__ = "audit_leaf"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    idx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_pk: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    leaf_sha256: Mapped[str] = mapped_column(Text)


class Node(Base):
    """A stored inner node of the tree: only every eighth level is kept (see `tree.py`)."""

    __tablename__ = "audit_node"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(Text)


class Checkpoint(Base):
    """A signed statement of size and root (C2SP tlog-checkpoint), verbatim."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


class Erasure(Base):
    """Permission to delete one row of a `*_body` table: a trigger there asks for it."""

    __tablename__ = "audit_erasure"
    __table_args__ = ({"info": {"kind": RECORD, "append_only": True}},)

    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[str] = mapped_column(Text)
    at: Mapped[int]
