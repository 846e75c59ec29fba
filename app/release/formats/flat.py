"""An element's body as flat columns, derived from the shapes: a new field is a new column by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.annotation.bodies import FieldShape, by_kind, fields_of
from app.annotation.vocabulary import AXES, SERIOUSNESS, full_assertion
from app.release.formats import naranjo
from app.review.modality import MODALITIES

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
    for name, shape in _shapes(kind).items():
        paths += [f"{name}.{field}" for field in _inner_fields(shape)] or [name]
    return tuple(paths)


def codes_as_words(codes: list[dict[str, Any]]) -> list[str]:
    """``system|release|code``, and what else a code says after it; sorted, each once."""
    return sorted({"|".join(str(part) for part in code.values()) for code in map(_code_in_order, codes)})


def _code_in_order(code: dict[str, Any]) -> dict[str, Any]:
    first = {name: code[name] for name in ("system", "release", "code") if name in code}
    return first | dict(sorted(code.items() - first.items()))


def _empty(kind: str, without: tuple[str, ...]) -> Cells:
    columns: Cells = {}
    for name, shape in _columned(kind, without).items():
        columns |= dict.fromkeys(_names(name, shape))
    return columns


def _columned(kind: str, without: tuple[str, ...]) -> dict[str, FieldShape]:
    shapes = _shapes(kind)
    apart = {name for name, shape in shapes.items() if shape.reference and shape.reference.holds}
    return {name: shape for name, shape in shapes.items() if name not in apart.union(without)}


def _shapes(kind: str) -> Mapping[str, FieldShape]:
    """Adverse events are found in notes."""
    return fields_of(by_kind(MODALITIES.get("notes").kinds)[kind])


def _inner_fields(shape: FieldShape) -> list[str]:
    return list(fields_of(shape.part)) if shape.part and not shape.many else []


def _names(name: str, shape: FieldShape) -> list[str]:
    if name in _SPREAD:
        return list(_SPREAD[name]([]))
    return [_inner(name, field) for field in _inner_fields(shape)] or [name]


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
