"""What a pre-annotator is and what it says about a note; the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.core.digest import sha256
from app.core.errors import Invalid
from app.core.registry import Registry

OffsetPair = tuple[int, int]


@dataclass
class Entity:
    """One suggestion. Offsets are half-open code points; `because` says which words led to what."""

    start: int
    end: int
    label: str
    assertion: dict[str, Any]
    fragments: list[list[int]] = field(default_factory=list)
    because: list[dict[str, Any]] = field(default_factory=list)
    #: codes that its words may mean, of any system and number: none of them is said of the patient
    candidates: list[dict[str, str]] = field(default_factory=list)
    #: for an adverse event: subtype, seriousness, dechallenge and rechallenge cues
    adverse_event: dict[str, Any] | None = None

    def to_dict(self, text: str) -> dict[str, Any]:
        fragments = self.fragments or [[self.start, self.end]]
        found: dict[str, Any] = {
            "start": self.start,
            "end": self.end,
            "fragments": fragments,
            "label": self.label,
            "text": " ".join(text[a:b] for a, b in fragments),
            "assertion": self.assertion,
            "because": self.because,
            "candidates": self.candidates,
        }
        if self.adverse_event is not None:
            found["adverse_event"] = self.adverse_event
        return found


@dataclass
class Relation:
    """`head` and `tail` are positions in the list of entities; `cue` is the span of the words that say so."""

    type: str
    head: int
    tail: int
    certainty: str | None = None
    cue: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": self.type, "head": self.head, "tail": self.tail}
        if self.certainty is not None:
            found["certainty"] = self.certainty
        if self.cue is not None:
            found["cue"] = self.cue
        return found


@dataclass
class Annotated:
    """Everything one pipeline says about one text: sections, entities in text order, relations."""

    sections: list[dict[str, Any]]
    entities: list[Entity]
    relations: list[Relation]

    def to_dict(self, text: str) -> dict[str, Any]:
        return {
            "sections": self.sections,
            "entities": [entity.to_dict(text) for entity in self.entities],
            "relations": [relation.to_dict() for relation in self.relations],
        }


class Pipeline(Protocol):
    """A pre-annotator. It suggests; it never submits, verifies or signs.

    With `targets` the answer holds exactly one entity per target, in the order given, covering
    exactly those offsets; without, the pipeline finds its own. `meta` may name the note's `type`.
    """

    key: str
    title: str
    version: str
    languages: tuple[str, ...]

    def ready(self) -> None:
        """Load what is needed; `annotate` does it too, at its first call."""

    def digest(self) -> str:
        """Hex SHA-256 over what its owner answers for: rules, curated vocabulary, model, version."""
        ...

    def sources(self) -> list[dict[str, str]]:
        """The code system releases whose terms it uses now: system, release, digest. Often none."""
        ...

    def annotate(
        self, text: str, *, targets: Sequence[OffsetPair] | None = None, meta: dict[str, Any] | None = None
    ) -> Annotated:
        """Suggestions for one text. Raises Invalid for targets outside it."""
        ...


PIPELINES: Registry[Pipeline] = Registry("pipeline", Pipeline)


def provenance(pipeline: Pipeline) -> dict[str, str]:
    """What a suggestion is stored with: pipeline, version, and a digest over its own and its sources'.

    A release that becomes current changes this digest, so that documents are tagged again, and
    leaves `pipeline.digest()` alone, which is what the owner signed.
    """
    made_from = [pipeline.digest(), *(source["digest"] for source in pipeline.sources())]
    digest = sha256(" ".join(made_from)) if made_from[1:] else made_from[0]
    return {"pipeline": pipeline.key, "version": pipeline.version, "digest": digest}


def checked_targets(text: str, targets: Sequence[OffsetPair]) -> list[OffsetPair]:
    """The targets as pairs of integers. Raises Invalid, naming the position in the list."""
    checked = []
    for position, pair in enumerate(targets):
        if not (isinstance(pair, (list, tuple)) and len(pair) == 2 and all(type(n) is int for n in pair)):
            raise Invalid("bad-target", f"targets[{position}] is not [start, end]")
        start, end = pair
        if not 0 <= start < end <= len(text):
            raise Invalid("bad-target", f"targets[{position}] lies outside the text")
        checked.append((start, end))
    return checked
