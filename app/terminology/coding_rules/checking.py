"""Runs the coding rules over the codes of one encounter, with the release that was valid on its date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as calendar_date
from typing import Any, Unpack

from app.core.errors import Problem, invalid
from app.terminology.coding_rules.case import CODING_RULES, NOT_ASSESSED, CheckedEncounter, Facts, Finding
from app.terminology.release import ReleaseData
from app.terminology.systems import code_key, display_code

SEXES = {"f": "female", "female": "female", "m": "male", "male": "male"}
SETTINGS = {"inpatient", "outpatient", "emergency", "unknown"}
_ORDER = {"error": 0, "warning": 1, "hint": 2, NOT_ASSESSED: 3}


def check(codes: Iterable[str], *, releases: Sequence[ReleaseData], **facts: Unpack[Facts]) -> list[Finding]:
    """Findings of every rule for the codes of one encounter, gravest first.

    `releases` are the installed ICD-10-CM releases; the one valid on `date` is used, without a date
    the newest. Raises Invalid for a date, sex, age or setting that cannot be.
    """
    case = _case([code_key(c) for c in codes], releases, facts)
    found = [finding for rule in CODING_RULES for finding in rule.check(case)]
    if case.release is None:
        first, last = _span(releases)
        found.append(
            Finding(
                "validity",
                NOT_ASSESSED,
                _shown(case.codes),
                f"no installed release is valid on {case.date} (installed: {first} to {last})",
                "validity window of the release",
            )
        )
    return sorted(found, key=lambda f: _ORDER[f.severity])


def _case(codes: list[str], releases: Sequence[ReleaseData], facts: Facts) -> CheckedEncounter:
    date, sex, age = facts.get("date"), facts.get("sex"), facts.get("age")
    age_to = facts.get("age_to") if facts.get("age_to") is not None else age
    setting = (facts.get("setting") or "unknown").lower()
    problems = []
    if date is not None and not _is_date(date):
        problems.append(Problem("bad-date", "date", "not a date of the form YYYY-MM-DD"))
    if sex is not None and sex.lower() not in SEXES:
        problems.append(Problem("bad-sex", "sex", "neither female nor male"))
    if age is not None and not 0 <= age <= 130:
        problems.append(Problem("bad-age", "age", "not between 0 and 130 years"))
    if age_to is not None and (age is None or not age <= age_to <= 130):
        problems.append(Problem("bad-age", "age_to", "not between the age and 130 years"))
    if setting not in SETTINGS:
        problems.append(Problem("bad-setting", "setting", f"none of {', '.join(sorted(SETTINGS))}"))
    if problems:
        raise invalid(problems)
    return CheckedEncounter(
        codes=codes,
        release=_valid_on(releases, date),
        dated=date is not None,
        date=date,
        sex=SEXES[sex.lower()] if sex else None,
        age=age,
        age_to=age_to,
        setting=None if setting == "unknown" else setting,
        assertions=_by_key(facts.get("assertions")),
        texts=_by_key(facts.get("texts")),
    )


def _is_date(value: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(calendar_date.fromisoformat(value))
    except ValueError:
        return False


def _by_key(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {code_key(code): value for code, value in (values or {}).items()}


def _valid_on(releases: Sequence[ReleaseData], date: str | None) -> ReleaseData | None:
    """The release whose window holds the date; the later one where windows overlap."""
    newest_first = sorted(releases, key=lambda r: r.manifest.valid_from, reverse=True)
    for release in newest_first:
        window = release.manifest
        if date is None or (window.valid_from <= date and (not window.valid_to or date <= window.valid_to)):
            return release
    return None


def _span(releases: Sequence[ReleaseData]) -> tuple[str, str]:
    return (
        min((r.manifest.valid_from for r in releases), default="none"),
        max((r.manifest.valid_to for r in releases), default="none"),
    )


def _shown(codes: list[str]) -> list[str]:
    return [display_code("icd10cm", code) for code in codes]
