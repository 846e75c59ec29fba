"""The layers that the head of a WebAnno TSV 3 declares, and which columns are whose."""

from __future__ import annotations

from dataclasses import dataclass

_LABELS = ("label", "value", "identifier", "referenceType", "PosValue")


@dataclass(frozen=True)
class LayerColumns:
    """One layer: its kind (T_SP, T_RL, T_CH), its columns, and where the first stands."""

    number: int  # the place of its first column tells layers apart
    kind: str
    name: str
    columns: tuple[str, ...]
    first: int

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2] or "span"

    @property
    def labels(self) -> tuple[str, ...]:
        return _LABELS

    @property
    def base(self) -> str:
        """Of a relation layer, the layer whose spans it relates."""
        return self.columns[-1].removeprefix("BT_") if self.columns else ""

    @property
    def features(self) -> list[int]:
        """The columns that say that there is a span: not what fills a slot, nor the link of a chain."""
        if self.kind == "T_CH":
            return list(range(1, len(self.columns)))
        # Behind a slot's roles stand what fills it.
        return [n for n in range(len(self.columns)) if n == 0 or not self.is_slot(n - 1)]

    def is_slot(self, column: int) -> bool:
        return self.columns[column].startswith("ROLE_")


def layer_of(line: str, first: int) -> LayerColumns:
    """A layer from its line `#T_SP=name|feature|…`; a layer without features has one column."""
    kind, _, said = line.removeprefix("#").partition("=")
    name, *columns = said.split("|")
    return LayerColumns(first, kind, name, tuple(columns) or ("",), first)
