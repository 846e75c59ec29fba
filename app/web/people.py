"""The list of people, and opening an account."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.actor import Actor, ServerRole
from app.accounts.person import NewPerson, Person, create_person, list_people
from app.accounts.policy import Action
from app.accounts.reset import issue_link
from app.core.db import Session
from app.core.errors import Conflict, Invalid
from app.http import context
from app.http.access import access, server_acting
from app.http.errors import status_of
from app.web.menu import MenuEntry

people_pages = Blueprint("people", __name__, url_prefix="/people")
PAGE = 100


def _sees_people(actor: Actor) -> bool:
    return bool(actor.server_roles & {ServerRole.ADMIN, ServerRole.AUDITOR})


MENU_ENTRY = MenuEntry("People", "people.index", _sees_people)


@people_pages.get("")
@access(server_acting(Action.VIEW_PEOPLE))
def index() -> ResponseReturnValue:
    return _page()


@people_pages.post("")
@access(server_acting(Action.MANAGE_PEOPLE), fresh=True)
def create() -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    new = NewPerson(*(request.form.get(name, "") for name in ("username", "display_name", "profession", "specialty")))

    def unit(session: Session) -> tuple[Person, str]:
        person = create_person(session, actor, new, at=at)
        return person, issue_link(session, actor, person, at=at)

    try:
        person, token = context.database().writing(unit)
    except (Invalid, Conflict) as error:
        return _page(error, new), status_of(error)
    return render_template("people/link.html", person=person, token=token, is_new=True)


def _page(error: Invalid | Conflict | None = None, typed: NewPerson | None = None) -> str:
    with context.database().reading() as session:
        people = list_people(session, after=request.args.get("after", ""), limit=PAGE + 1)
    more = people[PAGE - 1].username if len(people) > PAGE else None
    manages = ServerRole.ADMIN in context.actor().server_roles
    return render_template(
        "people/index.html",
        people=people[:PAGE],
        more=more,
        manages=manages,
        error=error,
        typed=typed or NewPerson("", ""),
    )
