"""A release as an act for two, in projects that ask for it."""

from __future__ import annotations

from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.approval import ActFacts
from app.accounts.person import get_person
from app.core.db import Session
from app.corpus.project import get_project, project_subject
from app.release.jobs import queue_cut


class MakeRelease:
    """Facts: project, who asked (None: the shell), in whose name it is made."""

    key = "release"
    title = "release"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return None, facts["project"]

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        """Who may make one asks; who may approve one approves."""
        subject = project_subject(get_project(session, facts["project"]).id)
        if not policy.may(actor, policy.Action.CUT_RELEASE, subject, at=at):
            policy.require(session, actor, policy.Action.APPROVE_RELEASE, subject, at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return bool(get_project(session, facts["project"]).setting("release_approval"))

    def words(self, session: Session, facts: ActFacts) -> str:
        by = get_person(session, facts["by"]).username if facts["by"] else "the shell"
        return f"{get_project(session, facts['project']).title}: a release of what is signed, made for {by}"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        project, approval = get_project(session, facts["project"]), getattr(actor, "approval", None)
        return queue_cut(session, project, person_id=facts["by"], approval=approval, at=at)
