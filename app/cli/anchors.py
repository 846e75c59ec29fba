"""Bringing checkpoints out of the house: by the worker in the background, and by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from app.audit.anchoring import drop, letter, note_failure, note_success, place_of, send
from app.audit.models import Checkpoint
from app.audit.sequencer import newest_checkpoint
from app.audit.witnessing import ask, witnesses_of
from app.cli.machine import Machine
from app.core import clock
from app.core.errors import Invalid, code_of

FOLDER, MAIL = "folder", "mail"
log = logging.getLogger(__name__)


def bring_out(services: Machine, *, at: int) -> None:
    """What is due: every witness for each new checkpoint; folder and mail every so many hours."""
    settings = services.settings
    for witness in witnesses_of(settings.witnesses):
        ask(services.database, witness, at=at)
    if settings.anchor_dir:
        _bring(services, FOLDER, lambda checkpoint: drop_into(settings.anchor_dir, checkpoint), at)
    if settings.mailed:
        _bring(services, MAIL, lambda checkpoint: mail(services, checkpoint, settings.mailed), at)


def drop_into(folder: str, checkpoint: Checkpoint) -> None:
    drop(Path(folder), checkpoint)


def mail(services: Machine, checkpoint: Checkpoint, to: tuple[str, ...]) -> None:
    """Raises Invalid where no mail server is set."""
    settings, signer = services.settings, services.signer()
    if not settings.mail_url:
        raise Invalid("mail-url", "CHARTMARK_MAIL_URL names no mail server")
    send(settings.mail_url, settings.mail_from, to, letter(checkpoint, signer.origin, signer.vkeys()), checkpoint)


def _bring(services: Machine, name: str, out: Callable[[Checkpoint], object], at: int) -> None:
    """Once in `anchor_hours`; where it failed, again at the next look."""
    with services.database.reading() as session:
        checkpoint, place = newest_checkpoint(session), place_of(session, name)
    due = place.at + services.settings.anchor_hours * clock.HOUR <= at
    if checkpoint is None or checkpoint.size <= place.size or not due:
        return
    try:
        out(checkpoint)
    except (OSError, Invalid) as error:
        note_failure(services.database, name, code_of(error), at=at)
        return
    services.database.writing(lambda session: note_success(session, name, checkpoint.size, at=at))
