"""Steps of a qualification: what is expected, what was observed, which requirements it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.errors import ChartmarkError, code_of

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"


class NotAsExpected(Exception):
    """What was observed instead."""


@dataclass(frozen=True)
class ValidationStep:
    """One thing that is tried. `run` says what it observed, or raises; `needs`: steps it goes on from, by number."""

    number: str
    title: str
    requirements: tuple[str, ...]
    expected: str
    run: Callable[[], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepResult:
    """What came of one step."""

    number: str
    title: str
    requirements: tuple[str, ...]
    expected: str
    observed: str
    verdict: str


def run_steps(steps: Sequence[ValidationStep]) -> list[StepResult]:
    """All of them, in order; what rests on a step that failed is not run, and said so."""
    results: list[StepResult] = []
    failed: set[str] = set()
    for step in steps:
        missing = [number for number in step.needs if number in failed]
        observed, verdict = (f"rests on {', '.join(missing)}", NOT_RUN) if missing else _run(step)
        if verdict != PASSED:
            failed.add(step.number)
        results.append(StepResult(step.number, step.title, step.requirements, step.expected, observed, verdict))
    return results


def _run(step: ValidationStep) -> tuple[str, str]:
    try:
        return step.run(), PASSED
    except NotAsExpected as error:
        return str(error), FAILED
    except ChartmarkError as error:  # its code: a message may name what was worked on
        return f"refused: {error.code}", FAILED
    except Exception as error:  # noqa: BLE001 (a protocol says what happened, whatever it was)
        return f"error: {code_of(error)}", FAILED


def require(holds: bool, observed: str) -> str:
    """`observed`, where it is as expected. Raises NotAsExpected."""
    if not holds:
        raise NotAsExpected(observed)
    return observed


def refused(act: Callable[[], object], *codes: str) -> str:
    """The code with which an act is refused. Raises NotAsExpected where it is done, or refused for another reason."""
    try:
        act()
    except ChartmarkError as error:
        return require(not codes or error.code in codes, f"refused: {error.code}")
    raise NotAsExpected("it was done")


def traces(results: Sequence[StepResult]) -> dict[str, list[str]]:
    """Requirement → the steps that are for it."""
    found: dict[str, list[str]] = {}
    for result in results:
        for requirement in result.requirements:
            found.setdefault(requirement, []).append(result.number)
    return dict(sorted(found.items()))
