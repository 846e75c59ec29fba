"""A restore that keeps nothing: the backup is opened elsewhere, its log verified and its texts unsealed."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import click
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from app.audit import verify
from app.audit.checkpoint import Signer
from app.audit.export import export
from app.audit.macs import INFO, EventKeys
from app.cli import machine
from app.cli.setup.backup import MASTER_KEY
from app.cli.setup.pg_client import run_client
from app.core.clock import now
from app.core.db import Database
from app.core.errors import ChartmarkError
from app.core.revision import problem_of
from app.corpus import vault
from app.corpus.document import Document
from app.corpus.vault import SubjectKey, Vault, VaultFile
from app.settings import Settings


def rehearse(settings: Settings, folder: Path) -> Iterator[str]:
    """What the unpacked backup in `folder` proves, a line each. Raises ClickException at what does not hold."""
    with _scratch(settings, folder) as database:
        if problem := problem_of(database.url):
            raise click.ClickException(problem)
        yield f"{_count(database, Document)} documents"
        yield f"{_open_keys(database, folder)} keys of patients open with the master key"
        bundle = folder / "bundle"
        signer = Signer(folder / "keys" / "log.key", settings.log_origin)
        written = export(database, signer, bundle, actor=machine.operator(), at=now())
        said = io.StringIO()
        with redirect_stdout(said):
            broken = verify.main([str(bundle)])
        if broken == 1 or written.discrepancies:
            raise click.ClickException(f"the log in the backup does not hold:\n{said.getvalue()}")
        yield f"the log of {written.size} sealed events holds"
    yield "rehearsed: this backup can be restored; nothing was kept"


@contextmanager
def _scratch(settings: Settings, folder: Path) -> Iterator[Database]:
    dump = folder / "chartmark.dump"
    if not dump.exists():
        database = Database(f"sqlite:///{folder / 'chartmark.db'}", info=_keys(settings, folder))
        try:
            yield database
        finally:
            database.dispose()
        return
    with _scratch_postgresql(settings.database) as url:
        run_client("pg_restore", url, "--exit-on-error", "--single-transaction", "--no-owner", str(dump))
        database = Database(url, info=_keys(settings, folder))
        try:
            yield database
        finally:
            database.dispose()


def _keys(settings: Settings, folder: Path) -> dict[str, object]:
    """The backup's own keys: of sealed texts, and of the events' MACs, unless those are kept apart from backups."""
    apart = settings.event_key_path if settings.event_key_file else None
    master = folder / "keys" / MASTER_KEY
    keys: dict[str, object] = {INFO: EventKeys(apart or folder / "keys" / "event.key")}
    return keys | ({vault.INFO: VaultFile(master)} if master.exists() else {})


@contextmanager
def _scratch_postgresql(url: str) -> Iterator[str]:
    """The address of a new database on the same server; dropped afterwards. Its role must be able to make one."""
    name = f"chartmark_rehearsal_{secrets.token_hex(6)}"
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    finally:
        engine.dispose()


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _open_keys(database: Database, folder: Path) -> int:
    """How many; all of them are tried."""
    master = folder / "keys" / MASTER_KEY
    if not master.exists():
        if _count(database, SubjectKey):
            raise click.ClickException("the backup has no master key: no source could be opened")
        return 0
    opened = Vault.at(master)
    with database.reading() as session:
        ids = session.scalars(select(SubjectKey.subject_id)).all()
        try:
            for subject_id in ids:
                opened.key_of(session, subject_id)
        except ChartmarkError as error:
            words = f"the master key in the backup does not open its sources: {error.message}"
            raise click.ClickException(words) from None
    return len(ids)
