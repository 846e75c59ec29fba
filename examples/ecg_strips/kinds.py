"""What an answer about a strip may say."""

from __future__ import annotations

from typing import Annotated, Literal

from app.annotation.bodies import ElementBody
from app.annotation.fields import Free, Number, Offsets, OneOf, SchemaKey, Several, ShownAs

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


class StripFinding(ElementBody):
    kind: Literal["finding"]
    label: Annotated[str, SchemaKey()]
    value: Annotated[str, OneOf("present", "absent", "cannot_tell", "not_described")]
    leads: Annotated[list[Annotated[str, OneOf(*LEADS)]], Several()] = []
    evidence: Annotated[list[list[int]], Offsets(optional=True)] = []
    remark: Annotated[str | None, Free(500, optional=True)] = None


class StripInterval(ElementBody):
    kind: Literal["interval"]
    label: Annotated[str, SchemaKey()]
    milliseconds: Annotated[int, Number()]
    lead: Annotated[str | None, OneOf(*LEADS, None)] = None


class NothingElseDescribed(ElementBody):
    """Said once: the strip says nothing of any other question."""

    kind: Literal["rest"]
    value: Annotated[str, OneOf("not_described"), ShownAs("everything else")]


KINDS = (StripFinding, StripInterval, NothingElseDescribed)
