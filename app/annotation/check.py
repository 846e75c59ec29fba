"""What every kind of payload is checked for, and which problems only deserve a second look."""

from __future__ import annotations

from typing import Any

from app.annotation.actions import span_problems
from app.annotation.bodies import Kinds
from app.annotation.payload import live, schema_key
from app.core.errors import Problem

WARNING = "warn-"


def blocking(problems: list[Problem]) -> list[Problem]:
    """The problems that forbid submission: all but those whose code begins with ``warn-``."""
    return [problem for problem in problems if not problem.code.startswith(WARNING)]


def reviewed_problems(payload: dict[str, Any], text: str, labels: set[str], kinds: Kinds) -> list[Problem]:
    """What answers of the right shape have in common: review, labels, spans."""
    problems = []
    for key, body in live(payload).items():
        if body.get("status") == "suggested":
            problems.append(Problem("unreviewed", key, "a suggestion nobody has confirmed or rejected"))
        label = schema_key(body, kinds)
        if label is not None and label not in labels:
            problems.append(Problem("unknown-label", key, "the schema has no such label or field"))
        problems += span_problems(body, kinds, key, text)
    return problems
