"""What the payload of a metadata record is made of: one model a kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from app.annotation.bodies import ElementBody
from app.annotation.fields import FieldRole, Free, Mark, OneOf, SchemaKey, ShownAs

VERDICTS = ("confirmed", "corrected", "unusable")
NOT_PRESENT = "not_present"
_SCALAR = {"type": ["string", "integer", "null"], "maxLength": 1024}


@dataclass(frozen=True)
class DicomValue(Mark):
    """One value, or several in a list; decimals are strings, as in DICOM itself. It may be a person's name."""

    role = FieldRole.FREE

    def wrong(self, value: Any) -> str | None:
        parts = value if isinstance(value, list) else [value]
        return None if all(map(_is_scalar, parts)) else "must be a string, a whole number or null"

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}


def _is_scalar(value: Any) -> bool:
    return value is None or type(value) is int or (isinstance(value, str) and len(value) <= 1024)


class FieldVerdict(ElementBody):
    kind: Literal["field"]
    keyword: Annotated[str, SchemaKey()]
    verdict: Annotated[str, OneOf(*VERDICTS)]
    value: Annotated[Any, DicomValue()] = None
    reason: Annotated[str | None, Free(1000, optional=True)] = None


class NothingElsePresent(ElementBody):
    """Said once: no other field of the schema is in the record. It says nothing of a field that is."""

    kind: Literal["rest"]
    value: Annotated[str, OneOf(NOT_PRESENT), ShownAs("everything else")]


KINDS = (FieldVerdict, NothingElsePresent)
