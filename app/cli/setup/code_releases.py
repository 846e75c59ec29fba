"""What follows a change of code systems: the log says which are installed, their terms are compiled."""

from __future__ import annotations

from collections.abc import Callable

from app.accounts.actor import OperatorActor
from app.cli.machine import machine, write
from app.core.db import Session
from app.corpus.code_release import note_installed
from app.pipelines.terms.cache import load_terms
from app.terminology.artefacts import list_releases


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
