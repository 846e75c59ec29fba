"""Connected components of anything hashable: union-find with path halving."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Groups(Generic[T]):
    """Members joined pair by pair; each knows the root of its group."""

    def __init__(self) -> None:
        self._parent: dict[T, T] = {}

    def __contains__(self, member: object) -> bool:
        return member in self._parent

    def root(self, member: T) -> T:
        """The group's representative; a new member is a group of its own."""
        parent = self._parent
        parent.setdefault(member, member)
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    def join(self, one: T, other: T) -> None:
        self._parent[self.root(one)] = self.root(other)
