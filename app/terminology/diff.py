"""What changed between two releases of a system: retired, added, changed codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.core.errors import Invalid
from app.terminology.release import ReleaseData
from app.terminology.systems import code_key

# Worst first: what a project that uses the code must act on comes at the top.
KINDS = ("removed", "retired", "no_longer_billable", "retitled", "now_billable", "reactivated", "added")


@dataclass(frozen=True)
class CodeChange:
    """One code that is not the same in both releases; `before` and `after` are titles."""

    code: str
    kind: str
    before: str
    after: str
    instead: list[str] = field(default_factory=list)  # replacements, or the codes now below it


def diff(old: ReleaseData, new: ReleaseData, codes: Iterable[str] | None = None) -> list[CodeChange]:
    """Changes from `old` to `new`, gravest first; with `codes` (those in use) only of these.

    Raises Invalid when the releases are of different systems.
    """
    if old.system != new.system:
        raise Invalid("different-systems", f"{old.system} and {new.system} cannot be compared")
    wanted = {code_key(c) for c in codes} if codes is not None else None
    before, after = _concepts(old), _concepts(new)
    keys = sorted(before.keys() | after.keys() if wanted is None else wanted & (before.keys() | after.keys()))
    found = [change for key in keys for change in _changes(old, new, before.get(key), after.get(key))]
    return sorted(found, key=lambda c: KINDS.index(c.kind))


def _concepts(release: ReleaseData) -> dict[str, tuple]:
    rows = release.query("SELECT key, id, code, billable, active FROM concept")
    return {key: (number, code, billable, active) for key, number, code, billable, active in rows}


def _changes(old: ReleaseData, new: ReleaseData, a: tuple | None, b: tuple | None) -> Iterator[CodeChange]:
    if b is None and a is not None:
        yield CodeChange(a[1], "removed", old.preferred(a[0]), "")
    elif a is None and b is not None:
        yield CodeChange(b[1], "added", "", new.preferred(b[0]))
    if a is None or b is None:
        return
    before, after = old.preferred(a[0]), new.preferred(b[0])
    if a[3] and not b[3]:
        yield CodeChange(b[1], "retired", before, after, new.replaced_by(b[0]))
    elif b[3] and not a[3]:
        yield CodeChange(b[1], "reactivated", before, after)
    if a[2] and not b[2]:
        below = sorted(code for code, *_ in new.codes(new.children(b[0])).values())
        yield CodeChange(b[1], "no_longer_billable", before, after, below)
    elif b[2] and not a[2]:
        yield CodeChange(b[1], "now_billable", before, after)
    if before != after:
        yield CodeChange(b[1], "retitled", before, after)
