"""The three-digit ZIP rule of 164.514(b)(2)(i)(B), from versioned tables of small areas."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

from dataclasses import dataclass

from app.core.clock import now
from app.deidentify.lexicon.wordset import wordset

SMALL_AREA = 20_000
STALE_AFTER_YEARS = 10


@dataclass(frozen=True)
class ZipTable:
    """Prefixes whose area holds 20,000 people or fewer by one census.

    `verified` is False for a list that nobody here has checked against the census itself.
    """

    census_year: int
    source: str
    restricted: frozenset[str]
    verified: bool = True

    def is_stale(self, year: int) -> bool:
        """Whether a newer census must exist: HHS asks for the current data."""
        return year - self.census_year > STALE_AFTER_YEARS


CENSUS_2000 = ZipTable(
    2000,
    "HHS guidance on de-identification (2012), 2000 Census",
    wordset(
        """
    036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893
    """
    ),
)

CENSUS_2010 = ZipTable(
    2010,
    "the list in common use since the 2010 Census; not checked against the census here",
    CENSUS_2000.restricted - wordset("063 790 830 831 890") | wordset("202 204 205 369 753 772"),
    verified=False,
)
# Either list hides a prefix: hiding one too many does no harm.
SHIPPED = (CENSUS_2000, CENSUS_2010)


def stale_tables(year: int | None = None) -> tuple[ZipTable, ...]:
    """The shipped tables that a newer census must have overtaken, in this year by default."""
    this_year = year or 1970 + now() // 31_556_952_000
    return tuple(table for table in SHIPPED if table.is_stale(this_year))


def load_zip_table(lines: list[str], census_year: int, source: str) -> ZipTable:
    """A table from ``prefix,population`` lines. Raises ValueError naming the line."""
    restricted = set()
    for number, line in enumerate(lines, start=1):
        prefix, _, population = line.strip().partition(",")
        if len(prefix) != 3 or not prefix.isdigit() or not population.strip().isdigit():
            raise ValueError(f"line {number} is not prefix,population")
        if int(population) <= SMALL_AREA:
            restricted.add(prefix)
    return ZipTable(census_year, source, frozenset(restricted))


def generalised_zip(zip_code: str, *tables: ZipTable) -> str:
    """Three digits of a ZIP or ZIP+4, or "000" for an area small by any table (default: the union of the shipped ones)."""
    prefix = zip_code.strip()[:3]
    small = any(prefix in table.restricted for table in tables or SHIPPED)
    return "000" if small else prefix
