"""Files that only the service's user may read, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def create_private(path: Path, text: str) -> None:
    """Make a file of mode 0600; the first of several processes wins, and the others leave it as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = _write_aside(path, text)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def replace_private(path: Path, text: str) -> None:
    """Replace a file of mode 0600."""
    _write_aside(path, text).replace(path)


def _write_aside(path: Path, text: str) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return aside
