"""Registries: named tables of interchangeable parts, told of them only by `app/plugins.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar

from app.core.errors import NotFound

T = TypeVar("T")

# The key under which a kind of parts names a function that finds more of them on this machine.
FOUND = "*"
_declared: dict[str, Mapping[str, str]] = {}
_registries: list[Registry[Any]] = []


@dataclass(frozen=True)
class _Named:
    """A part nobody has asked for yet, as ``module:attribute``."""

    path: str


class Registry(Generic[T]):
    """Parts of one kind, by key, in the order they were declared.

    A part is an object or a class without constructor arguments. It is imported when it is first asked
    for, and refused when it has another key than it was declared under, or lacks a member of the protocol.
    """

    def __init__(self, name: str, protocol: type) -> None:
        self.name = name
        self.protocol = protocol
        self._parts: dict[str, T | _Named] = {}
        self._found: str | None = None
        _registries.append(self)
        self.declare(_declared.get(name, {}))

    def declare(self, paths: Mapping[str, str]) -> None:
        """Say which parts there are, key → ``module:attribute``; nothing is imported."""
        for key, path in paths.items():
            if key == FOUND:
                self._found = path
            else:
                self._parts.setdefault(key, _Named(path))

    def add(self, part: T) -> None:
        """Register an object (parts found on disk, toy parts of tests). Raises TypeError, ValueError."""
        self._check(part)
        key = part.key  # type: ignore[attr-defined]
        if key in self._parts and type(self._part(key)) is not type(part):
            raise ValueError(f"two parts of {self.name} have the key {key!r}")
        self._parts[key] = part

    def remove(self, key: str) -> None:
        """Take a part out again (tests register toy parts)."""
        del self._parts[key]

    def get(self, key: str) -> T:
        """The part with this key. Raises NotFound, naming the keys there are."""
        if key not in self:
            known = ", ".join(self._parts) or "none"
            raise NotFound(f"unknown-{self.name}", f"no {self.name} {key!r}; known: {known}")
        return self._part(key)

    def keys(self) -> list[str]:
        self._find()
        return list(self._parts)

    def __contains__(self, key: object) -> bool:
        if key not in self._parts:
            self._find()
        return key in self._parts

    def __iter__(self) -> Iterator[T]:
        return iter([self._part(key) for key in self.keys()])

    def __len__(self) -> int:
        return len(self.keys())

    def _part(self, key: str) -> T:
        part = self._parts[key]
        if isinstance(part, _Named):
            part = self._parts[key] = self._import(key, part.path)
        return part

    def _import(self, key: str, path: str) -> T:
        part = load(path)
        self._check(part)
        if part.key != key:
            raise ValueError(f"{path} is declared as {self.name} {key!r}, but has the key {part.key!r}")
        return part

    def _find(self) -> None:
        """Let what finds parts on this machine add them, once."""
        path, self._found = self._found, None
        if path is not None:
            load(path)()

    def _check(self, part: T) -> None:
        missing = [member for member in _members(self.protocol) if not hasattr(part, member)]
        if missing:
            raise TypeError(f"{part!r} is no {self.name}: it lacks {', '.join(missing)}")


def declare(parts: Mapping[str, Mapping[str, str]]) -> None:
    """Tell every registry, by its name, which parts it has: those there are, and those made later."""
    _declared.update(parts)
    for registry in _registries:
        registry.declare(parts.get(registry.name, {}))


def registries() -> list[Registry[Any]]:
    """Every registry made so far (tests ask whether each was told)."""
    return list(_registries)


def load_all(parts: Mapping[str, Mapping[str, str]]) -> None:
    """Import every part there is, for who must know every model: the web, migrations, tests."""
    for paths in parts.values():
        for path in paths.values():
            import_module(path.partition(":")[0])


def load(path: str) -> Any:
    """What ``module:attribute`` names; of a class, an object."""
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
