"""Which figures there are: of which entries, by which metric, of which label; a figure is known by its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.core.digest import canonical_json, sha256
from app.quality.agreement.entries import BETWEEN, FACETS, SETTLED, FigureEntry
from app.quality.facets import OF_TEXTS
from app.quality.small_cells import told_groups

ALL = "all"
#: dimensions that only figures of one scope have
PAIR, READER = "pair", "reader"
#: cuts of which each label has a figure of its own
BY_LABEL = (ALL, "week", READER, "guideline")
#: what is compared first of all, of each slice
FIRST = ("f1-strict", "f1-relaxed")


@dataclass(frozen=True)
class Figure:
    """One figure of a project: which entries it is of, and what is computed of them."""

    modality: str
    scope: str
    arm: str
    dimension: str
    #: which pair, reader, week, … of the dimension
    value_of: str
    metric: str
    #: kind and key of the judgements; empty for spans, relations and code sets
    kind: str = ""
    key: str = ""
    label: str = ""

    @property
    def address(self) -> str:
        """Twelve hexadecimal digits: the same for the same figure, whatever it comes to."""
        return sha256(canonical_json(asdict(self)))[:12]

    @property
    def is_of_ratings(self) -> bool:
        return bool(self.kind)

    def holds(self, entry: FigureEntry) -> bool:
        """Whether an entry of this scope counts."""
        if entry.modality != self.modality or entry.arm != self.arm:
            return False
        if self.dimension == ALL:
            return True
        if self.dimension == PAIR:
            return "-".join(sorted(entry.raters)) == self.value_of
        if self.dimension == READER:
            return entry.raters[0] == self.value_of
        return entry.facets[self.dimension] == self.value_of


def figures_of(scope: str, entries: Sequence[FigureEntry]) -> Iterator[tuple[Figure, list[FigureEntry]]]:
    """Every figure of a scope with its entries: whole first, then by what it can be cut. One reader alone has none."""
    entries = [entry for entry in entries if entry.pairs]
    for modality in dict.fromkeys(entry.modality for entry in entries):
        for arm in dict.fromkeys(entry.arm for entry in entries if entry.modality == modality):
            own = [entry for entry in entries if entry.modality == modality and entry.arm == arm]
            for dimension, value, some in _cuts(scope, own):
                about: dict[str, Any] = {"modality": modality, "scope": scope, "arm": arm}
                about |= {"dimension": dimension, "value_of": value}
                for what in _asked(some, whole=dimension == ALL, labels=dimension in BY_LABEL):
                    yield Figure(**about, **what), some


def _cuts(scope: str, entries: list[FigureEntry]) -> Iterator[tuple[str, str, list[FigureEntry]]]:
    yield ALL, "", entries
    groups: dict[tuple[str, str], list[FigureEntry]] = {}
    for entry in entries:
        if scope == BETWEEN and len(entry.raters) == 2:
            groups.setdefault((PAIR, "-".join(sorted(entry.raters))), []).append(entry)
        if scope == SETTLED:
            groups.setdefault((READER, entry.raters[0]), []).append(entry)
        for facet in FACETS:
            groups.setdefault((facet, entry.facets[facet]), []).append(entry)
    # A facet that has one value says what the whole says.
    several = {name for name, _ in groups if sum(other == name for other, _ in groups) > 1}
    told = {name: set(_told(name, groups)) for name in several & set(OF_TEXTS)}
    for (name, value), some in sorted(groups.items()):
        if (name in several or name in (PAIR, READER, "week")) and value in told.get(name, (value,)):
            yield name, value, some


def _told(facet: str, groups: dict[tuple[str, str], list[FigureEntry]]) -> list[str]:
    """Groups of patients that are not too small to be told of."""
    sizes = {value: len({e.item for e in some}) for (name, value), some in groups.items() if name == facet}
    return told_groups(sizes)[0]


def _asked(entries: list[FigureEntry], *, whole: bool, labels: bool) -> Iterator[dict[str, str]]:
    """Metrics of these entries: all of them of the whole, the first ones of a part."""
    there: dict[str, set[str]] = {}
    for entry in entries:
        for _, _, tally in entry.pairs:
            for metric, by_label in tally["marks"].items():
                there.setdefault(metric, set()).update(by_label)
    for metric, names in there.items():
        if whole or metric in FIRST:
            yield from ({"metric": metric, "label": name} for name in sorted(names) if labels or not name)
    yield from _asked_of_ratings(entries, whole=whole)


def _asked_of_ratings(entries: list[FigureEntry], *, whole: bool) -> Iterator[dict[str, str]]:
    two = len({rater for entry in entries for rater in entry.raters}) == 2
    kinds: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        for kind, keys in entry.ratings.items():
            for key, by_label in keys.items():
                kinds.setdefault((kind, key), set()).update(by_label)
    metrics = ["alpha-nominal", *(["cohen", "percent"] if two else ["fleiss"]), "ac1"] if whole else ["alpha-nominal"]
    for (kind, key), names in sorted(kinds.items()):
        for metric in metrics:
            yield {"kind": kind, "key": key, "metric": metric}
        # Observations are one question each: what is compared is each of them.
        if whole and not key and kind != "code":
            for name in sorted(names):
                yield from ({"kind": kind, "label": name, "metric": metric} for metric in ("alpha-nominal", "ac1"))
                if kind == "observation":
                    yield {"kind": kind, "label": name, "metric": "psa-positive"}
