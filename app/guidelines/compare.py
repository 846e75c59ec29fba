"""Two versions of a guideline side by side: which lines came, went and stayed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

CONTEXT = 3


@dataclass(frozen=True)
class ComparedLine:
    """One line of a comparison; `change` is "kept", "added", "removed" or "gap" (lines left out)."""

    change: str
    text: str
    before: int | None = None
    after: int | None = None


def compare(before: str, after: str) -> list[ComparedLine]:
    """What changed, with three lines around each change; line numbers count from one."""
    old, new = before.splitlines(), after.splitlines()
    groups = list(difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT))
    lines: list[ComparedLine] = []
    for number, group in enumerate(groups):
        if number:
            lines.append(ComparedLine("gap", "…"))
        for code, old_from, old_to, new_from, new_to in group:
            if code == "equal":
                lines += [
                    ComparedLine("kept", old[i], i + 1, new_from + i - old_from + 1) for i in range(old_from, old_to)
                ]
            else:
                lines += _changed(old, new, range(old_from, old_to), range(new_from, new_to))
    return lines


def _changed(old: list[str], new: list[str], went: range, came: range) -> Iterator[ComparedLine]:
    for i in went:
        yield ComparedLine("removed", old[i], before=i + 1)
    for i in came:
        yield ComparedLine("added", new[i], after=i + 1)
