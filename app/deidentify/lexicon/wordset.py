"""Word lists written as running text."""

from __future__ import annotations


def wordset(text: str) -> frozenset[str]:
    """The white-space separated words of `text`."""
    return frozenset(text.split())


def wordtuple(text: str) -> tuple[str, ...]:
    """The same in order, without repetitions."""
    return tuple(dict.fromkeys(text.split()))
