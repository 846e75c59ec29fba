"""Changing the key that signs the log, as an act for two: who has it alone could write the log anew."""

from __future__ import annotations

from typing import Any

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.approval import ActFacts
from app.core.db import Session


class RotateKey:
    """Facts: what is done (`rotate`, or `retire` with a key's id). The shell does it once it is approved."""

    key = "key-rotation"
    title = "key of the log"

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return None, None

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        policy.require(session, actor, policy.Action.ROTATE_KEY, policy.PolicySubject("server", None), at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return True

    def words(self, session: Session, facts: ActFacts) -> str:
        return "The log gets a new key" if facts["act"] == "rotate" else f"The log's key {facts['key_id']} is retired"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        """Nothing here: the key is a file, and whoever asked types the command again."""
