"""What one code system adds to search by words, and the registry of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.core.registry import Registry
from app.terminology.hits import BestTerm, CodePair, RepairedCode
from app.terminology.phrases import QueryReading
from app.terminology.release import ReleaseData


class QueryRanking(Protocol):
    """What one query asks of the codes of one release."""

    def readings(self) -> list[QueryReading]:
        """The readings to search for, further ones of this system among them."""
        ...

    def rank(self, ranked: list[BestTerm]) -> list[BestTerm]:
        """Best first, from the order of word search."""
        ...

    def default_of_code(self, key: str) -> tuple[int, bool] | None:
        """For a typed code nobody may use: the concept that stands for it, and whether it comes first."""
        ...


class SystemSearch(Protocol):
    """Of one code system, whose key it has."""

    key: str

    def repair(self, release: ReleaseData, query: str) -> RepairedCode | None:
        """The code meant by a query that is a mistyped code; None where it is right, or no code at all."""
        ...

    def as_titled(self, query: str) -> str:
        """The query with numbers and contractions as the system's titles have them."""
        ...

    def reordered(self, typed: list[str]) -> list[str]:
        """The words in the order of the system's titles; the same list where that is how they stand."""
        ...

    def of_query(self, release: ReleaseData, readings: list[QueryReading]) -> QueryRanking: ...

    def pair(
        self, release: ReleaseData, said: tuple[str, ...], billable: Callable[[str], list[str]]
    ) -> CodePair | None:
        """The two codes that words take together; `billable` answers a query with its codes, best first."""
        ...


SYSTEM_SEARCHES: Registry[SystemSearch] = Registry("system search", SystemSearch)


def search_of(system: str) -> SystemSearch | None:
    """None for a system that is searched by words alone."""
    return SYSTEM_SEARCHES.get(system) if system in SYSTEM_SEARCHES else None
