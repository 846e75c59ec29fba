"""Codes that do not go together: Excludes1, one code twice, two codes where one combination code stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from app.terminology.coding_rules.case import ERROR, GUIDELINES, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import notes_above, refers_to, shown
from app.terminology.entry_terms import table
from app.terminology.release import ReleaseData


class Excludes1:
    """Two codes of which either names the other as "not coded here"; Excludes2 is no conflict."""

    key = "excludes1"
    title = "Excludes1: never together"
    source = f"{GUIDELINES} I.A.12.a"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for (a, first), (b, second) in combinations(dict(case.known()).items(), 2):
            assert case.release is not None  # noqa: S101 (known() is empty without one)
            note = _excluding(case.release, first, b, second) or _excluding(case.release, second, a, first)
            if note:
                holder, text = note
                yield Finding(
                    self.key,
                    WARNING,
                    [shown(a), shown(b)],
                    f"Excludes1 at {holder}: {text}. Stands only if the two are clearly unrelated.",
                    self.source,
                )


def _excluding(release: ReleaseData, concept: int, other: str, number: int) -> tuple[str, str] | None:
    """The holder and text of an Excludes1 note above `concept` that names `other`."""
    shared = {number, *release.ancestors(number)}
    for holder, text in notes_above(release, concept, "excludes1"):
        # A note above both sends the coder on within the branch; it sets nothing apart.
        if holder not in shared and refers_to(text, other):
            return release.codes([holder])[holder][0], text
    return None


class Once:
    """Each code is reported once for an encounter."""

    key = "once"
    title = "No code twice"
    source = f"{GUIDELINES} I.B.12"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for code in sorted({c for c in case.codes if case.codes.count(c) > 1}):
            yield Finding(
                self.key,
                ERROR,
                [shown(code)],
                f"{shown(code)} is listed {case.codes.count(code)} times",
                self.source,
            )


class Combination:
    """Conditions the classification presumes to be linked have a combination code ("with")."""

    key = "combination"
    title = "Combination code instead of two"
    source = f"{GUIDELINES} I.A.15, I.B.9"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for row in table("icd10cm_combinations.tsv"):
            parts = [row["first"], row["second"], *filter(None, [row["third"]])]
            matched = [next((c for c in case.codes if _any_prefix(c, part)), None) for part in parts]
            unless = row["unless"] and any(_any_prefix(c, row["unless"]) for c in case.codes)
            if None not in matched and not unless:
                yield Finding(self.key, WARNING, [shown(c) for c in matched if c], row["message"], row["source"])


def _any_prefix(code: str, prefixes: str) -> bool:
    return code.startswith(tuple(p.replace(".", "") for p in prefixes.split("|")))
