"""Proposals from one system to another, with the rule under which each holds. Nothing is assigned here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.terminology.release import ReleaseData
from app.terminology.systems import display_code, system_key

MALE, FEMALE = "248153007", "248152002"
AGE = ("445518008", "424144002")  # age at onset of clinical finding, current chronological age
_IFA = re.compile(r"IFA\s+(\d+)\s*\|[^|]*\|(?:\s*(<=|>=|<|>)\s*([\d.]+)\s*(\w+))?")
_YEARS = {"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12, "year": 1.0, "hour": 1 / 8766}


@dataclass(frozen=True)
class Proposal:
    """A target code. `verdict`: holds, fails, or unknown (a person has to decide)."""

    target_system: str
    target: str
    group: int
    priority: int
    rule: str
    advice: str
    verdict: str
    complete: bool  # False where the map leaves characters open, e.g. the episode of care


def propose(
    release: ReleaseData, code: str, target: str, *, sex: str | None = None, age: float | None = None
) -> list[Proposal]:
    """Map targets of a code in the target system, per group the first whose rule holds, then the open ones.

    Rules of a group are tried in priority order and the first that holds ends the group; a rule
    that cannot be decided keeps the later ones as possibilities.
    """
    number = release.number(code)
    if number is None:
        return []
    key = system_key(target)
    rows = release.query(
        "SELECT target, map_group, priority, rule, advice FROM mapping "
        "WHERE concept_id = ? AND target_system = ? ORDER BY map_group, priority",
        (number, key),
    )
    found: list[Proposal] = []
    settled: set[int] = set()
    for to, group, priority, rule, advice in rows:
        verdict = judge(rule, sex=sex, age=age)
        if group in settled or verdict == "fails" or not to:
            continue
        if verdict == "holds":
            settled.add(group)
            # Only certain when nothing before it in the group was left open.
            open_before = any(p.group == group for p in found)
            verdict = "unknown" if open_before else "holds"
        complete = "?" not in to and "EPISODE OF CARE" not in advice.upper() and "7TH CHARACTER" not in advice.upper()
        found.append(Proposal(key, display_code(key, to), group, priority, rule, advice, verdict, complete))
    return found


def judge(rule: str, *, sex: str | None, age: float | None) -> str:
    """holds, fails or unknown for one map rule (`TRUE`, `OTHERWISE TRUE`, `IFA … AND IFA …`)."""
    text = rule.strip()
    if text in ("TRUE", "OTHERWISE TRUE", ""):
        return "holds"
    conditions = _IFA.findall(text)
    if not conditions:
        return "unknown"
    verdicts = {_condition(concept, operator, amount, unit, sex, age) for concept, operator, amount, unit in conditions}
    return "fails" if "fails" in verdicts else "unknown" if "unknown" in verdicts else "holds"


def _condition(concept: str, operator: str, amount: str, unit: str, *person: object) -> str:
    sex, age = person
    if concept in (MALE, FEMALE) and sex is not None:
        return "holds" if sex == ("male" if concept == MALE else "female") else "fails"
    if concept in AGE and operator and isinstance(age, int | float):
        years = float(amount) * _YEARS.get(unit.rstrip("s").lower(), 1.0)
        good = {"<": age < years, "<=": age <= years, ">": age > years, ">=": age >= years}[operator]
        return "holds" if good else "fails"
    return "unknown"  # depends on another finding in the record
