"""What ICD-10-CM adds to search by words: mistyped codes, ranges in titles, sides, drugs with their effects."""

from __future__ import annotations

from collections.abc import Callable

from app.terminology.hits import CodePair, RepairedCode
from app.terminology.icd10cm.asked import SIDES
from app.terminology.icd10cm.drug_effects import find_pair
from app.terminology.icd10cm.ranges import as_titled
from app.terminology.icd10cm.ranking import Icd10CmQuery
from app.terminology.icd10cm.repair import repair
from app.terminology.phrases import QueryReading
from app.terminology.release import ReleaseData


class Icd10CmSearch:
    """Its `SystemSearch`."""

    key = "icd10cm"

    def repair(self, release: ReleaseData, query: str) -> RepairedCode | None:
        return repair(release, query)

    def as_titled(self, query: str) -> str:
        return as_titled(query)

    def reordered(self, typed: list[str]) -> list[str]:
        """The side last: `broken left hip` is a broken hip."""
        return [word for word in typed if word not in SIDES] + [word for word in typed if word in SIDES]

    def of_query(self, release: ReleaseData, readings: list[QueryReading]) -> Icd10CmQuery:
        return Icd10CmQuery(release, readings)

    def pair(
        self, release: ReleaseData, said: tuple[str, ...], billable: Callable[[str], list[str]]
    ) -> CodePair | None:
        return find_pair(release, said, billable)
