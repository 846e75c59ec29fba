"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.accounts.policy import RELATIONS

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = (
)


def load() -> None:
    """Fill every registry."""
    # Accounts: how an actor stands to a subject.
    RELATIONS.register("app.accounts.policy:SelfRelation")
