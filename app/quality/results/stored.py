"""Stored results of a project, one document each: written by the worker, read by pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import PROJECTION, Base, Session


class QualityResult(Base):
    """One document of results. Rebuilt from answers at any time; holds labels and counts, never text."""

    __tablename__ = "quality_result"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True, autoincrement=False)
    #: agreement, drift, progress, …, or chart:name
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    computed_at: Mapped[int]


@dataclass(frozen=True)
class Stored:
    """A result, and when it was computed; without a body where nothing has been computed yet."""

    body: dict[str, Any]
    computed_at: int | None


def put_result(session: Session, project_id: int, key: str, body: dict[str, Any], *, at: int) -> None:
    """Replace a result. Floats are kept as they are: nothing here is hashed or signed."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    row = session.get(QualityResult, (project_id, key))
    if row is None:
        session.add(QualityResult(project_id=project_id, key=key, body=text, computed_at=at))
    else:
        row.body, row.computed_at = text, at


def find_result(session: Session, project_id: int, key: str) -> Stored:
    """What was computed last; empty before the first time."""
    row = session.get(QualityResult, (project_id, key))
    return Stored(json.loads(row.body), row.computed_at) if row else Stored({}, None)


def list_results(session: Session, project_id: int) -> dict[str, int]:
    """Key → when it was computed."""
    rows = session.execute(select(QualityResult.key, QualityResult.computed_at).where(_of(project_id)))
    return {row.key: row.computed_at for row in rows}


def _of(project_id: int) -> Any:
    return QualityResult.project_id == project_id
