"""Showing at this machine who one is: password and second factor are typed here, never given as an argument."""

from __future__ import annotations

import sys

import click

from app.accounts.factors.desk import Demand, FactorDesk, Typed
from app.accounts.factors.factor import kinds_of
from app.accounts.person import get_by_username
from app.accounts.signing import Factors
from app.cli import machine
from app.core.db import Session


def ask_factors(username: str) -> Factors:
    """Asked for on a terminal; from a pipe the first line is the password, the second a code of the app or a recovery
    code. A passkey needs a browser."""
    here = machine.machine()

    def has_second(session: Session) -> bool:
        return bool(kinds_of(session, get_by_username(session, username).id))

    password = _ask(f"Password of {username}")
    code = _ask("Code of the authenticator app, or a recovery code") if machine.read(has_second) else ""
    desk = FactorDesk(here.vault, Demand(here.settings.second_factor))
    return Factors(username, password, Typed(code), desk=desk)


def _ask(what: str) -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt(what, hide_input=True, err=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
