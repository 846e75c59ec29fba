"""RxNorm in RRF: RXNCONSO, RXNREL, RXNATOMARCHIVE; pipes, no header, a pipe at the end of each row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.terminology.importers.protocol import About
from app.terminology.importers.reading.source import ReleaseSource
from app.terminology.rows import ConceptRow, ParentRow, ReleaseRow, ReplacementRow, TermRow

# Term types that name a concept, in the order in which one is preferred.
NAMES = (
    "IN",
    "PIN",
    "MIN",
    "BN",
    "SCDC",
    "SCDF",
    "SCD",
    "SBD",
    "SBDF",
    "SBDC",
    "GPCK",
    "BPCK",
    "DF",
    "DFG",
    "SCDG",
    "SBDG",
)
OTHERS = ("SY", "PSN", "TMSY", "ET")
CONSO_COLUMNS, REL_COLUMNS, ARCHIVE_COLUMNS = 19, 17, 18  # with the empty one after the last pipe
RXCUI, LANGUAGE, SAB, TTY, TEXT, SUPPRESS = 0, 1, 11, 12, 14, 16
# RXNREL reads "RXCUI2 has this relation to RXCUI1".
IS_A = {"isa"}


class RxNorm:
    """Clinical drugs of the US."""

    key = "rxnorm"
    title = "RxNorm"
    licence = "UMLS licence; Current Prescribable Content is free. Never shipped"
    reads = "RXNCONSO.RRF (and RXNREL.RRF, RXNATOMARCHIVE.RRF), in a folder or zip"

    def about(self, source: ReleaseSource) -> About:
        found = re.search(r"(\d{2})(\d{2})(20\d{2})", " ".join([source.path.name, *source.names]))
        if not found:
            return About()
        month, day, year = found.groups()
        return About(f"{year}-{month}-{day}", f"{year}-{month}-{day}")

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        name = source.one("rxnconso.rrf", "rxnconso.rrf.gz")
        best = self._best(source, name)
        preferred = {rxcui: text for rxcui, (_, text) in best.items()}
        for where, row in self._conso(source, name):
            if row[TTY] in NAMES and best.get(row[RXCUI]) == (NAMES.index(row[TTY]), row[TEXT]):
                # Taken out once given, so that two atoms of one wording make one concept.
                del best[row[RXCUI]]
                yield ConceptRow(row[RXCUI], row[TEXT], where, kind=row[TTY], active=row[SUPPRESS] != "O")
        for where, row in self._conso(source, name):
            if row[TEXT] != preferred[row[RXCUI]]:
                yield TermRow(row[RXCUI], row[TEXT], where)
        yield from self._parents(source)
        yield from self._replacements(source)

    def _best(self, source: ReleaseSource, name: str) -> dict[str, tuple[int, str]]:
        best: dict[str, tuple[int, str]] = {}
        for _, row in self._conso(source, name):
            if row[TTY] in NAMES:
                offer = (NAMES.index(row[TTY]), row[TEXT])
                best[row[RXCUI]] = min(best.get(row[RXCUI], offer), offer)
        self._known = set(best)
        return best

    def _conso(self, source: ReleaseSource, name: str) -> Iterator[tuple[str, list[str]]]:
        """Atoms of RxNorm itself that are not suppressed (obsolete ones are kept, inactive)."""
        known = getattr(self, "_known", None)
        for where, row in source.records(name, "|", CONSO_COLUMNS):
            if (
                row[SAB] == "RXNORM"
                and row[SUPPRESS] in ("N", "", "O")
                and row[TTY] in NAMES + OTHERS
                and (known is None or row[RXCUI] in known)
            ):
                yield where, row

    def _parents(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        for name in source.find("rxnrel.rrf", "rxnrel.rrf.gz"):
            for where, row in source.records(name, "|", REL_COLUMNS):
                if row[7] in IS_A and row[10] == "RXNORM" and {row[0], row[4]} <= self._known:
                    yield ParentRow(row[4], row[0], where)

    def _replacements(self, source: ReleaseSource) -> Iterator[ReleaseRow]:
        for name in source.find("rxnatomarchive.rrf", "rxnatomarchive.rrf.gz"):
            for where, row in source.records(name, "|", ARCHIVE_COLUMNS):
                old, new = row[12], row[16]
                if old and new and old != new and old in self._known and new in self._known:
                    yield ReplacementRow(old, new, where, "merged")
