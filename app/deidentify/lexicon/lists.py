"""Word lists kept as data: one entry a line in `data/<name>.txt`, the first line naming their source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


@cache
def lines(name: str) -> tuple[str, ...]:
    """The entries of a list in order; a line that begins with # says where they are from."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def words(name: str) -> frozenset[str]:
    """The words of a list, as a set."""
    return frozenset(lines(name))
