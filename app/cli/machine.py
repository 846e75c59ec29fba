"""What every command stands on: database, vault, operator, and the services a job may use."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click
from flask import current_app

from app.accounts.actor import OperatorActor
from app.audit.macs import INFO, EventKeys
from app.core.clock import now
from app.core.db import Database, Session
from app.corpus.vault import Vault
from app.settings import Settings

if TYPE_CHECKING:
    from app.audit.checkpoint import Signer

T = TypeVar("T")


@dataclass(frozen=True)
class Machine:
    """The composed application as a command sees it; also the `Services` of jobs."""

    database: Database
    settings: Settings
    vault: Vault

    def signer(self) -> Signer:
        """The log's key, made on first use."""
        from app.audit.checkpoint import Signer  # brings cryptography, which few commands need

        return Signer(self.settings.log_key_path, self.settings.log_origin)


    def event_keys(self) -> EventKeys:
        """The keys of the MACs of events."""
        keys: EventKeys = self.database.info[INFO]
        return keys


def machine() -> Machine:
    settings: Settings = current_app.extensions["settings"]
    return Machine(current_app.extensions["database"], settings, Vault.at(settings.master_key_path))


def operator() -> OperatorActor:
    """Whoever runs commands here: sets things up, has no clinical authority."""
    try:
        return OperatorActor(getpass.getuser())
    except (KeyError, OSError):  # a login without a name
        return OperatorActor(f"uid-{os.getuid()}")


def write(unit: Callable[[Session, OperatorActor, int], T]) -> T:
    """Run a unit as the operator, now."""
    actor, at = operator(), now()
    return machine().database.writing(lambda session: unit(session, actor, at))


def read(look: Callable[[Session], Any]) -> Any:
    with machine().database.reading() as session:
        return look(session)


def say_aside(aside: dict[int, str], noun: str) -> None:
    """Name on stderr what was set aside: by number and code, never by text."""
    for number, code in sorted(aside.items()):
        click.echo(f"{noun} {number} was set aside: {code}", err=True)
