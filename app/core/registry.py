"""Registries: named tables of interchangeable parts, filled only by `app/plugins.py`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Generic, TypeVar

from app.core.errors import NotFound

T = TypeVar("T")


class Registry(Generic[T]):
    """Parts of one kind, by key, in the order they were registered.

    A part is an object or a class without constructor arguments, named as ``module:attribute``.
    It is refused when its key is taken or when it lacks a member of the protocol.
    """

    def __init__(self, name: str, protocol: type) -> None:
        self.name = name
        self.protocol = protocol
        self._parts: dict[str, T] = {}

    def register(self, *paths: str) -> None:
        for path in paths:
            self.add(_load(path))

    def add(self, part: T) -> None:
        missing = [member for member in _members(self.protocol) if not hasattr(part, member)]
        if missing:
            raise TypeError(f"{part!r} is no {self.name}: it lacks {', '.join(missing)}")
        key = part.key  # type: ignore[attr-defined]
        if key in self._parts and type(self._parts[key]) is not type(part):
            raise ValueError(f"two parts of {self.name} have the key {key!r}")
        self._parts[key] = part

    def remove(self, key: str) -> None:
        """Take a part out again (tests register toy parts)."""
        del self._parts[key]

    def get(self, key: str) -> T:
        """The part with this key. Raises NotFound, naming the keys there are."""
        try:
            return self._parts[key]
        except KeyError:
            known = ", ".join(self._parts) or "none"
            raise NotFound(f"unknown-{self.name}", f"no {self.name} {key!r}; known: {known}") from None

    def keys(self) -> list[str]:
        return list(self._parts)

    def __contains__(self, key: object) -> bool:
        return key in self._parts

    def __iter__(self) -> Iterator[T]:
        return iter(self._parts.values())

    def __len__(self) -> int:
        return len(self._parts)


def _load(path: str) -> Any:
    module_name, _, attribute = path.partition(":")
    found = getattr(import_module(module_name), attribute)
    return found() if isinstance(found, type) else found


def _members(protocol: type) -> list[str]:
    annotated = {name for base in protocol.__mro__ for name in getattr(base, "__annotations__", {})}
    defined = {
        name
        for base in protocol.__mro__
        if base is not object and base.__name__ not in ("Protocol", "Generic")
        for name, value in vars(base).items()
        if callable(value) and not name.startswith("_")
    }
    return sorted({name for name in annotated | defined if not name.startswith("_")} | {"key"})
