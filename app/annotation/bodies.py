"""Bodies of elements: a pydantic model a kind, strict, from which everything about its fields is derived.

A modality lists its kinds as a tuple of models. The models are the one list of fields there is: the check of a
body, what the log holds, what falls with what, JSON Schema, the columns of exports and the fuzz tests read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from app.annotation.fields import (
    AnotherBody,
    Code,
    FreeRecords,
    Mark,
    OneOf,
    Reference,
    Several,
    ShownAs,
    is_element_id,
)
from app.annotation.vocabulary import STATUSES
from app.core.errors import Problem

_STRICT = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, frozen=True)
# What pydantic itself finds; everything else is found by a mark, in its own words.
_FOUND = {
    "missing": ("missing-field", "is missing"),
    "extra_forbidden": ("unknown-field", "is not known here"),
    "model_type": ("bad-field", "must be a JSON object"),
}


class Part(BaseModel):
    """A record within a body. One that is told `whole` has its unmarked values where it is silent."""

    model_config = _STRICT
    whole: ClassVar[bool] = False


class Origin(Part):
    """Where an element came from, by the server's word; `suggested` is what it was before a person changed it.

    `proposed_…` is the one code that was proposed with a suggestion, and the rule that chose it.
    """

    by: Annotated[str, OneOf("model", "human", "import")]
    pipeline: Annotated[str | None, Code(optional=True)] = None
    version: Annotated[str | None, Code(optional=True)] = None
    digest: Annotated[str | None, Code(optional=True)] = None
    suggestion: Annotated[str | None, Code(optional=True)] = None
    action: Annotated[str | None, Code(optional=True)] = None
    proposed_system: Annotated[str | None, Code(optional=True)] = None
    proposed_release: Annotated[str | None, Code(optional=True)] = None
    proposed_code: Annotated[str | None, Code(optional=True)] = None
    proposed_rule: Annotated[str | None, Code(optional=True)] = None
    suggested: Annotated[dict[str, Any] | None, AnotherBody()] = None


class ElementBody(BaseModel):
    """What every element may say: whether somebody confirmed it, where it came from, and what led to it.

    A kind is a subclass whose `kind` is a literal. Readers are compared on the fields it adds.
    """

    model_config = _STRICT
    kind: str
    status: Annotated[str, OneOf(*STATUSES)] = "confirmed"
    origin: Origin = Origin(by="human")
    because: Annotated[list[Any], FreeRecords()] = []


Kinds = tuple[type[ElementBody], ...]
BOOKKEEPING = tuple(name for name in ElementBody.model_fields if name != "kind")


@dataclass(frozen=True)
class FieldShape:
    """What one field holds: values under a mark, or records of a part; one, or a list of them."""

    name: str
    required: bool
    mark: Mark | None
    part: type[Part] | None
    many: Several | None
    how: ShownAs | None = None

    @property
    def reference(self) -> Reference | None:
        return self.mark if isinstance(self.mark, Reference) else None

    @property
    def shown(self) -> bool:
        """Whether it is laid beside what other readers say."""
        mentioned = self.reference is not None and not self.reference.holds
        return not mentioned if self.how is None else bool(self.how.title)

    @property
    def title(self) -> str:
        return self.how.title if self.how else ""

    @property
    def unsaid(self) -> str | None:
        return self.how.unsaid if self.how else None

    def values(self, value: Any) -> list[Any]:
        """Each value or record of the field in a list."""
        return list(value) if self.many is not None else [value]


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, FieldShape]:
    """The fields of a body or part, but for `kind`, in the order of their declaration; bookkeeping last."""
    shapes = {name: _shape(name, info) for name, info in model.model_fields.items() if name != "kind"}
    shared = BOOKKEEPING if issubclass(model, ElementBody) else ()
    own = {name: shape for name, shape in shapes.items() if name not in shared}
    return MappingProxyType(own | {name: shapes[name] for name in shared})


@cache
def unmarked(part: type[Part]) -> Mapping[str, Any]:
    """What a part says where it is silent."""
    return MappingProxyType(part().model_dump())


@cache
def by_kind(kinds: Kinds) -> Mapping[str, type[ElementBody]]:
    """kind → its model."""
    return MappingProxyType({kind_of(model): model for model in kinds})


def kind_of(model: type[ElementBody]) -> str:
    """The word that stands in `kind`."""
    return str(get_args(model.model_fields["kind"].annotation)[0])


@cache
def references_of(model: type[ElementBody]) -> Mapping[str, FieldShape]:
    """The fields through which an element hangs on others."""
    return MappingProxyType(
        {name: shape for name, shape in fields_of(model).items() if shape.reference and shape.reference.holds}
    )


@cache
def mentions_of(model: type[ElementBody]) -> Mapping[str, FieldShape]:
    """The fields that name others without hanging on them, as a code list names its evidence."""
    return MappingProxyType(
        {name: shape for name, shape in fields_of(model).items() if shape.reference and not shape.reference.holds}
    )


@cache
def depth(kind: str, kinds: Kinds) -> int:
    """0 for kinds that refer to none; otherwise one more than the deepest they refer to."""
    shapes = fields_of(by_kind(kinds)[kind]).values() if kind in by_kind(kinds) else ()
    return max((1 + depth(shape.reference.to, kinds) for shape in shapes if shape.reference), default=0)


def body_problems(body: Any, where: str, kinds: Kinds) -> list[Problem]:
    """What is wrong with one element's body by itself; messages name fields, never quote values."""
    if not isinstance(body, dict):
        return [Problem("bad-element", where, "an element is a JSON object")]
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in by_kind(kinds):
        return [Problem("unknown-kind", where, "kind must be one of " + ", ".join(by_kind(kinds)))]
    if found := _refusals(by_kind(kinds)[kind], body, where):
        return found
    suggested = (body.get("origin") or {}).get("suggested")
    if suggested and "origin" in suggested:
        return [Problem("bad-field", where, "origin must not hold another")]
    nested = body_problems(suggested, where, kinds) if suggested else []
    return [Problem(problem.code, where, f"suggested {problem.message}") for problem in nested]


def payload_problems(payload: Any, kinds: Kinds) -> list[Problem]:
    """Shape problems of a whole payload ``{"elements": {id: body}}``."""
    good = isinstance(payload, dict) and set(payload) == {"elements"} and isinstance(payload["elements"], dict)
    if not good:
        return [Problem("bad-payload", "payload", 'a payload is {"elements": {id: body}} and nothing else')]
    problems = []
    for key, body in payload["elements"].items():
        if is_element_id(key):
            problems += body_problems(body, key, kinds)
        else:
            problems.append(
                Problem("bad-id", "payload", "an element id is 1 to 100 letters, digits or _ . : -")
            )
    return problems


def payload_schema(kinds: Kinds, ref_template: str = "#/$defs/{model}") -> dict[str, Any]:
    """JSON Schema of a payload; ``x-role`` says what each field is. `ref_template` says where kinds are to stand."""
    bodies = Annotated[_union(kinds), Field(discriminator="kind")] if len(kinds) > 1 else kinds[0]
    elements = TypeAdapter(dict[str, bodies]).json_schema(ref_template=ref_template)  # type: ignore[valid-type]
    shared = {"$defs": elements.pop("$defs")} if "$defs" in elements else {}
    whole = {"type": "object", "properties": {"elements": elements}, "required": ["elements"]}
    return whole | {"additionalProperties": False} | shared


def _union(kinds: Kinds) -> Any:
    union: Any = kinds[0]
    for model in kinds[1:]:
        union = union | model
    return union


def _shape(name: str, info: FieldInfo) -> FieldShape:
    several = next((one for one in info.metadata if isinstance(one, Several)), None)
    mark = next((one for one in info.metadata if isinstance(one, Mark)), None)
    held = info.annotation
    if several is not None:
        held = get_args(held)[0]
        if get_origin(held) is Annotated:
            mark = next(one for one in get_args(held) if isinstance(one, Mark))
    part = held if isinstance(held, type) and issubclass(held, Part) else None
    if (mark is None) == (part is None):
        raise TypeError(f"the field {name} needs a mark that says what it is, or to be a part")
    how = next((one for one in info.metadata if isinstance(one, ShownAs)), None)
    return FieldShape(name, info.is_required(), mark, part, several, how)


def _refusals(model: type[ElementBody], body: dict[str, Any], where: str) -> list[Problem]:
    try:
        model.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return [_refusal(one["type"], one["loc"], one["msg"], where) for one in found]
    return []


def _refusal(kind: str, place: tuple[int | str, ...], message: str, where: str) -> Problem:
    """Within a field its whole place is named, and the code is the field's."""
    code, why = _FOUND.get(kind, (kind, message))
    named = " ".join(f"item {step}" if isinstance(step, int) else _shown(step) for step in place)
    return Problem(code if len(place) == 1 else "bad-field", where, f"{named} {why}")


def _shown(name: str) -> str:
    """The name may have come from outside and could hold anything: only a plain one is repeated."""
    return name if re.fullmatch(r"[a-z_]{1,40}", name) else "a field"
