"""Which labels of weight are new, gone or moved in a settled answer, against every reading it settles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.agreement.judgements import Places, Unit
from app.agreement.matching import length, overlap


class ChangeKind(StrEnum):
    """In what way a settled label stands in no reading."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"


@dataclass(frozen=True)
class LabelChange:
    """One label that was changed, and the element of the settled answer (of a reading, when gone) that bore it."""

    kind: ChangeKind
    label: str
    element: str


def weighty_changes(settled: list[Unit], readings: list[list[Unit]], weighty: Collection[str]) -> list[LabelChange]:
    """What nobody read and somebody settled all the same, among judgements that bear a label of `weighty`.

    New: no reading says it, or none so often of overlapping text. Moved: readings do, but of no overlapping
    text; a label stays where it is as long as it lies within what the readings that overlap it mark
    together. Gone: all readings said it, and of overlapping text nothing says it any more.
    """
    said = [[unit for unit in units if bears(unit, weighty)] for units in readings]
    kept = [unit for unit in settled if bears(unit, weighty)]
    anywhere = [unit for units in said for unit in units]
    changes = []
    for unit in kept:
        same = [other for other in anywhere if _says_the_same(unit, other)]
        if not _within(unit, same):
            kind = ChangeKind.MOVED if same else ChangeKind.NEW
            changes.append(LabelChange(kind, unit.label, unit.bearer.element))
        elif _met(unit, kept) > max(_met(unit, units) for units in said):
            changes.append(LabelChange(ChangeKind.NEW, unit.label, unit.bearer.element))
    everybodys = [one for one in (said[0] if said else []) if all(_meets_any(one, units) for units in said[1:])]
    gone = [unit for unit in everybodys if not _meets_any(unit, kept)]
    changes += [LabelChange(ChangeKind.GONE, unit.label, unit.bearer.element) for unit in gone]
    return list(dict.fromkeys(changes))


def bears(unit: Unit, weighty: Collection[str]) -> bool:
    """Whether a judgement, or what it is about, carries one of these labels."""
    return unit.label in weighty or any(label in weighty for label in unit.bearer.labels)


def weighty_elements(units: Iterable[Unit], weighty: Collection[str]) -> list[str]:
    """Ids of the elements that carry one of these labels themselves, in the order of the units."""
    bearers = [unit.bearer.element for unit in units if unit.label in weighty and not unit.bearer.labels]
    return list(dict.fromkeys(element for element in bearers if element))


def _says_the_same(one: Unit, other: Unit) -> bool:
    """Kind, label and value; without a place of its own to compare, also the key."""
    key = "" if one.bearer.places else one.key
    theirs = "" if other.bearer.places else other.key
    return (one.kind, one.label, one.value, key) == (other.kind, other.label, other.value, theirs)


def _places(unit: Unit) -> Places:
    return unit.bearer.places or ((unit.fragments,) if unit.fragments else ())


def _meets(one: Unit, other: Unit) -> bool:
    """The same judgement of overlapping text, at every end."""
    mine, theirs = _places(one), _places(other)
    return (
        _says_the_same(one, other)
        and len(mine) == len(theirs)
        and all(overlap(here, there) for here, there in zip(mine, theirs, strict=True))
    )


def _meets_any(unit: Unit, others: list[Unit]) -> bool:
    return any(_meets(unit, other) for other in others)


def _met(unit: Unit, others: list[Unit]) -> int:
    return sum(_meets(unit, other) for other in others)


def _within(unit: Unit, same: list[Unit]) -> bool:
    """Whether readings say this here: what has a place of its own stays inside what they mark together."""
    met = [other for other in same if _meets(unit, other)]
    if not met or unit.bearer.places or not unit.fragments:
        return bool(met)
    return overlap(unit.fragments, _union(met)) == length(unit.fragments)


def _union(units: list[Unit]) -> list[tuple[int, int]]:
    """The text that some of the units cover, as ordered fragments that do not touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pair for unit in units for pair in unit.fragments):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
