"""Pictures as they are stored: drawn anew only where what they show has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from app.core.db import Session
from app.quality.plots.drawing import Picture, drawn
from app.quality.results.stored import Stored, find_result, put_result

CHART = "chart:"
SHOWN = "pictures"


def draw_new(session: Session, project_id: int, pictures: Iterable[Picture | None]) -> dict[str, dict[str, Any]]:
    """Name → picture as stored, for those that are new or show something else than the one stored."""
    made: dict[str, dict[str, Any]] = {}
    for picture in pictures:
        if picture is None:
            continue
        said = json.dumps([picture.spec, picture.title, picture.note, picture.rows], sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()
        if find_result(session, project_id, CHART + picture.name).body.get("digest") != digest:
            made[picture.name] = drawn(picture) | {"digest": digest}
    return made


def keep(session: Session, project_id: int, made: dict[str, dict[str, Any]], names: list[str], *, at: int) -> None:
    """Store pictures, and which of all are shown now."""
    for name, body in made.items():
        put_result(session, project_id, CHART + name, body, at=at)
    put_result(session, project_id, SHOWN, {"names": names}, at=at)


def find_picture(session: Session, project_id: int, name: str) -> Stored:
    """A picture that is shown now; empty otherwise."""
    if name not in find_result(session, project_id, SHOWN).body.get("names", ()):
        return Stored({}, None)
    return find_result(session, project_id, CHART + name)


def pictures_of(session: Session, project_id: int, *beginnings: str) -> list[dict[str, Any]]:
    """The pictures shown now whose names begin so, in the order in which they were made, with their names."""
    names = find_result(session, project_id, SHOWN).body.get("names", ())
    wanted = [name for name in names if name.startswith(beginnings)]
    return [find_result(session, project_id, CHART + name).body | {"name": name} for name in wanted]
