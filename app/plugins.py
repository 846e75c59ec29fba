"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.accounts.policy import RELATIONS

# What stands around every request, and the pages behind it.
EDGES = ("app.http.install:install",)
BLUEPRINTS = (
    "app.web.assets:assets",
    "app.web.home:home",
    "app.web.sign_in:sign_in_pages",
    "app.web.account:account_pages",
    "app.web.people:people_pages",
    "app.web.person:person_pages",
    "app.api.session:session_api",
)
# Entries of the main menu, left to right; who may not see one does not.
MENU = ("app.web.people:MENU_ENTRY",)

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = (
    "app.cli.accounts:accounts",
)


def load() -> None:
    """Fill every registry."""
    # Accounts: how an actor stands to a subject.
    RELATIONS.register("app.accounts.policy:SelfRelation")
