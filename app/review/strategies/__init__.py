"""How readers are chosen: each strategy one file, registered in `app/plugins.py`."""

from __future__ import annotations

from typing import Protocol

from app.core.registry import Registry


class Strategy(Protocol):
    """Chooses readers for an item; pure, so that a choice can be explained years later."""

    key: str
    title: str
    readers: int

    def choose(self, item_id: int, candidates: list[int], load: dict[int, int]) -> list[int]:
        """`readers` of the candidates (person ids), or fewer when there are not enough.

        `load` is how many open tasks each candidate has.
        """
        ...


STRATEGIES: Registry[Strategy] = Registry("strategy", Strategy)


def least_loaded(item_id: int, candidates: list[int], load: dict[int, int], readers: int) -> list[int]:
    """Those with the fewest open tasks; ties rotate with the item so that pairs mix."""
    rotation = {person: (position + item_id) % len(candidates) for position, person in enumerate(candidates)}
    return sorted(candidates, key=lambda person: (load.get(person, 0), rotation[person]))[:readers]


class StrategyChoices:
    """Which strategies a project's settings may name."""

    key = "strategy"

    def options(self) -> list[tuple[str, str]]:
        return [(strategy.key, f"{strategy.title} ({strategy.readers})") for strategy in STRATEGIES]
