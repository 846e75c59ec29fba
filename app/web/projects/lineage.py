"""The lineage of an item: one page from the release back to the delivery, to read, to walk by keyboard, to print."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.release.lineage import Wanted, get_lineage
from app.web.projects.door import enter, page

lineage_pages = Blueprint("lineage", __name__, url_prefix="/projects/<key>/items/<label>/lineage")


@lineage_pages.get("")
@access(acting(Action.READ_LINEAGE))
def show(key: str, label: str) -> ResponseReturnValue:
    wanted = Wanted(label, request.args.get("release", type=row_number), request.args.get("element", ""))
    with context.database().reading() as session:
        project = enter(session, key, Action.READ_LINEAGE)
        told = get_lineage(session, context.actor(), key, wanted, at=context.at())
        return page("lineage", "releases", project, told=told, wanted=wanted, said=said, who=Names(told))


class Names:
    """Who a number of a lineage is, as the page writes it."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._people = told["people"]

    def __call__(self, number: int | None) -> str:
        if number is None:
            return "the server or its shell"
        name: str = self._people.get(str(number), {"name": f"person {number}"})["name"]
        return name


def said(body: dict[str, Any] | None) -> str:
    """An element in one line: its fields by name; nothing where there is none."""
    if body is None:
        return "nothing"
    return "; ".join(f"{name} {_value(value)}" for name, value in body.items() if value not in (None, "", [], {}))


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
