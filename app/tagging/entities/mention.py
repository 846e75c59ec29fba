"""A mention: a span of tokens with a label, and how it was found."""

from __future__ import annotations

from typing import NamedTuple

Codes = tuple[tuple[str, str, str, str], ...]  # system, release, code, term


class Mention(NamedTuple):
    """Tokens [first, last); `source` names the rule; `holes` are tokens inside that do not belong."""

    first: int
    last: int
    label: str
    source: str
    codes: Codes = ()
    holes: tuple[int, int] | None = None
