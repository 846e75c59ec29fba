"""The rules of the register: what an entry must state, and whether a pipeline may tag a document now. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.core.clock import DAY
from app.core.digest import canonical_json
from app.core.errors import Problem

#: An entry is looked at again within twelve months of its signature; a leap year has 366 days.
LONGEST_TERM = 366 * DAY
OLDEST = 130
MOST_NAMES = 50

# What happens to an entry after it was stated: no part of what is signed.
_LATER = ("signed_at", "withdrawn_at")


@dataclass(frozen=True)
class RegisterEntry:
    """What an owner states, and signs, about a pipeline. Empty tuples mean: not limited. Times in UTC ms."""

    pipeline: str
    version: str
    digest: str
    intended_use: str
    note_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    specialties: tuple[str, ...] = ()
    least_age: int | None = None
    most_age: int | None = None
    population: str = ""
    evidence: str = ""
    #: user name of the person who stands for the entry
    owner: str = ""
    review_by: int | None = None
    signed_at: int | None = None
    withdrawn_at: int | None = None

    def statement(self) -> str:
        """Everything the owner signs, as canonical JSON."""
        body: dict[str, Any] = asdict(self)
        return canonical_json({name: body[name] for name in body if name not in _LATER})


@dataclass(frozen=True)
class Scope:
    """What is known of a document; None is unknown, and unknown is out of scope where a rule asks.

    `ages` is the band in whole years, both ends included: the day of birth is never kept.
    """

    language: str | None
    note_type: str | None = None
    specialty: str | None = None
    ages: tuple[int, int] | None = None


@dataclass(frozen=True)
class Running:
    """The pipeline as it is installed: its version and digest must be those that were signed."""

    version: str
    digest: str


def entry_problems(entry: RegisterEntry, *, at: int) -> list[Problem]:
    """What keeps a statement from being entered, apart from identifiers in its texts."""
    found = [Problem("missing", name, "this must be stated") for name in ("intended_use", "evidence")
             if not getattr(entry, name).strip()]  # fmt: skip
    if not entry.languages:
        found.append(Problem("missing", "languages", "name at least one language"))
    for name in ("note_types", "languages", "specialties"):
        values = getattr(entry, name)
        if len(values) > MOST_NAMES or any(not 0 < len(value) <= 60 for value in values):
            found.append(Problem("too-long", name, f"at most {MOST_NAMES} names of at most 60 characters"))
    low, high = entry.least_age, entry.most_age
    if any(age is not None and not 0 <= age <= OLDEST for age in (low, high)):
        found.append(Problem("age", "least_age", f"ages are whole years from 0 to {OLDEST}"))
    elif low is not None and high is not None and low > high:
        found.append(Problem("age", "least_age", "the least age is above the highest"))
    return found + review_problems(entry, at=at)


def review_problems(entry: RegisterEntry, *, at: int) -> list[Problem]:
    """Whether the date of review lies within twelve months from now."""
    if entry.review_by is None:
        return [Problem("no-review-date", "review_by", "the entry names no date of review")]
    if not at < entry.review_by <= at + LONGEST_TERM:
        return [Problem("review-date", "review_by", "the review is due within twelve months, and not yet over")]
    return []


def refusals(entry: RegisterEntry | None, running: Running | None, scope: Scope, *, at: int) -> list[Problem]:
    """Why this pipeline may not tag this document at this time; empty when it may (fails closed)."""
    found = standing(entry, running, at=at)
    return found if entry is None else [*found, *out_of_scope(entry, scope)]


def standing(entry: RegisterEntry | None, running: Running | None, *, at: int) -> list[Problem]:
    """Why a pipeline may tag nothing: no entry, unsigned, withdrawn, overdue, another version, or not installed."""
    if entry is None:
        return [Problem("not-registered", "pipeline", "the pipeline has no signed entry in the register")]
    found = []
    if entry.signed_at is None or not entry.owner:
        found.append(Problem("not-signed", "owner", "the owner has not signed the entry"))
    if entry.withdrawn_at is not None:
        found.append(Problem("withdrawn", "pipeline", "the entry was withdrawn"))
    if entry.review_by is None:
        found.append(Problem("no-review-date", "review_by", "the entry names no date of review"))
    elif at >= entry.review_by:
        days = (at - entry.review_by) // DAY
        found.append(Problem("suspended", "review_by", f"suspended: its review is {days} days overdue"))
    if running is None:
        found.append(Problem("not-installed", "pipeline", "no such pipeline is installed"))
    elif (entry.version, entry.digest) != (running.version, running.digest):
        found.append(Problem("changed", "digest", "the installed pipeline is not the one that was signed: sign again"))
    return found


def out_of_scope(entry: RegisterEntry, scope: Scope) -> list[Problem]:
    """Which limits of the entry a document does not keep, or is not known to keep."""
    rules = (
        ("language", scope.language, entry.languages),
        ("note_type", scope.note_type, entry.note_types),
        ("specialty", scope.specialty, entry.specialties),
    )
    found = [_outside(rule, value, allowed) for rule, value, allowed in rules if allowed and not _among(value, allowed)]
    if entry.least_age is None and entry.most_age is None:
        return found
    low = entry.least_age or 0
    high = OLDEST if entry.most_age is None else entry.most_age
    if scope.ages is None:
        found.append(Problem("out-of-scope", "age", "the age is unknown and the entry limits it"))
    elif not low <= scope.ages[0] <= scope.ages[1] <= high:
        found.append(Problem("out-of-scope", "age", f"the age is not known to be within {low} to {high}"))
    return found


def _among(value: str | None, allowed: tuple[str, ...]) -> bool:
    return value is not None and value.strip().casefold() in {name.strip().casefold() for name in allowed}


def _outside(rule: str, value: str | None, allowed: tuple[str, ...]) -> Problem:
    what = "is unknown" if value is None else f"is {value}"
    return Problem("out-of-scope", rule, f"the {rule.replace('_', ' ')} {what}; meant for {', '.join(allowed)}")


def rule_of(problems: list[Problem]) -> str:
    """The first failing rule, as it is stored and counted: `suspended`, `out-of-scope:language`."""
    first = problems[0]
    return f"{first.code}:{first.where}" if first.code == "out-of-scope" else first.code
