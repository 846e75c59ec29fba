"""Judgements in words, for pages."""

from __future__ import annotations

from collections.abc import Iterable

from app.agreement.judgements import Unit
from app.annotation.vocabulary import AXES

_USUAL = {axis: str(values[0]).lower() for axis, values in AXES.items()}


def asserted(unit: Unit, units: Iterable[Unit]) -> list[str]:
    """What is said of a thing that is not said of everything: negated, family, possible."""
    about = (unit.label, unit.fragments)
    own = (one for one in units if one.kind == "assertion" and (one.label, one.fragments) == about)
    return [one.key if one.value == "true" else one.value for one in own if _USUAL.get(one.key) != one.value]
