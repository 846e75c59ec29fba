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
from app.corpus.code_release import note_installed
from app.corpus.vault import Vault
from app.pipelines.terms.cache import load_terms
from app.settings import Settings
from app.terminology.artefacts import list_releases

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


def note_releases() -> int:
    """Say in the log which code system releases are installed, each once; says how many were new.

    Nothing happens where there is no database yet: `welcome` makes up for it.
    """
    here = machine()
    if not here.database.has_table("audit_event"):
        return 0

    def unit(session: Session, actor: OperatorActor, at: int) -> int:
        named = [(m.system, m.release, m.digest) for m in list_releases(here.settings.terminology_dir)]
        return sum(note_installed(session, actor, *release, at=at) for release in named)

    return write(unit)


def compile_terms(progress: Callable[[str], None]) -> None:
    """Compile the terms that pre-annotation takes from the current releases, unless they are.

    Nothing happens before ICD-10-CM is there: `welcome` builds it, or else whoever needs it first.
    """
    settings = machine().settings
    if list_releases(settings.terminology_dir, "icd10cm"):
        load_terms(settings.terminology_dir, settings.preannotate_dir, progress)
