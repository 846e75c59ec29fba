"""What a field of an element may hold, said where the field is declared: marks, each with a role.

A mark stands in an ``Annotated[…]`` of a pydantic model. It refuses values with a message that never quotes them,
and its role decides what becomes of them elsewhere: closed answers, numbers, dates, codes, references and the
offsets of spans are told in the log by value; free text never is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from app.core.text import MAX_TEXT_CHARACTERS, fragments_problem

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
# A date, part of one, or a duration as ISO 8601 writes them; words of the note have no place here.
_ISO_TIME = re.compile(r"[+-]?[0-9PT][0-9YMWDHSTZ:.+-]{0,31}")
_PAIR = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}


class FieldRole(StrEnum):
    CLOSED = "closed"
    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    FREE = "free"
    REFERENCE = "reference"
    SPAN = "span"


@dataclass(frozen=True)
class Mark:
    """What one value may be. `wrong` says why it may not, without the value; None: it may."""

    role: ClassVar[FieldRole]
    problem: ClassVar[str] = "bad-field"  # the code under which a client is told

    def wrong(self, value: Any) -> str | None:
        raise NotImplementedError

    def json_schema(self) -> dict[str, Any]:
        raise NotImplementedError

    def _checked(self, value: Any) -> Any:
        if why := self.wrong(value):
            raise PydanticCustomError(self.problem, "{why}", {"why": why})  # type: ignore[arg-type]
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.json_schema() | {"x-role": str(self.role)}


@dataclass(frozen=True, init=False)
class OneOf(Mark):
    """One value of a closed list; None among them where nothing may be said."""

    role = FieldRole.CLOSED
    allowed: tuple[Any, ...]

    def __init__(self, *allowed: Any) -> None:
        object.__setattr__(self, "allowed", tuple(dict.fromkeys(allowed)))

    def wrong(self, value: Any) -> str | None:
        # `1 == True` in Python; a payload must not mix them up.
        if any(type(value) is type(choice) and value == choice for choice in self.allowed):
            return None
        return "must be one of " + ", ".join("null" if choice is None else str(choice) for choice in self.allowed)

    def json_schema(self) -> dict[str, Any]:
        return {"enum": list(self.allowed)}


@dataclass(frozen=True)
class YesNo(Mark):
    role = FieldRole.CLOSED

    def wrong(self, value: Any) -> str | None:
        return None if isinstance(value, bool) else "must be true or false"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Mark):
    """A whole number; a float has no canonical form."""

    role = FieldRole.NUMBER
    least: int = 1
    optional: bool = False

    def wrong(self, value: Any) -> str | None:
        if value is None and self.optional:
            return None
        good = type(value) is int and value >= self.least
        return None if good else f"must be a whole number from {self.least}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"] if self.optional else "integer", "minimum": self.least}


@dataclass(frozen=True)
class Date(Mark):
    role = FieldRole.DATE

    def wrong(self, value: Any) -> str | None:
        good = value is None or (isinstance(value, str) and _ISO_TIME.fullmatch(value))
        return None if good else "must be an ISO 8601 date or duration, or null"

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": f"^{_ISO_TIME.pattern}$"}


@dataclass(frozen=True)
class SchemaKey(Mark):
    """A label, relation type or field of the label schema; any other is refused before it reaches the record."""

    role = FieldRole.CODE

    def wrong(self, value: Any) -> str | None:
        return None if isinstance(value, str) and 0 < len(value) <= 200 else "must be a short string"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 200}


@dataclass(frozen=True)
class Code(Mark):
    """A key, code or version: without white space, so that it cannot carry words of a note."""

    role = FieldRole.CODE
    optional: bool = False

    def wrong(self, value: Any) -> str | None:
        if value is None and self.optional:
            return None
        good = isinstance(value, str) and re.fullmatch(r"\S{1,100}", value)
        return None if good else "must be 1 to 100 characters without spaces"

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"] if self.optional else "string", "pattern": r"^\S{1,100}$"}


@dataclass(frozen=True)
class Free(Mark):
    """A person's own words, or None where they are `optional`. Of a `counted` text the log tells the length."""

    role = FieldRole.FREE
    limit: int = 4000
    optional: bool = False
    counted: bool = False

    def wrong(self, value: Any) -> str | None:
        if self.optional:
            good = value is None or (isinstance(value, str) and len(value) <= self.limit)
            return None if good else f"must be a text of at most {self.limit} characters"
        good = isinstance(value, str) and bool(value.strip()) and len(value) <= self.limit
        return None if good else f"must be a text of 1 to {self.limit} characters"

    def json_schema(self) -> dict[str, Any]:
        if self.optional:
            return {"type": ["string", "null"], "maxLength": self.limit}
        return {"type": "string", "minLength": 1, "maxLength": self.limit}


@dataclass(frozen=True)
class FreeRecords(Mark):
    """What led to a suggestion: flat records of strings, whole numbers and offset pairs."""

    role = FieldRole.FREE

    def wrong(self, value: Any) -> str | None:
        if not isinstance(value, list):
            return "must be a list"
        for position, item in enumerate(value):
            inner = item.values() if isinstance(item, dict) else [item]
            if not all(_plain(part) for part in inner):
                return f"item {position} must be a flat record"
        return None

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array"}


@dataclass(frozen=True)
class Offsets(Mark):
    """Half-open code point pairs, in order and apart; whether they lie within the text is checked against it."""

    role = FieldRole.SPAN
    problem = "offsets"
    optional: bool = False

    def wrong(self, value: Any) -> str | None:
        return None if self.optional and value == [] else fragments_problem(value, MAX_TEXT_CHARACTERS)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": _PAIR, "minItems": 0 if self.optional else 1}


@dataclass(frozen=True)
class Reference(Mark):
    """The id of another element of kind `to`. Where it `holds`, an element falls with what it refers to."""

    role = FieldRole.REFERENCE
    to: str = "entity"
    holds: bool = True

    def wrong(self, value: Any) -> str | None:
        return None if is_element_id(value) else "must be the id of an element"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_ID.pattern}$"}


@dataclass(frozen=True)
class AnotherBody(Mark):
    """Another element's body, checked as one by whoever knows the kinds."""

    role = FieldRole.FREE

    def wrong(self, value: Any) -> str | None:
        return None if isinstance(value, dict) else "must be a JSON object"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object"}


@dataclass(frozen=True)
class Several:
    """A list of `least` or more; each once where it is `distinct`, in no order that means anything."""

    least: int = 0
    most: int | None = None
    distinct: bool = True

    def _long_enough(self, value: Any) -> Any:
        if not isinstance(value, list) or len(value) < self.least:
            raise PydanticCustomError("bad-field", "must be a list of {least} or more", {"least": self.least})
        if self.most is not None and len(value) > self.most:
            raise PydanticCustomError("bad-field", "must be a list of at most {most}", {"most": self.most})
        return value

    def _each_once(self, given: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
        checked = handler(self._long_enough(given))
        for position, item in enumerate(given if self.distinct else ()):
            if item in given[:position]:
                raise PydanticCustomError("bad-field", "item {position} is there twice", {"position": position})
        return checked

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._each_once, handler(source))


@dataclass(frozen=True)
class ShownAs:
    """How a field is called where readers are laid side by side, if not by its name; without a title it is not there.
    `unsaid`: what is read where nothing stands."""

    title: str = ""
    unsaid: str | None = None


def is_element_id(value: Any) -> bool:
    """1 to 100 letters, digits or ``_ . : -``."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(type(number) is int for number in value)
    return isinstance(value, (str, int, bool, type(None)))
