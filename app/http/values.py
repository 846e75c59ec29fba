"""Values that no row can hold end at the edge: an address with one leads nowhere, a request is malformed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter

from app.core.text import is_storable

# A column of numbers holds 64 bits, on both databases.
LARGEST = 2**63 - 1
# What our own pages send is at most some ten deep; what walks it may recurse.
DEEPEST = 64


def install(app: Flask) -> None:
    app.url_map.converters |= {"int": RowNumber, "default": Words, "string": Words}
    app.json = StrictJson(app)


def row_number(typed: str) -> int:
    """A number that may be one of a row, in plain digits. Raises ValueError."""
    if not re.fullmatch(RowNumber.regex, typed):
        raise ValueError("no number of a row")
    return int(typed)


class RowNumber(BaseConverter):
    """`<int:…>`: the number of a row, in plain digits; with any other the address is nobody's.

    By its form and not by its value, so that the answer is 404 and not 405 where several methods share an address.
    """

    regex = "[0-9]{1,18}"  # well below 2⁶³, and more than there will be rows
    weight = 50  # as werkzeug's own: before words

    def to_python(self, value: str) -> int:
        return int(value)


class Words(BaseConverter):
    """`<…>`: text that can be stored, and so may be a key of something."""

    regex = r"[^/\x00\ud800-\udfff]+"


class StrictJson(DefaultJSONProvider):
    """JSON as the standard has it (no NaN), nested no deeper than can be read."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, parse_constant=_refused, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def check() -> None:
    """Raises BadRequest for what no column and no encoding holds, wherever in the request it is."""
    _check_typed(request.args.items(multi=True))
    if request.is_json and request.get_data():
        _check_json(request.get_json())
    elif request.mimetype == "application/x-www-form-urlencoded" or request.form:
        _check_typed(request.form.items(multi=True))


def _check_typed(pairs: Iterable[tuple[str, str]]) -> None:
    if not all(is_storable(name) and is_storable(value) for name, value in pairs):
        raise BadRequest


def _check_json(body: Any) -> None:
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        if not all(map(_is_sound, level)):
            raise BadRequest
        level = [part for value in level for part in _parts(value)]
        if not level:
            return
    raise BadRequest


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _is_sound(value: Any) -> bool:
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) <= LARGEST


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
