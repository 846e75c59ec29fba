"""Codes against the person: age and sex edits. They warn, never block."""

from __future__ import annotations

from collections.abc import Iterator

from app.terminology.coding_rules.case import NOT_ASSESSED, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import shown
from app.terminology.entry_terms import table


class AgeSex:
    """Conditions of one sex or an age of life."""

    key = "age_sex"
    title = "Age and sex edits"
    source = "Medicare Code Editor v43.1, diagnosis edits by age and sex"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for code in case.codes:
            for row in table("icd10cm_age_sex.tsv"):
                if row["first"] <= code[: len(row["first"])] and code[: len(row["last"])] <= row["last"]:
                    yield from self._against(case, code, row)

    def _against(self, case: CheckedEncounter, code: str, row: dict[str, str]) -> Iterator[Finding]:
        what = f"{shown(code)} ({row['what']})"
        if row["sex"]:
            if case.sex is None:
                yield Finding(
                    self.key,
                    NOT_ASSESSED,
                    [shown(code)],
                    f"{what} is for {row['sex']} patients; sex unknown",
                    row["source"],
                )
            elif case.sex != row["sex"]:
                yield Finding(self.key, WARNING, [shown(code)], f"{what} is for {row['sex']} patients", row["source"])
        if row["age_from"] and (said := _against_age(case, float(row["age_from"]), float(row["age_to"]))):
            severity, why = said
            yield Finding(self.key, severity, [shown(code)], f"{what} is for {why}", row["source"])


def _against_age(case: CheckedEncounter, low: float, high: float) -> tuple[str, str] | None:
    """(severity, words) where an age from `low` to `high` completed years does not fit what is known.

    Of a band all must lie outside for a warning; a band that reaches over the edge decides nothing.
    """
    ages = f"ages {low:g} to {high:g}"
    if case.age is None or case.age_to is None:
        return NOT_ASSESSED, f"{ages}; age unknown"
    if case.age_to < low or case.age >= high + 1:
        return WARNING, f"{ages} years"
    if low <= case.age and case.age_to < high + 1:
        return None
    return NOT_ASSESSED, f"{ages}; of the age only a band is known ({case.age:g} to {int(case.age_to)})"
