"""Codes that say nearly the same: both sides, unspecified beside specified, two stages of one condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, permutations

from app.terminology.coding_rules.case import GUIDELINES, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import shown
from app.terminology.icd10cm.facets import read_facets
from app.terminology.indexing.words import FILLERS, words
from app.terminology.release import ReleaseData

_SIDES = frozenset(["right", "left", "bilateral", "unilateral", "both"])
_UNSPECIFIED = re.compile(r"\bunspecified\b[^,]*|\bnot specified\b[^,]*|\bwithout complications?\b")
# Facets of which one encounter has one value; trimesters have a rule of their own.
_ONE_VALUE = ("stage", "severity", "degree")


@lru_cache(maxsize=20_000)
def _said(release: ReleaseData, concept: int) -> frozenset[str]:
    return frozenset(words(release.preferred(concept)))


def _category(code: str) -> str:
    return code[:3]


class BothSides:
    """The right and the left coded, where one code says both."""

    key = "both_sides"
    title = "One bilateral code for both sides"
    source = f"{GUIDELINES} I.B.13"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        assert case.release is not None or not case.known()  # noqa: S101 (known() is empty without one)
        for (a, first), (b, second) in combinations(dict(case.known()).items(), 2):
            if _category(a) != _category(b):
                continue
            yield from self._pair(case.release, (a, first), (b, second))  # type: ignore[arg-type]

    def _pair(self, release: ReleaseData, one: tuple[str, int], other: tuple[str, int]) -> Iterator[Finding]:
        (a, first), (b, second) = one, other
        sides = [_said(release, n) & {"right", "left", "bilateral"} for n in (first, second)]
        if _bare(release, first) != _bare(release, second) or not all(sides):
            return
        codes = [shown(a), shown(b)]
        if {"right"} in sides and {"left"} in sides:
            if both := _bilateral(release, first):
                yield Finding(self.key, WARNING, codes, f"both sides are coded: {both} says bilateral", self.source)
        elif {"bilateral"} in sides and sides[0] != sides[1]:
            yield Finding(self.key, WARNING, codes, "one code already says bilateral", self.source)


def _bare(release: ReleaseData, concept: int) -> frozenset[str]:
    return _said(release, concept) - _SIDES - FILLERS


def _bilateral(release: ReleaseData, concept: int) -> str | None:
    """The billable code of the category that says the same of both sides."""
    wanted = _bare(release, concept)
    for above in release.ancestors(concept):
        code = release.codes([above])[above][0]
        if len(code) != 3:
            continue
        for number in release.descendants(above):
            if "bilateral" in _said(release, number) and _bare(release, number) == wanted:
                found, billable, *_ = release.codes([number])[number]
                if billable:
                    return found
    return None


class UnspecifiedBeside:
    """The unspecified code, or the one "without complications", beside one that says more of the same."""

    key = "unspecified_beside"
    title = "Unspecified code beside a specific one"
    source = f"{GUIDELINES} I.A.9.b, I.B.2"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for (a, vague), (b, exact) in permutations(dict(case.known()).items(), 2):
            release = case.release
            assert release is not None  # noqa: S101 (known() is empty without one)
            if _category(a) != _category(b) or a[0] in "VWXY":
                continue
            sides = [_said(release, n) & _SIDES for n in (vague, exact)]
            if all(sides) and sides[0] != sides[1]:
                continue
            title = release.preferred(vague).lower()
            less = frozenset(words(_UNSPECIFIED.sub(" ", title))) - FILLERS - {"without"}
            if not _UNSPECIFIED.search(title) or not less or not less <= _said(release, exact):
                continue
            if _UNSPECIFIED.search(release.preferred(exact).lower()) and len(_said(release, exact)) <= len(less):
                continue
            # Two unspecified codes say alike much; the vaguer is the one whose words the other holds.
            if _UNSPECIFIED.search(release.preferred(exact).lower()) and not self._vaguer(release, vague, exact):
                continue
            yield Finding(
                self.key,
                WARNING,
                [shown(a), shown(b)],
                f"{shown(a)} is unspecified beside {shown(b)}, which says more of the same condition",
                self.source,
            )

    @staticmethod
    def _vaguer(release: ReleaseData, vague: int, exact: int) -> bool:
        def told(concept: int) -> frozenset[str]:
            return frozenset(words(_UNSPECIFIED.sub(" ", release.preferred(concept).lower()))) - FILLERS

        return told(vague) < told(exact)


class OneValue:
    """Two stages, severities or degrees of one condition at one site."""

    key = "one_stage"
    title = "One stage, severity or degree of one condition"
    source = f"{GUIDELINES} I.C.12.a.5, I.C.14.a.1, I.C.19.d.2"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for (a, first), (b, second) in combinations(dict(case.known()).items(), 2):
            release = case.release
            assert release is not None  # noqa: S101 (known() is empty without one)
            if _category(a) != _category(b) or set(release.parents(first)) != set(release.parents(second)):
                continue
            facets = [read_facets(words(release.preferred(n))) for n in (first, second)]
            for facet in _ONE_VALUE:
                values = [f.get(facet) for f in facets]
                same_side = facets[0].get("side") == facets[1].get("side")
                if all(values) and values[0] != values[1] and same_side:
                    message = f"two values of {facet} of one condition: code the highest that is documented"
                    yield Finding(self.key, WARNING, [shown(a), shown(b)], message, self.source)
