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
from app.corpus.document import text_of
from app.deid.audit.checking import count_waiting
from app.deid.audit.drawing import frame, require_auditor, say
from app.deid.audit.models import AuditState, LeakAudit, LeakResult, LeakSample, checks_of, samples_of
from app.deid.audit.shown import Range, compose, plants_of
from app.deid.proof.leak_audit import sensitivity_from_planted, sensitivity_from_two, upper_bound

MILLION = 1_000_000


@dataclass
class Tally:
    """What the answers say: per stratum, documents checked and leaking; over all, what tells sensitivity."""

    checked: Counter[str] = field(default_factory=Counter)
    leaking: Counter[str] = field(default_factory=Counter)
    planted: int = 0
    found: int = 0
    only_first: int = 0
    only_second: int = 0
    both: int = 0

    @property
    def sensitivity(self) -> float | None:
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
    sizes = {name: len(ids) for name, ids in frame(session, audit).items()}
    results = [_result(audit, name, sizes.get(name, 0), tally) for name in sorted(tally.checked)]
    if not results:
        raise Conflict("nothing-checked", "every text of this sample was withdrawn")
    session.add_all(results)
    audit.state, audit.closed_at = AuditState.CLOSED, at
    audit.bound_ppm = max(result.bound_ppm for result in results)
    audit.sensitivity_ppm = None if tally.sensitivity is None else int(tally.sensitivity * MILLION)
    session.flush()
    data = {
        "seed": audit.seed,
        "planted": tally.planted,
        "planted_found": tally.found,
        "sensitivity_ppm": audit.sensitivity_ppm,
        "bound_ppm": audit.bound_ppm,
        "strata": {
            r.stratum: {"checked": r.checked, "leaking": r.leaking, "bound_ppm": r.bound_ppm} for r in results
        },
    }
    say(session, Tag.LEAK_AUDIT_CLOSED, actor, audit, data, at=at)
    return results


def count_answers(session: Session, audit: LeakAudit) -> Tally:
    """The tally of a sample's answers. A document leaks when any of its checkers marked a true place."""
    tally, answers = Tally(), checks_of(session, audit.id)
    for sample in samples_of(session, audit.id):
        checks = answers.get(sample.id, [])
        if len(checks) < audit.checkers:
            continue  # its text was withdrawn before everybody had seen it
        _count(tally, sample, _planted(session, sample), [_marks(c.marks_json) for c in checks])
    return tally


def _count(tally: Tally, sample: LeakSample, planted: list[Range], answers: list[list[Range]]) -> None:
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


def _result(audit: LeakAudit, stratum: str, documents: int, tally: Tally) -> LeakResult:
    """Exact bound over sensitivity; without an estimate it is the bound of perfect checkers, and said so."""
    checked, leaking = tally.checked[stratum], tally.leaking[stratum]
    sensitivity = 1.0 if tally.sensitivity is None else tally.sensitivity
    bound = min(1.0, upper_bound(leaking, checked) / sensitivity) if sensitivity else 1.0
    return LeakResult(
        audit_id=audit.id,
        stratum=stratum,
        documents=documents,
        checked=checked,
        leaking=leaking,
        # Rounded up: a bound is never flattered.
        bound_ppm=ceil(bound * MILLION),
    )


def _planted(session: Session, sample: LeakSample) -> list[Range]:
    plants = plants_of(sample)
    return compose(text_of(session, sample.document_id), [], plants).planted if plants else []


def _marks(answer: str) -> list[Range]:
    entries: Iterable[list[int]] = json.loads(answer)
    return [(start, end) for start, end in entries]


def _overlap(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]
