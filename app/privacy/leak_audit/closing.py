"""Closing a leak audit: leaks, the checkers' sensitivity, and the bound per stratum."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from app.accounts.actor import Actor
from app.audit.events import Tag
from app.core.db import Session
from app.core.errors import Conflict
from app.core.exact import PERFECT, Sensitivity, sensitivity_from_planted, sensitivity_from_two
from app.privacy.leak_audit.bounds import AuditResult
from app.privacy.leak_audit.checking import count_waiting
from app.privacy.leak_audit.drawing import require_auditor, say
from app.privacy.leak_audit.models import AuditState, LeakAudit, LeakResult, LeakSample, checks_of, samples_of
from app.privacy.leak_audit.shown import Range, compose, plants_of

MILLION = 1_000_000
# What the log says of an audit and of each stratum, in parts per million.
FIGURES = ("sensitivity_ppm", "sensitivity_low_ppm", "sensitivity_high_ppm", "bound_ppm", "careful_ppm")
STRATUM_FIGURES = ("documents", "checked", "leaking", "bound_ppm", "careful_ppm", "lot_bound_ppm")


@dataclass
class LeakTally:
    """What the answers say: per stratum, documents checked and leaking; over all, what tells sensitivity."""

    checked: Counter[str] = field(default_factory=Counter)
    leaking: Counter[str] = field(default_factory=Counter)
    planted: int = 0
    found: int = 0
    only_first: int = 0
    only_second: int = 0
    both: int = 0

    @property
    def sensitivity(self) -> Sensitivity | None:
        """Of the checkers together; None where nothing tells (no plant, no leak seen by both)."""
        if self.planted:
            return sensitivity_from_planted(self.found, self.planted)
        return sensitivity_from_two(self.only_first, self.only_second, self.both) if self.both else None


def close_audit(session: Session, actor: Actor, audit: LeakAudit, *, at: int) -> list[LeakResult]:
    """Evaluate when every document has its checkers. Raises Forbidden, or Conflict when some wait.

    Stopping early would let the result choose the sample; so there is no closing before the end.
    """
    require_auditor(session, actor, audit.project_id, at=at)
    if audit.state != AuditState.DRAWN:
        raise Conflict("audit-state", "only a drawn audit can be closed", details={"state": audit.state})
    waiting = count_waiting(session, audit)
    if waiting:
        raise Conflict("checks-missing", f"{waiting} documents are not checked yet", details={"waiting": waiting})
    tally = count_answers(session, audit)
    sizes = json.loads(audit.strata_json)
    results = [_result(audit, name, sizes.get(name, 0), tally) for name in sorted(tally.checked)]
    if not results:
        raise Conflict("nothing-checked", "every text of this sample was withdrawn")
    session.add_all(results)
    audit.state, audit.closed_at = AuditState.CLOSED, at
    _sum_up(audit, results, tally.sensitivity)
    session.flush()
    data = {
        "seed": audit.seed,
        "planted": tally.planted,
        "planted_found": tally.found,
        **{name: getattr(audit, name) for name in FIGURES},
        "strata": {r.stratum: {name: getattr(r, name) for name in STRATUM_FIGURES} for r in results},
    }
    say(session, Tag.LEAK_AUDIT_CLOSED, actor, audit, data, at=at)
    return results


def count_answers(session: Session, audit: LeakAudit) -> LeakTally:
    """The tally of a sample's answers. A document leaks when any of its checkers marked a true place."""
    tally, answers = LeakTally(), checks_of(session, audit.id)
    for sample in samples_of(session, audit.id):
        checks = answers.get(sample.id, [])
        if len(checks) < audit.checkers:
            continue  # its text was withdrawn before everybody had seen it
        _count(tally, sample, _planted(sample), [_marks(c.marks_json) for c in checks])
    return tally


def _count(tally: LeakTally, sample: LeakSample, planted: list[Range], answers: list[list[Range]]) -> None:
    tally.checked[sample.stratum] += 1
    leaks = [[m for m in marks if not any(_overlap(m, p) for p in planted)] for marks in answers]
    tally.leaking[sample.stratum] += any(leaks)
    tally.planted += len(planted)
    tally.found += sum(any(_overlap(p, m) for marks in answers for m in marks) for p in planted)
    if len(leaks) == 2:
        first, second = leaks
        shared = sum(any(_overlap(m, other) for other in second) for m in first)
        tally.both += shared
        tally.only_first += len(first) - shared
        tally.only_second += sum(not any(_overlap(m, other) for other in first) for m in second)


def _sum_up(audit: LeakAudit, results: list[LeakResult], known: Sensitivity | None) -> None:
    """The worst stratum's figures, and what is known of the checkers; rounded against the audited."""
    audit.bound_ppm = max(result.bound_ppm for result in results)
    audit.careful_ppm = max(result.careful_ppm for result in results)
    if known is not None:
        audit.sensitivity_ppm = int(known.estimate * MILLION)
        audit.sensitivity_low_ppm = int(known.low * MILLION)
        audit.sensitivity_high_ppm = ceil(known.high * MILLION)


def _result(audit: LeakAudit, stratum: str, documents: int, tally: LeakTally) -> LeakResult:
    """Exact bounds over sensitivity; without an estimate they are those of perfect checkers, and said so."""
    checked, leaking = tally.checked[stratum], tally.leaking[stratum]
    figures = AuditResult(checked, leaking, documents, tally.sensitivity or PERFECT)
    return LeakResult(
        audit_id=audit.id,
        stratum=stratum,
        documents=documents,
        checked=checked,
        leaking=leaking,
        # Rounded up: a bound is never flattered.
        bound_ppm=ceil(figures.bound * MILLION),
        careful_ppm=ceil(figures.careful * MILLION),
        lot_bound_ppm=ceil(figures.lot_bound * MILLION),
    )


def _planted(sample: LeakSample) -> list[Range]:
    """Where plants stood in the shown text; known without the text, which may have been destroyed since."""
    return compose("", [], plants_of(sample)).planted


def _marks(answer: str) -> list[Range]:
    entries: Iterable[list[int]] = json.loads(answer)
    return [(start, end) for start, end in entries]


def _overlap(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]
