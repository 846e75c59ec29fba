"""The three-digit ZIP rule of 164.514(b)(2)(i)(B), from versioned tables of small areas."""

from __future__ import annotations

from dataclasses import dataclass

from app.deid.lexicon.wordset import wordset

SMALL_AREA = 20_000
STALE_AFTER_YEARS = 10


@dataclass(frozen=True)
class ZipTable:
    """Prefixes whose area holds 20,000 people or fewer by one census."""

    census_year: int
    source: str
    restricted: frozenset[str]

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
    """Three digits of a ZIP or ZIP+4, or "000" for an area small by any table (default: Census 2000)."""
    prefix = zip_code.strip()[:3]
    small = any(prefix in table.restricted for table in tables or (CENSUS_2000,))
    return "000" if small else prefix
