"""An element's body as flat columns, derived from the shapes: a new field is a new column by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.annotation.payload import REFERENCES
from app.annotation.shapes import NOTE_KINDS, Record, Test, fields_of_kind
from app.annotation.vocabulary import AXES, SERIOUSNESS, full_assertion
from app.release.formats import naranjo

Cells = dict[str, Any]

_NARANJO = (*(f"naranjo_{number}" for number in range(1, 11)), "naranjo_answered", "naranjo_score", "naranjo_category")


def columns_of(kind: str, without: tuple[str, ...] = ()) -> list[str]:
    """Names of the columns of a kind; fields that refer to elements are the table's own affair."""
    return list(_empty(kind, without))


def cells_of(kind: str, body: Cells, without: tuple[str, ...] = ()) -> Cells:
    """All columns of a kind, filled from one body; what the body does not say is None.

    An assertion is written whole: an axis left out has its unmarked value.
    """
    cells = _empty(kind, without)
    for name in body.keys() & _columned(kind, without).keys():
        cells |= {column: value for column, value in _spread(name, body[name]).items() if column in cells}
    return cells | (full_assertion(body.get("assertion")) if cells.keys() >= AXES.keys() else {})


def written_of(kind: str) -> tuple[str, ...]:
    """Paths of the fields that a table with all columns of a kind writes, for the loss report."""
    paths = ["kind"]
    for name, test in fields_of_kind(kind, NOTE_KINDS).items():
        paths += [f"{name}.{field}" for field in test.fields] if isinstance(test, Record) else [name]
    return tuple(paths)


def codes_as_words(codes: list[dict[str, Any]]) -> list[str]:
    """``system|release|code``, and what else a code says after it; sorted, each once."""
    return sorted({"|".join(str(part) for part in code.values()) for code in map(_code_in_order, codes)})


def _code_in_order(code: dict[str, Any]) -> dict[str, Any]:
    first = {name: code[name] for name in ("system", "release", "code") if name in code}
    return first | dict(sorted(code.items() - first.items()))


def _empty(kind: str, without: tuple[str, ...]) -> Cells:
    columns: Cells = {}
    for name, test in _columned(kind, without).items():
        columns |= dict.fromkeys(_names(name, test))
    return columns


def _columned(kind: str, without: tuple[str, ...]) -> dict[str, Test]:
    apart = {*REFERENCES.get(kind, ()), *without}
    return {name: test for name, test in fields_of_kind(kind, NOTE_KINDS).items() if name not in apart}


def _names(name: str, test: Test) -> list[str]:
    if name in _SPREAD:
        return list(_SPREAD[name]([]))
    if isinstance(test, Record):
        return [_inner(name, field) for field in test.fields]
    return [name]


def _inner(name: str, field: str) -> str:
    return field if name == "assertion" else f"{name}_{field}"


def _spread(name: str, value: Any) -> Cells:
    if name in _SPREAD:
        return _SPREAD[name](value)
    if isinstance(value, dict):
        return {_inner(name, field): inner for field, inner in value.items()}
    return {name: value}


def _seriousness(criteria: Any) -> Cells:
    """E2B(R3): a criterion is true or unknown, never false."""
    return {f"serious_{name}": True if name in (criteria or ()) else None for name in SERIOUSNESS}


def _answers(answers: Any) -> Cells:
    """The ten raw answers, and what follows from them; the result somebody entered stands in `result`."""
    if not answers:
        return dict.fromkeys(_NARANJO)
    said = (*answers, naranjo.answered(answers), naranjo.score(answers), naranjo.category(answers))
    return dict(zip(_NARANJO, said, strict=True))


_SPREAD: dict[str, Callable[[Any], Cells]] = {
    "seriousness": _seriousness,
    "answers": _answers,
    "codes": lambda codes: {"codes": codes_as_words(codes or [])},
}
