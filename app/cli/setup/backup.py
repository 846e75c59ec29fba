"""`backup` and `restore`: everything an installation needs, in one file."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

import click

from app.audit.continuity import accept_restore
from app.cli import machine
from app.cli.setup.archive import add_contents, digest_of, extract_whole
from app.core.clock import now
from app.core.errors import Invalid
from app.settings import Settings

PARTS = ("keys", "terminology")


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave the keys out: without them texts cannot be opened.")
def backup(out: Path, without_keys: bool) -> None:
    """Write database, code systems and keys into OUT (a .tar, mode 0600), while the server runs."""
    services = machine.machine()
    partial = out.with_name(out.name + ".partial")
    partial.touch(mode=0o600)
    with tempfile.TemporaryDirectory(prefix="chartmark-") as folder:
        copied = _copy_database(services.settings, Path(folder))
        with tarfile.open(partial, "w") as archive:
            archive.add(copied, copied.name)
            digests = {copied.name: digest_of(copied)}
            for part in PARTS:
                source = services.settings.var_dir / part
                if source.exists() and not (part == "keys" and without_keys):
                    digests |= _add_part(archive, source, part)
            add_contents(archive, digests)
    partial.replace(out)
    click.echo(f"{out}: {out.stat().st_size:,} bytes")


def _add_part(archive: tarfile.TarFile, source: Path, part: str) -> dict[str, str]:
    """Add a folder; returns the digest of each file that went in."""
    before = len(archive.getmembers())
    archive.add(source, part, filter=_without_memory)
    added = [entry.name for entry in archive.getmembers()[before:] if not entry.isdir()]
    return {name: digest_of(source / Path(name).relative_to(part)) for name in added}


def _without_memory(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """The signer's memory of its last checkpoint is of this machine, and ahead of the copied database."""
    return None if Path(entry.name).name.startswith("log.checkpoint") else entry


def _copy_database(settings: Settings, folder: Path) -> Path:
    """A consistent copy: SQLite's own backup, or pg_dump."""
    if settings.database.startswith("sqlite"):
        copy = folder / "chartmark.db"
        with sqlite3.connect(_sqlite_path(settings)) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return copy
    if shutil.which("pg_dump") is None:
        raise click.ClickException("pg_dump is not installed")
    copy = folder / "chartmark.dump"
    url = settings.database.replace("postgresql+psycopg://", "postgresql://")
    subprocess.run(["pg_dump", "--format=custom", f"--file={copy}", url], check=True)  # noqa: S603, S607
    return copy


def _sqlite_path(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(archive: Path) -> None:
    """Restore a backup into an empty installation; nothing that exists is overwritten."""
    settings = machine.machine().settings
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that moving it there is a rename: nothing of a damaged backup is ever in place.
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.var_dir) as folder:
        try:
            names = extract_whole(archive, Path(folder))
        except Invalid as error:
            raise click.ClickException(f"not restored: {error.message}") from None
        if not names & {"chartmark.db", "chartmark.dump"}:
            raise click.ClickException("this is not a backup: it holds no database")
        _require_empty(settings, names)
        for name in sorted(names):
            _put_in_place(Path(folder) / name, settings.var_dir / name)
    dump = settings.var_dir / "chartmark.dump"
    if dump.exists():
        url = settings.database.replace("postgresql+psycopg://", "postgresql://")
        subprocess.run(["pg_restore", "--exit-on-error", f"--dbname={url}", dump], check=True)  # noqa: S603, S607
        dump.unlink()
    elif _sqlite_path(settings) != settings.var_dir / "chartmark.db":
        shutil.move(settings.var_dir / "chartmark.db", _sqlite_path(settings))
    services = machine.machine()
    lost = accept_restore(services.database, services.signer(), machine.operator(), at=now())
    if lost:
        click.echo(f"the backup is older than the log: {lost} sealed events were lost; the log says so", err=True)
    click.echo("restored; check it with: flask --app wsgi audit export DIR && flask --app wsgi audit verify DIR")


def _put_in_place(source: Path, target: Path) -> None:
    """Into the folder that is there already (keys made by this very command) file by file."""
    if not target.exists():
        source.rename(target)
        return
    for path in source.iterdir():
        path.rename(target / path.name)


def _require_empty(settings: Settings, names: set[str]) -> None:
    taken = [name for name in sorted(names) if (settings.var_dir / name).exists() and name != "keys"]
    if settings.database.startswith("sqlite") and _sqlite_path(settings).exists():
        taken.append(str(_sqlite_path(settings)))
    if taken:
        raise click.ClickException(f"not restored: {', '.join(taken)} exists already")
    # A key file made by this very command is empty of meaning; the backup's must take its place.
    if "keys" in names:
        for path in (settings.var_dir / "keys").glob("*.key"):
            path.unlink()
