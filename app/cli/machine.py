"""What every command stands on: database, vault, operator, and the services a job may use."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app

from app.accounts.actor import OperatorActor
from app.audit.checkpoint import Signer
from app.core.clock import now
from app.core.db import Database, Session
from app.corpus.vault import Vault
from app.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Machine:
    """The composed application as a command sees it; also the `Services` of jobs."""

    database: Database
    settings: Settings
    vault: Vault

    def signer(self) -> Signer:
        """The log's key, made on first use."""
        return Signer(self.settings.log_key_path, self.settings.log_origin)


def machine() -> Machine:
    settings: Settings = current_app.extensions["settings"]
    return Machine(current_app.extensions["database"], settings, Vault.at(settings.master_key_path))


def operator() -> OperatorActor:
    """Whoever runs commands here: sets things up, has no clinical authority."""
    try:
        return OperatorActor(getpass.getuser())
    except (KeyError, OSError):
        return OperatorActor()


def write(unit: Callable[[Session, OperatorActor, int], T]) -> T:
    """Run a unit as the operator, now."""
    actor, at = operator(), now()
    return machine().database.writing(lambda session: unit(session, actor, at))


def read(look: Callable[[Session], Any]) -> Any:
    with machine().database.reading() as session:
        return look(session)
