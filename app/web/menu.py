"""The main menu: entries name themselves in `app/surface.py`; people see what they may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request, url_for

from app.accounts.actor import Actor
from app.http import context


@dataclass(frozen=True)
class MenuEntry:
    """One entry: a title, the endpoint it opens, who sees it."""

    title: str
    endpoint: str
    shown: Callable[[Actor], bool] = lambda actor: True


@dataclass(frozen=True)
class MenuLink:
    """An entry as the layout draws it."""

    title: str
    address: str
    is_current: bool


def menu() -> list[MenuLink]:
    """The entries the person signed in may see."""
    actor = context.find_actor()
    if actor is None:
        return []
    shown = [entry for entry in current_app.extensions["menu"] if entry.shown(actor)]
    return [_link(entry.title, url_for(entry.endpoint)) for entry in shown]


def _link(title: str, address: str) -> MenuLink:
    """Current is the entry whose page, or a page below it, is shown."""
    return MenuLink(title, address, f"{request.path}/".startswith(f"{address.rstrip('/')}/"))
