"""A pipeline against gold: entities strict and relaxed, assertion per axis on gold spans, relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from app.tagging.evaluation.gold import GoldDocument, GoldEntity
from app.tagging.evaluation.scores import Counts
from app.tagging.labels import AXES
from app.tagging.protocol import Annotated, Entity, Pipeline

# Corpora draw the line between these differently; the group says whether the thing was found at all.
CLINICAL = frozenset({"PROBLEM", "SYMPTOM", "ADVERSE_EVENT"})
_GROUP = "PROBLEM|SYMPTOM|ADVERSE_EVENT"
_FLAG_AXES = {
    "negated": ("polarity", "negated"),
    "historical": ("temporality", "past"),
    "family": ("experiencer", "family"),
}


class TaggingEvaluation:
    """Counts over documents; `report()` is one JSON object."""

    def __init__(self, types: frozenset[str] = frozenset()) -> None:
        self.types = types
        self.documents = 0
        self.problems: list[str] = []
        self.strict: dict[str, Counts] = defaultdict(Counts)
        self.relaxed: dict[str, Counts] = defaultdict(Counts)
        self.touching: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.axes: dict[str, Counts] = defaultdict(Counts)
        self.relations: dict[str, Counts] = defaultdict(Counts)

    def add(self, gold: GoldDocument, said: Annotated, asserted: list[Entity], axes: frozenset[str]) -> None:
        """Count one document; `asserted` are the gold spans as the pipeline asserts them.

        Axes and types of relations count when the gold set states them anywhere: where a document has
        none, one that is suggested is wrong.
        """
        self.documents += 1
        self.problems += gold.problems
        self._entities(gold.entities, said.entities)
        for entity, own in zip(gold.entities, asserted, strict=True):
            self._assertion(entity, own, axes)
        self._relations(gold, said)

    def _entities(self, gold: list[GoldEntity], said: list[Entity]) -> None:
        for labels, name in [(frozenset({label}), label) for label in _labels(gold, said)] + [(CLINICAL, _GROUP)]:
            wanted = [(g.start, g.end) for g in gold if g.label in labels]
            own = [(s.start, s.end) for s in said if s.label in labels]
            exact = {*wanted}
            right = sum(span in exact for span in own)
            found = sum(span in {*own} for span in exact)
            self.strict[name].add(suggested=len(own), right=right, gold=len(exact), found=found)
            self.relaxed[name].add(
                suggested=len(own), right=_touched(own, wanted), gold=len(wanted), found=_touched(wanted, own)
            )
        anything = [(g.start, g.end) for g in gold]
        for entity in said:
            count = self.touching[entity.label]
            count[0] += 1
            count[1] += _touched([(entity.start, entity.end)], anything)

    def _assertion(self, gold: GoldEntity, own: Entity, axes: frozenset[str]) -> None:
        wanted = gold_axes(gold.assertion)
        for axis in axes:
            if axis == "uncertain":
                here, there = bool(wanted.get("uncertain")), own.assertion["uncertain"]
            else:
                unmarked = AXES[axis][0]
                here, there = wanted.get(axis, unmarked) != unmarked, own.assertion[axis] != unmarked
            hit = int(here and there)
            self.axes[axis].add(suggested=int(there), right=hit, gold=int(here), found=hit)

    def _relations(self, gold: GoldDocument, said: Annotated) -> None:
        wanted = [(kind, gold.entities[head], gold.entities[tail]) for kind, head, tail in gold.relations]
        own = [(r.type, said.entities[r.head], said.entities[r.tail]) for r in said.relations]
        for kind in self.types:
            mine = [pair for pair in own if pair[0] == kind]
            theirs = [pair for pair in wanted if pair[0] == kind]
            right = sum(any(_same(a, b) for b in theirs) for a in mine)
            found = sum(any(_same(a, b) for a in mine) for b in theirs)
            self.relations[kind].add(suggested=len(mine), right=right, gold=len(theirs), found=found)

    def report(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "problems": self.problems,
            "entities": {
                name: {"strict": self.strict[name].to_dict(), "relaxed": self.relaxed[name].to_dict()}
                for name in sorted(self.strict)
            },
            "suggestions_touching_gold": {
                label: {"suggested": all_, "touching": hit} for label, (all_, hit) in sorted(self.touching.items())
            },
            "assertion": {axis: counts.to_dict() for axis, counts in sorted(self.axes.items())},
            "relations": {kind: counts.to_dict() for kind, counts in sorted(self.relations.items())},
        }


def evaluate(pipeline: Pipeline, documents: Iterable[GoldDocument]) -> dict[str, Any]:
    """The report of one pipeline: counts, precision, recall and F1; relaxed means overlap.

    Assertion is measured on the gold spans themselves; an axis counts when the gold marks it anywhere, and an
    entity without the mark is unmarked. Relation ends match when they overlap.
    """
    gold = list(documents)
    axes = frozenset(axis for doc in gold for entity in doc.entities for axis in gold_axes(entity.assertion))
    result = TaggingEvaluation(frozenset(kind for doc in gold for kind, _, _ in doc.relations))
    for document in gold:
        spans = [(entity.start, entity.end) for entity in document.entities]
        asserted = pipeline.annotate(document.text, targets=spans).entities if spans else []
        result.add(document, pipeline.annotate(document.text), asserted, axes)
    return {
        "pipeline": pipeline.key,
        "version": pipeline.version,
        "digest": pipeline.digest(),
    } | result.report()


def gold_axes(said: dict[str, Any]) -> dict[str, Any]:
    """Axes and flags of a gold assertion, as axes (`uncertain` stays a flag: gold seldom grades it)."""
    axes: dict[str, Any] = {}
    for name, value in said.items():
        if name in _FLAG_AXES:
            if value:
                axis, marked = _FLAG_AXES[name]
                axes[axis] = marked
        elif name == "certainty":
            axes["uncertain"] = value != "certain"
        elif name in AXES or name == "uncertain":
            axes[name] = value
    return axes


def _labels(gold: list[GoldEntity], said: list[Entity]) -> list[str]:
    return sorted({g.label for g in gold if g.label} | {s.label for s in said})


def _touched(spans: list[tuple[int, int]], others: list[tuple[int, int]]) -> int:
    """How many spans overlap one of the others."""
    return sum(any(a < d and c < b for c, d in others) for a, b in spans)


def _same(one: tuple[str, Any, Any], other: tuple[str, Any, Any]) -> bool:
    return all(a.start < b.end and b.start < a.end for a, b in zip(one[1:], other[1:], strict=True))
