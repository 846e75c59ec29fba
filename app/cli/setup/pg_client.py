"""PostgreSQL's own programs, told where to connect by a private file: arguments are everybody's to read."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import click
from sqlalchemy.engine import make_url

_NAMES = {"host": "host", "port": "port", "username": "user", "password": "password", "database": "dbname"}


def run_client(program: str, url: str, *arguments: str) -> None:
    """Run pg_dump, pg_restore or psql on the database of an address. Raises ClickException where it fails."""
    if shutil.which(program) is None:
        raise click.ClickException(f"{program} is not installed")
    with tempfile.TemporaryDirectory(prefix="chartmark-") as folder:
        services = Path(folder) / "service"
        services.touch(mode=0o600)
        services.write_text(_service(url), encoding="utf-8")
        named = os.environ | {"PGSERVICEFILE": str(services)}
        command = [program, "--dbname=service=chartmark", *arguments]
        done = subprocess.run(command, env=named, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        # What it says may quote rows; its first line names the trouble.
        raise click.ClickException(f"{program} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")


def _service(url: str) -> str:
    """The address as a libpq service: host, user, password, and what stands in its query (sslmode, …)."""
    asked = make_url(url)
    values = {name: getattr(asked, part) for part, name in _NAMES.items()}
    values |= {name: value if isinstance(value, str) else value[-1] for name, value in asked.query.items()}
    return "[chartmark]\n" + "".join(f"{name}={value}\n" for name, value in values.items() if value)
