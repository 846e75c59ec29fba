"""What a server that others reach may not begin to serve with: a list is printed, and the process ends.

Called by gunicorn's configuration and by the worker before they take anything in. `security check` says the same and
more, since some of it needs the database or a person's decision.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from flask import Flask

from app import surface
from app.cli.setup.checks.finding import Installation, SecurityFinding
from app.cli.setup.checks.settings import LOCAL_HOSTS
from app.factory import REFUSED, keep_private
from app.settings import Settings


def is_reached_by_others(settings: Settings) -> bool:
    """https, or a host name that is not this machine's."""
    hosts = {host.strip() for host in settings.hosts.split(",")}
    return bool(settings.https) or not hosts <= LOCAL_HOSTS


def unsafe(settings: Settings) -> list[SecurityFinding]:
    """What is wrong with settings and files of a server that others reach; nothing is asked of one they do not."""
    if not is_reached_by_others(settings):
        return []
    keep_private(settings.var_dir)
    _close_files(settings.var_dir)
    installation = Installation(Flask("app"), settings, None)  # type: ignore[arg-type]  # none of these looks there
    found: list[SecurityFinding] = []
    for path in surface.BOOT_CHECKS:
        module, _, name = path.partition(":")
        found += getattr(import_module(module), name)(installation)
    return [finding for finding in found if finding.level == "wrong"]


def _close_files(var: Path) -> None:
    """Files that a version before 0.4 left open to others are closed; what cannot be is found a moment later."""
    for path in var.rglob("*"):
        with suppress(OSError):
            if not path.is_symlink() and path.stat().st_mode & 0o077:
                path.chmod(path.stat().st_mode & 0o700)


def refuse_unsafe(settings: Settings) -> None:
    """End the process, saying what to put right. Exit code 3, with which gunicorn and systemd do not try again."""
    if settings.restoring_path.exists():
        print("A restore was cut off: run it again (`restore`) before anything is started.", file=sys.stderr)
        raise SystemExit(REFUSED)
    problems = unsafe(settings)
    if problems:
        print("This server is reached by others and may not start like this:", file=sys.stderr)
        for problem in problems:
            print(f"  {problem.check}: {problem.message}", file=sys.stderr)
        raise SystemExit(REFUSED)
