"""Anchors: checkpoints that leave the server, so that nobody on it can take back what the log was.

By file drop, by mail, on a printed page; a witness is one too (`witnessing.py`). How far each has come stands in
`audit_anchor`; nothing waits for them, and one that fails for long alarms.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, select

from app.audit import verify
from app.audit.models import Anchor, Aside, Checkpoint
from app.core import clock
from app.core.db import Database, Session, get_locked, insert_if_missing
from app.core.digest import sha256
from app.core.errors import Invalid
from app.core.private import replace_private

SILENT = clock.HOUR
SECONDS = 20
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AnchorState:
    """How far a place outside has come, and since when it fails."""

    size: int = 0
    at: int = 0
    failing_since: int | None = None


def place_of(session: Session, name: str) -> AnchorState:
    row = session.get(Anchor, name)
    return AnchorState(row.size, row.at, row.failing_since) if row else AnchorState()


def note_success(session: Session, name: str, size: int, *, at: int) -> None:
    row = _row(session, name)
    row.size, row.at, row.failing_since, row.problem = max(row.size, size), at, None, ""


def note_failure(database: Database, name: str, problem: str, *, at: int) -> None:
    """Remember since when it fails, and alarm once it was silent for long."""

    def unit(session: Session) -> int:
        row = _row(session, name)
        row.failing_since, row.problem = row.failing_since or at, problem
        return row.failing_since

    since = database.writing(unit)
    if at - since >= SILENT:
        log.critical("%s has not answered for %s minutes: %s", name, (at - since) // clock.MINUTE, problem)


def _row(session: Session, name: str) -> Anchor:
    values = {"name": name, "size": 0, "at": 0, "failing_since": None, "problem": ""}
    row = insert_if_missing(session, Anchor, values) or get_locked(session, Anchor, name)
    assert row is not None  # noqa: S101  (inserted, or there)
    return row


def silent_places(session: Session, *, at: int) -> list[Anchor]:
    """Those that have failed for long: somebody should see to them."""
    return list(session.scalars(select(Anchor).where(Anchor.failing_since <= at - SILENT).order_by(Anchor.name)))


def count_refused(session: Session) -> int:
    """Rows of the log that the sequencer refused."""
    return session.scalar(select(func.count()).select_from(Aside)) or 0


def refused_of(session: Session, rows: Sequence[int]) -> dict[int, str]:
    """Of these rows of the log those that were refused, each with the reason's code."""
    found = session.execute(select(Aside.event_pk, Aside.why).where(Aside.event_pk.in_(rows)))
    return {row.event_pk: row.why for row in found}


def script_sha256() -> str:
    """The digest of the program an auditor runs, for whoever keeps a checkpoint to compare."""
    return sha256(Path(verify.__file__).read_bytes())


def drop(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint into a folder that leaves the server: a share, a synchronised or write-once disk."""
    path = folder / f"checkpoint-{checkpoint.size:012d}.txt"
    replace_private(path, checkpoint.note)
    return path


def letter(checkpoint: Checkpoint, origin: str, vkeys: Sequence[str]) -> str:
    """What goes with a checkpoint, by mail or on paper."""
    keys = "\n".join(vkeys)
    return (
        f"Checkpoint of the audit log {origin}: {checkpoint.size} events, {clock.iso(checkpoint.at)}.\n\n"
        f"Keep it where nobody who runs the server can change it. When you are given the log, check it with\n\n"
        f"    python verify.py FOLDER --checkpoint checkpoint.txt\n\n"
        f"verify.py has the SHA-256 {script_sha256()}.\nKeys of the log:\n{keys}\n"
    )


def send(url: str, sender: str, to: Sequence[str], text: str, checkpoint: Checkpoint) -> None:
    """Mail a checkpoint. `url`: smtp://, smtps:// or smtp+insecure:// with user, password, host and port.

    Raises Invalid for another address, OSError where the server does not take it (smtplib's errors are that).
    """
    message = EmailMessage()
    message["Subject"] = f"Audit checkpoint {checkpoint.size}"
    message["From"], message["To"] = sender, ", ".join(to)
    message.set_content(text)
    message.add_attachment(checkpoint.note, filename="checkpoint.txt")
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+insecure") or not parts.hostname:
        raise Invalid("mail-url", "CHARTMARK_MAIL_URL is no smtp:// address")
    secure = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=SECONDS, context=secure)
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 587, timeout=SECONDS)
    with server:
        if parts.scheme == "smtp":
            server.starttls(context=secure)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
