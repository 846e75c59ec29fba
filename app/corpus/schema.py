"""Label schemas: what may be said in a project, versioned and immutable."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts import policy
from app.accounts.actor import AnyActor as Actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import RECORD, Base, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid, NotFound
from app.corpus.project import Project, project_subject


class LabelSchema(Base):
    """One version of a label schema; `body` is canonical JSON, verbatim."""

    __tablename__ = "label_schema"
    __table_args__ = (
        UniqueConstraint("project_id", "key", "version"),
        {"info": {"kind": RECORD, "bundle": "whole", "tags": (Tag.SCHEMA_LOADED,), "append_only": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    key: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[int]

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content

    def label_classes(self) -> dict[str, str]:
        """Label or relation key → routine, significant or critical; a field also by its keyword, as answers name it."""
        content = self.content
        entries = [*content.get("labels", []), *content.get("relations", [])]
        names = [(name, entry) for entry in entries for name in (entry["key"], entry.get("keyword"))]
        return {name: entry.get("class", "routine") for name, entry in names if name}


def load_schema(session: Session, actor: Actor, project: Project, content: dict[str, Any], *, at: int) -> LabelSchema:
    """Store a checked schema. Raises Forbidden, Invalid, or Conflict when the version differs."""
    policy.require(session, actor, policy.Action.LOAD_SCHEMA, project_subject(project.id), at=at)
    for name in ("key", "version", "modality"):
        if not isinstance(content.get(name), str) or not content[name]:
            raise Invalid("schema", f"the schema lacks {name!r}")
    body = canonical_json(content)
    present = find_schema(session, project.id, content["key"], content["version"])
    if present is not None:
        if present.body != body:
            raise Conflict("schema-version", "this version is loaded already with another content")
        return present
    schema = LabelSchema(
        project_id=project.id,
        key=content["key"],
        version=content["version"],
        modality=content["modality"],
        body=body,
        body_sha256=sha256(body),
        loaded_at=at,
    )
    session.add(schema)
    session.flush()
    record(
        session,
        Tag.SCHEMA_LOADED,
        stream=streams.project(project.id),
        actor=actor,
        subject=Subject("label_schema", schema.id),
        data={
            "key": schema.key,
            "version": schema.version,
            "modality": schema.modality,
            "sha256": schema.body_sha256,
        },
        project_id=project.id,
        at=at,
    )
    return schema


def find_schema(session: Session, project_id: int, key: str, version: str) -> LabelSchema | None:
    return session.scalar(
        select(LabelSchema).where(
            LabelSchema.project_id == project_id, LabelSchema.key == key, LabelSchema.version == version
        )
    )


def current_schema(session: Session, project_id: int, modality: str) -> LabelSchema:
    """The schema loaded last for a modality. Raises NotFound."""
    schema = session.scalar(
        select(LabelSchema)
        .where(LabelSchema.project_id == project_id, LabelSchema.modality == modality)
        .order_by(LabelSchema.id.desc())
    )
    if schema is None:
        raise NotFound("schema", f"no label schema for {modality} is loaded in this project")
    return schema


def modalities_with_schema(session: Session, project_id: int) -> list[str]:
    """Modalities of which texts can become items, in order of their keys."""
    query = select(LabelSchema.modality).where(LabelSchema.project_id == project_id).distinct()
    return sorted(session.scalars(query))


def read_schema(session: Session, actor: Actor, schema_id: int, *, at: int) -> LabelSchema:
    """The version as somebody of its project reads it. Raises Forbidden or NotFound."""
    schema = session.get(LabelSchema, schema_id)
    if schema is None:
        raise NotFound("schema", f"there is no schema {schema_id}")
    policy.require(session, actor, policy.Action.VIEW_PROJECT, project_subject(schema.project_id), at=at)
    return schema


def list_schemas(session: Session, project_id: int) -> list[LabelSchema]:
    return list(
        session.scalars(select(LabelSchema).where(LabelSchema.project_id == project_id).order_by(LabelSchema.id))
    )
