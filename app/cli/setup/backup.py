"""`backup`: everything an installation needs, in two encrypted files that can be kept apart: data, and keys."""

from __future__ import annotations

import secrets
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import click

from app.cli import machine
from app.cli.setup.archive import BackupContents, close_archive, digest_of
from app.cli.setup.backup_key import encrypt, recipient_for
from app.cli.setup.pg_client import run_client
from app.core.clock import now
from app.core.errors import Invalid
from app.settings import Settings

MASTER_KEY = "master.key"


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave OUT.keys out: without the keys texts cannot be opened.")
def backup(out: Path, without_keys: bool) -> None:
    """Write database and code systems into OUT and the keys into OUT.keys, encrypted, while the server runs.

    They are for the recipient in CHARTMARK_BACKUP_RECIPIENT, else for the key file beside var (see there).
    """
    services = machine.machine()
    signer, settings = services.signer(), services.settings
    kept = [(out, "data")] if without_keys else [(out, "data"), (keys_of(out), "keys")]
    name, at = secrets.token_hex(16), now()
    try:
        recipient = recipient_for(settings, signer)
        # Beside their place and not in a common folder: what is not encrypted yet must not lie elsewhere.
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.var_dir) as folder:
            for path, holds in kept:
                plain = Path(folder) / f"{holds}.tar"
                with tarfile.open(plain, "w") as archive:
                    add = _add_data if holds == "data" else _add_keys
                    files = add(archive, settings, Path(folder))
                    close_archive(archive, BackupContents(name, holds, at, files), signer)
                encrypt(plain, path.with_name(f"{path.name}.partial"), recipient)
                plain.unlink()
        for path, _ in kept:
            path.with_name(f"{path.name}.partial").replace(path)
            click.echo(f"{path}: {path.stat().st_size:,} bytes")
    except Invalid as error:
        raise click.ClickException(error.message) from None
    whose = "the recipient in the settings" if settings.backup_recipient else settings.backup_key_path
    click.echo(f"encrypted for {whose}; without that key nobody opens it, nor do you")


def keys_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.keys")


def _add_data(archive: tarfile.TarFile, settings: Settings, folder: Path) -> dict[str, str]:
    copied = _copy_database(settings, folder)
    archive.add(copied, copied.name)
    digests = {copied.name: digest_of(copied)}
    copied.unlink()
    source = settings.var_dir / "terminology"
    return digests | (_add_part(archive, source, "terminology") if source.exists() else {})


def _add_keys(archive: tarfile.TarFile, settings: Settings, _folder: Path) -> dict[str, str]:
    source = settings.var_dir / "keys"
    digests = _add_part(archive, source, "keys") if source.exists() else {}
    name = f"keys/{MASTER_KEY}"
    if name not in digests and settings.master_key_path.exists():
        archive.add(settings.master_key_path, name)
        digests[name] = digest_of(settings.master_key_path)
    return digests


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
        with closing(sqlite3.connect(sqlite_path(settings))) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy
    copy = folder / "chartmark.dump"
    run_client("pg_dump", settings.owner_database, "--format=custom", f"--file={copy}")
    return copy


def sqlite_path(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))
