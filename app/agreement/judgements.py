"""What can be compared, what differs, and what was ruled: the words review and statistics share."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Payload = dict[str, Any]


Places = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Bearer:
    """What a judgement rests on; no part of what readers are compared on.

    `element` is the id of the payload's element that says it. A judgement about other elements (an event
    about its mentions) says with `places` where they stand, end by end, and with `labels` which labels of
    the schema they carry; one that has a place of its own leaves both empty.
    """

    element: str = ""
    places: Places = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unit:
    """One judgement that can be compared with another reader's.

    `kind` is what sort of judgement (entity, assertion, relation, code, observation, field), `label`
    the schema label it belongs to, `value` what was said. Units with a place carry `fragments`
    (half-open code points); units without one carry a `key` that is the same for every reader.
    """

    kind: str
    label: str
    value: str
    key: str = ""
    fragments: tuple[tuple[int, int], ...] = ()
    bearer: Bearer = field(default=Bearer(), compare=False)


class DifferenceKind(StrEnum):
    """In what way answers differ; one case may have several."""

    MISSING = "missing"
    BOUNDARY = "boundary"
    LABEL = "label"
    ATTRIBUTE = "attribute"
    CODE = "code"
    RELATION = "relation"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Difference:
    """One case: a connected component of elements that must be settled together.

    `key` is a digest of its members, so the same answers give the same key. `versions` holds for
    each payload, in order, the elements ``{id: body}`` it has in this case (empty: none). `labels`
    are all schema labels involved, which lets the core escalate. `place` is ``(start, end)`` in code
    points, or None for document-level cases.
    """

    key: str
    kinds: tuple[DifferenceKind, ...]
    labels: tuple[str, ...]
    versions: tuple[dict[str, Any], ...]
    place: tuple[int, int] | None = None


class Choice(StrEnum):
    """How a case was settled."""

    TAKE = "take"
    OWN = "own"
    NONE = "none"


REASONS = ("guideline", "slip", "ambiguous", "guideline-silent", "terminology-gap")


@dataclass(frozen=True)
class Ruling:
    """The decision of one case: a version taken, an own version, or "nothing is there".

    `version` is the index of the payload taken; `elements` the own version ``{id: body}``;
    `reason` is one of `REASONS`, `citation` the section of the guideline.
    """

    difference: str
    choice: Choice
    version: int | None = None
    elements: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    citation: str = ""

    def to_dict(self) -> dict[str, Any]:
        """What was decided, without the case it decides."""
        return {
            "choice": str(self.choice),
            "version": self.version,
            "elements": self.elements,
            "reason": self.reason,
            "citation": self.citation,
        }
