"""An element's body as flat columns, derived from the vocabulary: a new field is a new column by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.formats.safety import naranjo
from app.formats.vocabulary import PayloadVocabulary

Cells = dict[str, Any]

_NARANJO = (*(f"naranjo_{number}" for number in range(1, 11)), "naranjo_answered", "naranjo_score", "naranjo_category")


class FlatKinds:
    """The columns of each kind; fields that refer to elements are the table's own affair."""

    def __init__(self, vocabulary: PayloadVocabulary) -> None:
        self.vocabulary = vocabulary
        self._asked: dict[tuple[str, tuple[str, ...]], tuple[Cells, frozenset[str], bool]] = {}
        self._spreads: dict[str, Callable[[Any], Cells]] = {
            "seriousness": self._seriousness,
            "answers": _answers,
            "codes": lambda codes: {"codes": codes_as_words(codes or [])},
        }

    def columns_of(self, kind: str, without: tuple[str, ...] = ()) -> list[str]:
        """Names of the columns of a kind."""
        return list(self._empty(kind, without))

    def cells_of(self, kind: str, body: Cells, without: tuple[str, ...] = ()) -> Cells:
        """All columns of a kind, filled from one body; what the body does not say is None.

        An assertion is written whole: an axis left out has its unmarked value.
        """
        empty, columned, asserts = self._shape(kind, without)
        cells = dict(empty)
        for name in body.keys() & columned:
            cells |= {column: value for column, value in self._spread(name, body[name]).items() if column in empty}
        return cells | (self.vocabulary.full_assertion(body.get("assertion")) if asserts else {})

    def written_of(self, kind: str) -> tuple[str, ...]:
        """Paths of the fields that a table with all columns of a kind writes, for the loss report."""
        paths = ["kind"]
        for name, inner in self.vocabulary.fields[kind].items():
            paths += [f"{name}.{field}" for field in inner] or [name]
        return tuple(paths)

    def _shape(self, kind: str, without: tuple[str, ...]) -> tuple[Cells, frozenset[str], bool]:
        """Empty cells, the fields that have some, and whether an assertion is among them: the same for every row."""
        if (kind, without) not in self._asked:
            empty = self._empty(kind, without)
            asserts = empty.keys() >= self.vocabulary.axes.keys()
            self._asked[kind, without] = empty, frozenset(self._columned(kind, without)), asserts
        return self._asked[kind, without]

    def _empty(self, kind: str, without: tuple[str, ...]) -> Cells:
        columns: Cells = {}
        for name, inner in self._columned(kind, without).items():
            columns |= dict.fromkeys(self._names(name, inner))
        return columns

    def _columned(self, kind: str, without: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        apart = {*self.vocabulary.references.get(kind, ()), *without}
        return {name: inner for name, inner in self.vocabulary.fields[kind].items() if name not in apart}

    def _names(self, name: str, inner: tuple[str, ...]) -> list[str]:
        if name in self._spreads:
            return list(self._spreads[name]([]))
        return [_inner(name, field) for field in inner] or [name]

    def _spread(self, name: str, value: Any) -> Cells:
        if name in self._spreads:
            return self._spreads[name](value)
        if isinstance(value, dict):
            return {_inner(name, field): inner for field, inner in value.items()}
        return {name: value}

    def _seriousness(self, criteria: Any) -> Cells:
        """E2B(R3): a criterion is true or unknown, never false."""
        known = self.vocabulary.seriousness
        return {f"serious_{name}": True if name in (criteria or ()) else None for name in known}


def codes_as_words(codes: list[dict[str, Any]]) -> list[str]:
    """``system|release|code``, and what else a code says after it; sorted, each once."""
    return sorted({"|".join(str(part) for part in code.values()) for code in map(_code_in_order, codes)})


def _code_in_order(code: dict[str, Any]) -> dict[str, Any]:
    first = {name: code[name] for name in ("system", "release", "code") if name in code}
    return first | dict(sorted(code.items() - first.items()))


def _inner(name: str, field: str) -> str:
    return field if name == "assertion" else f"{name}_{field}"


def _answers(answers: Any) -> Cells:
    """The ten raw answers, and what follows from them; the result somebody entered stands in `result`."""
    if not answers:
        return dict.fromkeys(_NARANJO)
    said = (*answers, naranjo.answered(answers), naranjo.score(answers), naranjo.category(answers))
    return dict(zip(_NARANJO, said, strict=True))
