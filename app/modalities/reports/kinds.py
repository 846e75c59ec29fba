"""What a report's payload is made of: one model a kind."""

from __future__ import annotations

from typing import Annotated, Literal

from app.annotation.bodies import ElementBody
from app.annotation.fields import Offsets, OneOf, SchemaKey, ShownAs

NOT_MENTIONED = "not_mentioned"
VALUES = ("positive", "negative", "uncertain", NOT_MENTIONED)


class Observation(ElementBody):
    kind: Literal["observation"]
    label: Annotated[str, SchemaKey()]
    value: Annotated[str, OneOf(*VALUES)]
    evidence: Annotated[list[list[int]], Offsets(optional=True)] = []


class CriticalFinding(ElementBody):
    """Larson 2014 (ACR Actionable Reporting Work Group): category 1 minutes, 2 hours, 3 days; null: not mentioned."""

    kind: Literal["critical"]
    label: Annotated[str, SchemaKey()]
    category: Annotated[int | None, OneOf(1, 2, 3, None)]
    evidence: Annotated[list[list[int]], Offsets(optional=True)] = []


class NothingElseMentioned(ElementBody):
    """Said once: no other label of the schema is mentioned."""

    kind: Literal["rest"]
    value: Annotated[str, OneOf(NOT_MENTIONED), ShownAs("everything else")]


KINDS = (Observation, CriticalFinding, NothingElseMentioned)
