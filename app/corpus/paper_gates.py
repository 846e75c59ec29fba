"""Papers are gates: what a project must have on file at each act, and what ends within a month."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.core.clock import DAY
from app.core.db import Session
from app.core.errors import Conflict
from app.corpus.paper import Paper, PaperKind
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
    ends = _ends(session, project.id)
    missing = [kind for kind in asked if not _in_force(ends.get(kind, ()), at)]
    if missing:
        names = ", ".join(kind.replace("_", " ") for kind in missing)
        raise Conflict(
            "paper-missing", f"not in force: {names}; file it under Papers first", details={"kinds": missing}
        )


def list_endings(session: Session, project: Project, *, at: int) -> list[PaperEnding]:
    """What stops an act now or within a month, by kind."""
    ends, found = _ends(session, project.id), []
    for kind in PaperKind:
        acts = tuple(act for act, setting in GATES.items() if kind in project.setting(setting))
        soon = _in_force(ends.get(kind, ()), at + MONTH)
        if acts and not soon:
            last = max((end for end in ends.get(kind, ()) if end is not None), default=None)
            found.append(PaperEnding(kind, acts, last, _in_force(ends.get(kind, ()), at)))
    return found


def _ends(session: Session, project_id: int) -> dict[str, list[int | None]]:
    ends: dict[str, list[int | None]] = {}
    for kind, end in session.execute(select(Paper.kind, Paper.expires_at).where(Paper.project_id == project_id)):
        ends.setdefault(kind, []).append(end)
    return ends


def _in_force(ends: list[int | None] | tuple[()], at: int) -> bool:
    return any(end is None or end > at for end in ends)
