"""What a note's payload is made of: one model a kind."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from app.annotation import vocabulary as words
from app.annotation.bodies import ElementBody, Part
from app.annotation.fields import (
    Code,
    Date,
    Free,
    Number,
    Offsets,
    OneOf,
    Reference,
    SchemaKey,
    Several,
    ShownAs,
    YesNo,
)

_AXES = words.AXES


class EntityCode(Part):
    """A code a person gave an entity. Earlier answers hold several of one system; now it is one."""

    system: Annotated[str, Code(), ShownAs()]
    release: Annotated[str, Code(), ShownAs()]
    code: Annotated[str, Code()]


class EntityAssertion(Part):
    """An axis left out has its unmarked value."""

    whole: ClassVar[bool] = True

    polarity: Annotated[str, OneOf(*_AXES["polarity"])] = "affirmed"
    certainty: Annotated[str, OneOf(*_AXES["certainty"])] = "certain"
    temporality: Annotated[str, OneOf(*_AXES["temporality"])] = "current"
    course: Annotated[str, OneOf(*_AXES["course"])] = "unknown"
    hypothetical: Annotated[bool, OneOf(*_AXES["hypothetical"])] = False
    conditional: Annotated[bool, OneOf(*_AXES["conditional"])] = False
    experiencer: Annotated[str, OneOf(*_AXES["experiencer"])] = "patient"


class NoteEntity(ElementBody):
    kind: Literal["entity"]
    fragments: Annotated[list[list[int]], Offsets(), ShownAs("span")]
    label: Annotated[str, SchemaKey(), ShownAs("label")]
    assertion: EntityAssertion = EntityAssertion()
    codes: Annotated[list[EntityCode], Several(), ShownAs("code")] = []


class NoteRelation(ElementBody):
    kind: Literal["relation"]
    type: Annotated[str, SchemaKey()]
    head: Annotated[str, Reference(), ShownAs("from")]
    tail: Annotated[str, Reference(), ShownAs("to")]
    certainty: Annotated[str | None, OneOf(*_AXES["certainty"], None), ShownAs("certainty", unsaid="certain")] = None


class AdverseEvent(ElementBody):
    kind: Literal["event"]
    mentions: Annotated[list[Annotated[str, Reference()]], Several(1)]
    subtype: Annotated[str, OneOf(*words.EVENT_SUBTYPES)]
    seriousness: Annotated[list[Annotated[str, OneOf(*words.SERIOUSNESS)]], Several()] = []
    outcome: Annotated[str | None, OneOf(*words.OUTCOMES)] = None
    onset: Annotated[str | None, Date()] = None
    severity: Annotated[int | str | None, OneOf(*words.SEVERITIES)] = None


class DrugExposure(ElementBody):
    kind: Literal["exposure"]
    mentions: Annotated[list[Annotated[str, Reference()]], Several(1)]
    role: Annotated[str | None, OneOf(*words.ROLES)] = None
    action_taken: Annotated[str | None, OneOf(*words.ACTIONS_TAKEN)] = None
    situation: Annotated[str | None, OneOf(*words.SITUATIONS)] = None


class CausalityAssessment(ElementBody):
    """`result` is a category of the method; `answers` are the ten of Naranjo 1981."""

    kind: Literal["assessment"]
    event: Annotated[str, Reference(to="event"), ShownAs("event")]
    exposure: Annotated[str, Reference(to="exposure"), ShownAs("exposure")]
    certainty: Annotated[str | None, OneOf(*_AXES["certainty"], None)] = None
    method: Annotated[str | None, OneOf(*words.CAUSALITY)] = None
    result: Annotated[str | None, OneOf(*(said for results in words.CAUSALITY.values() for said in results))] = None
    answers: Annotated[list[Annotated[str, OneOf(*words.NARANJO_ANSWERS)]], Several(10, 10, distinct=False)] = []
    dechallenge: Annotated[str | None, OneOf(*words.DECHALLENGES)] = None
    rechallenge: Annotated[str | None, OneOf(*words.RECHALLENGES)] = None
    expectedness: Annotated[str | None, OneOf(*words.EXPECTEDNESS)] = None


class MentionChain(ElementBody):
    """Two mentions or more of one thing."""

    kind: Literal["chain"]
    mentions: Annotated[list[Annotated[str, Reference()]], Several(2), ShownAs("same thing")]


class CodeAssignment(ElementBody):
    """One code of the encounter's list. It does not hang on the spans that support it."""

    kind: Literal["code_assignment"]
    system: Annotated[str, Code(), ShownAs()]
    release: Annotated[str, Code(), ShownAs()]
    code: Annotated[str, Code()]
    sequence: Annotated[int, Number()]
    principal: Annotated[bool, YesNo()]
    poa: Annotated[str | None, OneOf(*words.PRESENT_ON_ADMISSION), ShownAs("POA")] = None
    evidence: Annotated[list[Annotated[str, Reference(holds=False)]], Several()] = []


class Comment(ElementBody):
    """A reader's remark. Nobody has to agree with it."""

    kind: Literal["comment"]
    text: Annotated[str, Free(counted=True)]


KINDS = (
    NoteEntity,
    NoteRelation,
    AdverseEvent,
    DrugExposure,
    CausalityAssessment,
    MentionChain,
    CodeAssignment,
    Comment,
)
