"""The register of pipelines: what each is meant for, and whether it may be used on a document now. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from app.core.digest import canonical_json, sha256
from app.core.errors import Problem

ACTIONS = ("accepted", "edited", "rejected")
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Entry:
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
    evidence: str = ""
    owner: str = ""
    signed_at: int | None = None
    review_by: int | None = None

    def sha256(self) -> str:
        """Digest of everything the owner signs."""
        body = asdict(self)
        return sha256(canonical_json({name: body[name] for name in body if name != "signed_at"}))


@dataclass(frozen=True)
class Scope:
    """What is known of a document; None is unknown, and unknown is out of scope where a rule asks."""

    language: str | None
    note_type: str | None = None
    specialty: str | None = None
    age: int | None = None


@dataclass(frozen=True)
class Running:
    """The pipeline as it is installed: its version and digest must be those that were signed."""

    version: str
    digest: str


def refusals(entry: Entry | None, running: Running, scope: Scope, *, at: int) -> list[Problem]:
    """Why this pipeline may not tag this document at this time; empty when it may (fails closed)."""
    if entry is None:
        return [Problem("not-registered", "pipeline", "the pipeline has no entry in the register")]
    return [*standing(entry, running, at=at), *_out_of_scope(entry, scope)]


def standing(entry: Entry, running: Running, *, at: int) -> list[Problem]:
    """Why the entry itself does not hold: unsigned, overdue, or for another version."""
    found = []
    if entry.signed_at is None or not entry.owner:
        found.append(Problem("not-signed", "owner", "the owner has not signed the entry"))
    if entry.review_by is None:
        found.append(Problem("no-review-date", "review_by", "the entry names no date of review"))
    elif at >= entry.review_by:
        days = (at - entry.review_by) // DAY_MS
        found.append(Problem("suspended", "review_by", f"suspended: its review is {days} days overdue"))
    if (entry.version, entry.digest) != (running.version, running.digest):
        found.append(Problem("changed", "digest", "the installed pipeline is not the one that was signed"))
    return found


def _out_of_scope(entry: Entry, scope: Scope) -> list[Problem]:
    rules = (
        ("language", scope.language, entry.languages),
        ("note_type", scope.note_type, entry.note_types),
        ("specialty", scope.specialty, entry.specialties),
    )
    found = [_outside(rule, value, allowed) for rule, value, allowed in rules if allowed and value not in allowed]
    limited = entry.least_age is not None or entry.most_age is not None
    if limited and scope.age is None:
        found.append(Problem("out-of-scope", "age", "the age is unknown and the entry limits it"))
    elif limited and scope.age is not None:
        low, high = entry.least_age or 0, entry.most_age if entry.most_age is not None else scope.age
        if not low <= scope.age <= high:
            found.append(Problem("out-of-scope", "age", f"the age is not within {low} to {high}"))
    return found


def _outside(rule: str, value: str | None, allowed: tuple[str, ...]) -> Problem:
    what = "is unknown" if value is None else f"is {value}"
    return Problem("out-of-scope", rule, f"the {rule.replace('_', ' ')} {what}; meant for {', '.join(allowed)}")


@dataclass
class Reception:
    """How often suggestions of one kind were taken as they were, changed, or refused."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACTIONS, 0))

    def to_dict(self) -> dict[str, Any]:
        total = sum(self.counts.values())
        shares = {f"{action}_share": round(n / total, 4) if total else None for action, n in self.counts.items()}
        return {**self.counts, "total": total, **shares}


def reception(decisions: Iterable[tuple[str, str, str, str]]) -> list[dict[str, Any]]:
    """Rates per (pipeline, label, period) from such tuples with the action last; sorted by these three.

    Raises ValueError for an action that is none of ACTIONS.
    """
    found: dict[tuple[str, str, str], Reception] = {}
    for pipeline, label, period, action in decisions:
        if action not in ACTIONS:
            raise ValueError(f"{action!r} is no action on a suggestion")
        found.setdefault((pipeline, label, period), Reception()).counts[action] += 1
    return [
        {"pipeline": pipeline, "label": label, "period": period, **found[pipeline, label, period].to_dict()}
        for pipeline, label, period in sorted(found)
    ]
