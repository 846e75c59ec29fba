"""Indirect identifiers: k-anonymity, uniqueness, risk, l-diversity, and what generalisation would suffice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

Row = Mapping[str, object]
Generaliser = Callable[[object], object]
# k of common release models: public (EMA Policy 0070), controlled, within a consortium.
COMMON_THRESHOLDS = (11, 5, 3)


@dataclass(frozen=True)
class AnonymityReport:
    """`risk_max` is 1/k (prosecutor), `risk_average` classes/n; `l_diversity` per sensitive column."""

    rows: int
    classes: int
    k: int
    unique_fraction: float
    risk_average: float
    risk_max: float
    l_diversity: dict[str, int]
    small_classes: int

    def meets(self, k: int) -> bool:
        return self.rows > 0 and self.k >= k


def anonymity(
    rows: Sequence[Row], quasi: Sequence[str], sensitive: Sequence[str] = (), *, k: int = 11
) -> AnonymityReport:
    """Report over the equivalence classes of the quasi-identifiers; `small_classes` counts those below `k`.

    A missing value is a value of its own.
    """
    sizes = Counter(_class_of(row, quasi) for row in rows)
    n = len(rows)
    return AnonymityReport(
        rows=n,
        classes=len(sizes),
        k=min(sizes.values(), default=0),
        unique_fraction=sum(1 for s in sizes.values() if s == 1) / n if n else 0.0,
        risk_average=len(sizes) / n if n else 0.0,
        risk_max=1 / min(sizes.values()) if sizes else 0.0,
        l_diversity={column: _diversity(rows, quasi, column) for column in sensitive},
        small_classes=sum(1 for s in sizes.values() if s < k),
    )


def sufficient_generalisation(
    rows: Sequence[Row], hierarchies: Mapping[str, Sequence[Generaliser]], k: int, *, suppress: float = 0.0
) -> dict[str, int] | None:
    """The least generalisation that reaches `k`: column → level (0 leaves it as it is), or None.

    `hierarchies` lists for each quasi-identifier its generalisers from mild to severe. Up to the share
    `suppress` of the rows may be left out. Among equals the one with fewer classes lost wins.
    """
    columns = list(hierarchies)
    levels = sorted(product(*(range(len(hierarchies[c]) + 1) for c in columns)), key=lambda level: (sum(level), level))
    best: tuple[int, int, dict[str, int]] | None = None
    for level in levels:
        if best and sum(level) > best[0]:
            break
        sizes = Counter(
            tuple(_generalised(row.get(c), hierarchies[c], step) for c, step in zip(columns, level, strict=True))
            for row in rows
        )
        lost = sum(size for size in sizes.values() if size < k)
        if rows and lost <= suppress * len(rows) and (best is None or len(sizes) > -best[1]):
            best = (sum(level), -len(sizes), dict(zip(columns, level, strict=True)))
    return best[2] if best else None


def band(width: int, top: int = 90) -> Generaliser:
    """Numbers into bands ("40–49"); from `top` on "90+", as Safe Harbor asks of ages."""

    def generalise(value: object) -> object:
        if not isinstance(value, int):
            return value
        low = value // width * width
        return f"{top}+" if value >= top else f"{low}–{low + width - 1}"

    return generalise


def prefix(length: int) -> Generaliser:
    """The first characters: ZIP3 of a ZIP, the year of an ISO date, the category of a code."""
    return lambda value: str(value)[:length]


def suppressed(_value: object) -> object:
    """Nothing at all."""
    return "*"


def _generalised(value: object, hierarchy: Sequence[Generaliser], level: int) -> object:
    return value if level == 0 else hierarchy[level - 1](value)


def _class_of(row: Row, quasi: Sequence[str]) -> tuple:
    return tuple(row.get(column) for column in quasi)


def _diversity(rows: Sequence[Row], quasi: Sequence[str], column: str) -> int:
    """The smallest number of different sensitive values in a class (Machanavajjhala 2007)."""
    values: dict[tuple, set] = defaultdict(set)
    for row in rows:
        values[_class_of(row, quasi)].add(row.get(column))
    return min(map(len, values.values()), default=0)
