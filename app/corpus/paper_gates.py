"""Papers are gates: what a project must have on file at each act, and what ends within a month."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.core.clock import DAY
from app.core.db import Session
from app.core.errors import Conflict
from app.corpus.paper import Paper, PaperKind, is_in_force
from app.corpus.project import Project

#: act → the setting that names the kinds of paper it needs
GATES = {
    "load": "papers_to_load",
    "assignment": "papers_to_assign",
    "release": "papers_to_release",
    "export": "papers_to_export",
}
MONTH = 30 * DAY


@dataclass(frozen=True)
class PaperEnding:
    """A kind of paper that is asked for and whose last copy in force ends soon, or has ended, or was never filed."""

    kind: str
    acts: tuple[str, ...]
    ends_at: int | None
    in_force: bool

    @property
    def words(self) -> str:
        """What the lead reads."""
        name, acts = self.kind.replace("_", " "), ", ".join(self.acts)
        if self.in_force:
            return f"the {name} on file ends soon; then it stops: {acts}"
        return f"no {name} in force is on file; it stops: {acts}"


def require_papers(session: Session, project: Project, act: str, *, at: int) -> None:
    """Raises Conflict("paper-missing") naming each kind that the project asks for here and has not in force."""
    asked = project.setting(GATES[act])
    if not asked:
        return
    dates = _dates(session, project.id)
    missing = [kind for kind in asked if not _in_force(dates.get(kind, []), at)]
    if missing:
        names = ", ".join(kind.replace("_", " ") for kind in missing)
        raise Conflict(
            "paper-missing", f"not in force: {names}; file it under Papers first", details={"kinds": missing}
        )


def list_endings(session: Session, project: Project, *, at: int) -> list[PaperEnding]:
    """What stops an act now or within a month, by kind."""
    dates, found = _dates(session, project.id), []
    for kind in PaperKind:
        acts = tuple(act for act, setting in GATES.items() if kind in project.setting(setting))
        own = dates.get(kind, [])
        now, then = _in_force(own, at), _in_force(own, at + MONTH)
        if acts and not (now and then):
            last = max((end for start, end in own if end is not None and (start or 0) <= at), default=None)
            found.append(PaperEnding(kind, acts, last, now))
    return found


def _dates(session: Session, project_id: int) -> dict[str, list[tuple[int | None, int | None]]]:
    """Kind → when each paper of it begins and ends."""
    found: dict[str, list[tuple[int | None, int | None]]] = {}
    query = select(Paper.kind, Paper.starts_at, Paper.expires_at).where(Paper.project_id == project_id)
    for kind, starts, ends in session.execute(query):
        found.setdefault(kind, []).append((starts, ends))
    return found


def _in_force(dates: list[tuple[int | None, int | None]], at: int) -> bool:
    return any(is_in_force(one, at=at) for one in dates)
