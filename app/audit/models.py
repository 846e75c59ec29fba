"""Tables of the log: events, stream heads, outbox, leaves, tree nodes, checkpoints, erasures."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.audit.events import Tag
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
        {
            "info": {
                "kind": RECORD,
                "tags": tuple(Tag),
                "append_only": True,
                "sequenced": True,
                "uncommitted": "it is the log",
            },
            "sqlite_autoincrement": True,
        },
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
    #: `key id:hex` of the application's key (see `macs.py`); events from before there were MACs have none
    mac: Mapped[str | None] = mapped_column(Text)


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


class Aside(Base):
    """An event the sequencer refused to seal: no application of ours wrote it, or somebody changed it since."""

    __tablename__ = "audit_aside"
    __table_args__ = ({"info": {"kind": PROJECTION, "insert_only": True}},)

    event_pk: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True, autoincrement=False)
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


class Leaf(Base):
    """The global order: leaf `idx` of the Merkle tree is this event."""

    __tablename__ = "audit_leaf"
    __table_args__ = ({"info": {"kind": PROJECTION, "insert_only": True}},)

    idx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_pk: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    leaf_sha256: Mapped[str] = mapped_column(Text)


class Node(Base):
    """A stored inner node of the tree: only every eighth level is kept (see `tree.py`)."""

    __tablename__ = "audit_node"
    __table_args__ = ({"info": {"kind": PROJECTION, "insert_only": True}},)

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(Text)


class Checkpoint(Base):
    """A signed statement of size and root (C2SP tlog-checkpoint), verbatim."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = ({"info": {"kind": PROJECTION, "insert_only": True}},)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


class Cosignature(Base):
    """What a witness put under a checkpoint (C2SP tlog-cosignature), verbatim: one signature line."""

    __tablename__ = "audit_cosignature"
    __table_args__ = ({"info": {"kind": PROJECTION, "insert_only": True}},)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(Text, primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


class Anchor(Base):
    """A place outside this server where checkpoints go: how far it has come, and since when it is silent."""

    __tablename__ = "audit_anchor"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int]
    at: Mapped[int]
    #: when it first failed since the last success; its last problem, as a code
    failing_since: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text)


class Erasure(Base):
    """Permission to delete one row of a `*_body` table, or to empty the words of another: a trigger asks for it."""

    __tablename__ = "audit_erasure"
    __table_args__ = (
        Index("ix_audit_erasure_event_id", "event_id"),
        {
            "info": {
                "kind": RECORD,
                "tags": (Tag.BATCH_WITHDRAWN, Tag.PHI_REDACTED, Tag.SUBJECT_ERASED, Tag.SOURCES_EXPIRED),
                "append_only": True,
                "together": "event_id",
                "bundle": "whole",
            }
        },
    )

    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[str] = mapped_column(Text)
    at: Mapped[int]


class RowCommitment(Base):
    """Which event last committed to a row, and the digest it gave: found in the log again at any time."""

    __tablename__ = "audit_row"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    #: table and primary key, `credential/5`
    row_key: Mapped[str] = mapped_column(Text, primary_key=True)
    event_pk: Mapped[int]
    #: null: the event says that the row is no more
    sha256: Mapped[str | None] = mapped_column(Text)


class RowsBefore(Base):
    """What a table held when events began to commit to whole rows: those rows are "not committed", not broken."""

    __tablename__ = "audit_before"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    rows: Mapped[int]
    #: the highest first part of their keys
    last: Mapped[int]


class RecordCheck(Base):
    """How far the check of the whole record has come in this pass, and what the last whole pass found."""

    __tablename__ = "audit_check"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"info": {"kind": OPERATIONAL}})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: canonical JSON: step, cursor, sums and peaks of the tree of the pass under way
    place_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON: breaks of the pass under way
    breaks_json: Mapped[str] = mapped_column(Text)
    #: canonical JSON: breaks that the last whole pass found
    found_json: Mapped[str] = mapped_column(Text)
    started_at: Mapped[int]
    finished_at: Mapped[int | None]
