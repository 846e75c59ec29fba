"""What a coding rule is given and what it answers, and the registry of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict

from app.core.registry import Registry
from app.terminology.release import ReleaseData

# error: cannot be reported so; warning: look again, may stand with a reason; hint: may be missing;
# not_assessed: the rule could not be applied, which is never the same as "all right".
ERROR, WARNING, HINT, NOT_ASSESSED = "error", "warning", "hint", "not_assessed"
GUIDELINES = "ICD-10-CM Official Guidelines FY 2026"


@dataclass(frozen=True)
class Finding:
    """One thing a rule has to say about some codes, with the clause it rests on."""

    rule: str
    severity: str
    codes: list[str]
    message: str
    source: str


class Facts(TypedDict, total=False):
    """What is known of the encounter; what is missing makes rules answer "not assessed"."""

    date: str | None  # ISO date of service: the true date, never a shifted one
    sex: str | None  # female or male
    age: float | None  # years
    age_to: float | None  # where only a band is known: its upper end, `age` being the lower
    setting: str | None  # inpatient, outpatient, emergency
    assertions: Mapping[str, Mapping[str, Any]] | None  # by code: axes or the five flags
    texts: Mapping[str, str] | None  # by code: the words it was coded from


@dataclass(frozen=True)
class CheckedEncounter:
    """The codes of one encounter in their order, with what is known of it and the release that applies."""

    codes: list[str]  # keys without dot, as given
    release: ReleaseData | None  # valid on the date of service; None when no installed release is
    dated: bool  # whether the release was chosen by date
    date: str | None = None
    sex: str | None = None
    age: float | None = None
    age_to: float | None = None  # equal to `age` unless only a band is known
    setting: str | None = None
    assertions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> list[tuple[str, int]]:
        """(key, concept number) of the codes the release has."""
        if self.release is None:
            return []
        numbered = ((code, self.release.number(code)) for code in self.codes)
        return [(code, number) for code, number in numbered if number is not None]


class CodingRule(Protocol):
    """One rule. `check` yields findings and changes nothing."""

    key: str
    title: str
    source: str

    def check(self, case: CheckedEncounter) -> Iterator[Finding]: ...


CODING_RULES: Registry[CodingRule] = Registry("coding rule", CodingRule)
