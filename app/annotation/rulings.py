"""Rulings against cases: each case has exactly one, and each fits its case."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.agreement.judgements import Choice, Difference, Ruling
from app.annotation.bodies import Kinds, payload_problems
from app.annotation.payload import Elements, live
from app.core.digest import canonical_json, sha256
from app.core.errors import Problem, invalid

#: ids of own elements that have nothing to do with the case they are to settle
Strays = Callable[[Difference, Elements], Iterable[str]]


def case_key(versions: list[Elements]) -> str:
    """A digest of the members that does not depend on the order of the readers."""
    return sha256(canonical_json(sorted(canonical_json(version) for version in versions)))


def paired(
    cases: list[Difference], rulings: list[Ruling], kinds: Kinds, strays: Strays
) -> list[tuple[Difference, Ruling]]:
    """Cases with their rulings, in the order of the cases. Raises Invalid naming every misfit."""
    by_key = {ruling.difference: ruling for ruling in rulings}
    known = {case.key for case in cases}
    problems = [
        Problem("unruled", case.key, "the case has no ruling") for case in cases if case.key not in by_key
    ]
    problems += [
        Problem("no-such-case", key, "the ruling fits no case") for key in by_key if key not in known
    ]
    if len(by_key) < len(rulings):
        problems.append(Problem("ruled-twice", "rulings", "a case has two rulings"))
    pairs = [(case, by_key[case.key]) for case in cases if case.key in by_key]
    for case, ruling in pairs:
        problems += _misfits(case, ruling, kinds, strays)
    if problems:
        raise invalid(problems)
    return pairs


def chosen(case: Difference, ruling: Ruling) -> Elements:
    """The version a ruling puts in the place of the case: nothing that is rejected in it."""
    if ruling.choice is Choice.TAKE:
        assert ruling.version is not None  # noqa: S101 - `paired` has refused it
        return case.versions[ruling.version]
    return live({"elements": ruling.elements}) if ruling.choice is Choice.OWN else {}


def _misfits(case: Difference, ruling: Ruling, kinds: Kinds, strays: Strays) -> list[Problem]:
    if ruling.choice is Choice.TAKE:
        good = type(ruling.version) is int and 0 <= ruling.version < len(case.versions)
        return [] if good else [Problem("no-such-version", case.key, "the version taken does not exist")]
    if ruling.choice is Choice.OWN:
        # Through a small case nothing else of the record is settled.
        return payload_problems({"elements": ruling.elements}, kinds) or [
            Problem("stray", key, "an own element neither touches the case's place nor hangs on what does")
            for key in strays(case, ruling.elements)
        ]
    return []
