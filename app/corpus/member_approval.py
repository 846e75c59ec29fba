"""A role in a project as an act for two: whoever reads texts, judges or signs is let in by two people."""

from __future__ import annotations

from typing import Any

from app.accounts.actor import AnyActor
from app.accounts.approval import ActFacts
from app.accounts.person import get_person
from app.accounts.second_person import PROJECT_ROLES_FOR_TWO
from app.core.db import Session
from app.corpus.member import add_member, require_may_add
from app.corpus.project import get_project


class AddMember:
    """Facts: person, project, role."""

    key = "member"
    title = "role in a project"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return facts["person"], facts["project"]

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        project = get_project(session, facts["project"])
        require_may_add(session, actor, project, facts["person"], facts["role"], at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return facts["role"] in PROJECT_ROLES_FOR_TWO

    def words(self, session: Session, facts: ActFacts) -> str:
        person, project = get_person(session, facts["person"]), get_project(session, facts["project"])
        return f"{person.display_name} ({person.username}): {facts['role'].replace('_', ' ')} in {project.title}"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        project = get_project(session, facts["project"])
        return add_member(session, actor, project, facts["person"], facts["role"], at=at)
