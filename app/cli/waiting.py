"""How a command of the shell ends that waits for a second person, and what it prints of links."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app

if TYPE_CHECKING:
    from app.accounts.approval import Done  # brings passwords, which few commands need


def say_waiting(*outcomes: Done) -> None:
    """`waiting for approval N`, a line each; `flask approvals approve N --by NAME` goes on."""
    for done in outcomes:
        if done.approval is not None:
            click.echo(f"waiting for approval {done.approval}")


def link_to(url: str, token: str) -> str:
    """The address at which a password is chosen; where `make run` last served it unless `url` says."""
    return f"{(url or _address()).rstrip('/')}/password/{token}"


def _address() -> str:
    noted: Path = current_app.extensions["settings"].address_path
    return noted.read_text().strip() if noted.exists() else "http://127.0.0.1:8000"
