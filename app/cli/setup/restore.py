"""`restore`: a backup is decrypted, checked and tried beside its place before anything of this installation changes."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from flask import current_app

from app.audit.continuity import accept_restore
from app.cli import machine
from app.cli.setup.archive import digest_of, extract_whole
from app.cli.setup.backup import MASTER_KEY, keys_of, sqlite_path
from app.cli.setup.backup_key import BackupKey, believed, decrypt, is_encrypted
from app.cli.setup.pg_client import run_client
from app.cli.setup.rehearsal import rehearse
from app.core.clock import iso, now
from app.core.db import Base
from app.core.engine import make_engine
from app.core.errors import Invalid
from app.core.revision import problem_of
from app.core.roles import grant_to, is_split, role_of
from app.settings import Settings


@dataclass(frozen=True)
class _Restoring:
    archive: Path
    identity: Path
    signed_by: Sequence[str]
    unauthenticated: bool


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--identity", type=click.Path(path_type=Path), help="The key file (default: beside var).")
@click.option("--signed-by", multiple=True, metavar="VKEY", help="A public key of the log to believe (audit keys).")
@click.option("--unauthenticated", is_flag=True, help="Take what is not signed: backups made before version 0.4.")
@click.option("--rehearse", "only_try", is_flag=True, help="Restore it elsewhere, check everything, keep nothing.")
def restore(
    archive: Path, identity: Path | None, signed_by: tuple[str, ...], unauthenticated: bool, only_try: bool
) -> None:
    """Restore a backup and its keys (ARCHIVE.keys) into an empty installation; nothing that exists is overwritten."""
    settings: Settings = current_app.extensions["settings"]
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    asked = _Restoring(archive, identity or settings.backup_key_path, signed_by, unauthenticated)
    # Beside its place, so that moving it there is a rename: nothing of a damaged backup is ever in place.
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.var_dir) as folder:
        try:
            _open(asked, settings, Path(folder))
            _require_sound(Path(folder))
        except Invalid as error:
            raise click.ClickException(f"not restored: {error.message}") from None
        if only_try:
            for line in rehearse(settings, Path(folder)):
                click.echo(line)
            return
        _take_back(settings)
        _require_empty(settings, Path(folder))
        _put_in_place(settings, Path(folder))
    services = machine.machine()
    lost = accept_restore(services.database, services.signer(), machine.operator(), at=now())
    if lost:
        click.echo(f"the backup is older than the log: {lost} sealed events were lost; the log says so", err=True)
    click.echo("restored; check it with: flask --app wsgi audit export DIR && flask --app wsgi audit verify DIR")


def _open(asked: _Restoring, settings: Settings, folder: Path) -> None:
    """Everything of the backup, checked, in an empty folder. Raises Invalid, saying what is missing or wrong."""
    if not is_encrypted(asked.archive):
        if not asked.unauthenticated:
            raise Invalid("backup", f"{asked.archive.name} is not encrypted; if it is of before 0.4: --unauthenticated")
        extract_whole(asked.archive, folder)
        return
    keys = keys_of(asked.archive)
    missing = [str(path) for path in (asked.identity, keys) if not path.exists()]
    if missing:
        words = f"bring {' and '.join(missing)} (--identity names another key file)"
        raise Invalid("backup", f"{asked.archive.name} alone cannot be restored: {words}")
    key = BackupKey.read(asked.identity)
    trusted = None if asked.unauthenticated else believed(settings, key, asked.signed_by)
    if trusted == []:
        raise Invalid("backup", "nothing says whose signature to believe: --signed-by VKEY (audit keys)")
    opened = []
    for path in (asked.archive, keys):
        plain = folder / ".opened.tar"
        decrypt(path, plain, key)
        part = folder / f".{path.name}"
        part.mkdir()
        opened.append(extract_whole(plain, part, trusted))
        plain.unlink()
        for entry in part.iterdir():
            entry.rename(folder / entry.name)
        part.rmdir()
    if [one.holds for one in opened] != ["data", "keys"] or opened[0].backup != opened[1].backup:
        raise Invalid("backup", f"{keys.name} does not belong to {asked.archive.name}")
    click.echo(f"{asked.archive.name}: made {iso(opened[0].made_at)}, whole and authentic", err=True)


def _require_sound(folder: Path) -> None:
    """Raises Invalid unless there is a database that can be read, of this version."""
    copy = folder / "chartmark.db"
    if copy.exists():
        try:
            with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
                sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            sound = False
        if not sound:
            raise Invalid("backup", "the database in the backup is damaged")
        if problem := problem_of(f"sqlite:///{copy}", migrating=True):
            raise Invalid("backup", problem)
    elif not (folder / "chartmark.dump").exists():
        raise Invalid("backup", "this is not a backup: it holds no database")


def _require_empty(settings: Settings, folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    taken = [name for name in names if (settings.var_dir / name).exists() and name != "keys"]
    if settings.database.startswith("sqlite") and sqlite_path(settings).exists():
        taken.append(str(sqlite_path(settings)))
    master, other = settings.master_key_path, folder / "keys" / MASTER_KEY
    if settings.master_key_file and master.exists() and digest_of(master) != digest_of(other):
        taken.append(f"another master key, {master},")
    if taken:
        raise click.ClickException(f"not restored: {', '.join(taken)} exists already")
    if settings.database.startswith("sqlite") != (folder / "chartmark.db").exists():
        raise click.ClickException("not restored: the backup is of the other kind of database (CHARTMARK_DATABASE_URL)")


def _take_back(settings: Settings) -> None:
    """Remove what a restore that was cut off had put in place."""
    mark = settings.restoring_path
    if not mark.exists():
        return
    for name in json.loads(mark.read_text()):
        placed = settings.var_dir / name
        shutil.rmtree(placed) if placed.is_dir() else placed.unlink(missing_ok=True)
    mark.unlink()


def _put_in_place(settings: Settings, folder: Path) -> None:
    """Keys, then code systems, the database last: until it is there, nothing is restored."""
    var = settings.var_dir
    places = {f"keys/{path.name}": path for path in (folder / "keys").glob("*")}
    places |= {name: folder / name for name in ("terminology",) if (folder / name).exists()}
    settings.restoring_path.write_text(json.dumps([*places, "chartmark.db"]))
    (var / "keys").mkdir(mode=0o700, exist_ok=True)
    for name, path in places.items():
        target = settings.master_key_path if name == f"keys/{MASTER_KEY}" else var / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A key that a command made here is of no record yet; the backup's takes its place.
        shutil.move(path, target)
    dump = folder / "chartmark.dump"
    if dump.exists():
        _restore_dump(settings, dump)
    else:
        shutil.move(folder / "chartmark.db", sqlite_path(settings))
    settings.restoring_path.unlink()


def _restore_dump(settings: Settings, dump: Path) -> None:
    """As the owner; the application's role gets its rights anew, which are no part of a backup."""
    url = settings.owner_database
    run_client("pg_restore", url, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(dump))
    if is_split(settings.database, url):
        engine = make_engine(url)
        with engine.begin() as connection:
            grant_to(connection, Base.metadata, role_of(settings.database))
        engine.dispose()
