"""What one element's body may hold: a table of fields per kind, read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.annotation import vocabulary as words
from app.core.errors import Problem
from app.core.text import MAX_TEXT_CHARACTERS, fragments_problem

Test = Callable[[Any], str | None]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
# A date, part of one, or a duration as ISO 8601 writes them; words of the note have no place here.
_ISO_TIME = re.compile(r"[+-]?[0-9PT][0-9YMWDHSTZ:.+-]{0,31}")
_TEXT_LIMIT = 4000


def word(value: Any) -> str | None:
    return None if isinstance(value, str) and 0 < len(value) <= 200 else "must be a short string"


def token(value: Any) -> str | None:
    """A key, code or version: without white space, so that it cannot carry words of a note."""
    good = isinstance(value, str) and re.fullmatch(r"\S{1,100}", value)
    return None if good else "must be 1 to 100 characters without spaces"


def optional_token(value: Any) -> str | None:
    return None if value is None else token(value)


def remark(value: Any) -> str | None:
    good = isinstance(value, str) and value.strip() and len(value) <= _TEXT_LIMIT
    return None if good else f"must be a text of 1 to {_TEXT_LIMIT} characters"


def flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def positive(value: Any) -> str | None:
    return None if type(value) is int and value > 0 else "must be a whole number from 1"


def iso_time(value: Any) -> str | None:
    good = value is None or (isinstance(value, str) and _ISO_TIME.fullmatch(value))
    return None if good else "must be an ISO 8601 date or duration, or null"


def spans(value: Any) -> str | None:
    """Order and form only; whether they lie within the text is checked against the text."""
    return fragments_problem(value, MAX_TEXT_CHARACTERS)


def optional_spans(value: Any) -> str | None:
    return None if value == [] else spans(value)


def element_id(value: Any) -> str | None:
    return None if isinstance(value, str) and _ID.fullmatch(value) else "must be the id of an element"


@dataclass(frozen=True)
class OneOf:
    """One value of a closed list."""

    allowed: tuple[Any, ...]

    def __call__(self, value: Any) -> str | None:
        # `1 == True` in Python; a payload must not mix them up.
        if any(type(value) is type(choice) and value == choice for choice in self.allowed):
            return None
        return "must be one of " + ", ".join("null" if choice is None else str(choice) for choice in self.allowed)


@dataclass(frozen=True)
class Many:
    """A list of `least` or more, each once."""

    test: Test
    least: int = 0

    def __call__(self, value: Any) -> str | None:
        if not isinstance(value, list) or len(value) < self.least:
            return f"must be a list of {self.least} or more"
        for position, item in enumerate(value):
            wrong = self.test(item)
            if wrong:
                return f"item {position} {wrong}"
            if item in value[:position]:
                return f"item {position} is there twice"
        return None


@dataclass(frozen=True)
class Record:
    """Named fields, some of which may be left out; no others."""

    required: dict[str, Test]
    optional: dict[str, Test] = field(default_factory=dict)

    def __call__(self, value: Any) -> str | None:
        return next((f"{name} {why}" for _, name, why in _fields(value, self.required, self.optional)), None)

    @property
    def fields(self) -> dict[str, Test]:
        return {**self.required, **self.optional}


def one_of(*allowed: Any) -> OneOf:
    return OneOf(allowed)


def because(value: Any) -> str | None:
    """What led to a suggestion: records of strings, whole numbers and offset pairs."""
    if not isinstance(value, list):
        return "must be a list"
    for position, item in enumerate(value):
        inner = item.values() if isinstance(item, dict) else [item]
        if not all(_plain(part) for part in inner):
            return f"item {position} must be a flat record"
    return None


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(type(number) is int for number in value)
    return isinstance(value, (str, int, bool, type(None)))


def naranjo(value: Any) -> str | None:
    good = isinstance(value, list) and len(value) == 10 and all(v in words.NARANJO_ANSWERS for v in value)
    return None if good else "must be ten times yes, no or unknown"


def a_record(value: Any) -> str | None:
    return None if isinstance(value, dict) else "must be a JSON object"


CODE = Record({"system": token, "release": token, "code": token})
ORIGIN = Record(
    {"by": one_of("model", "human", "import")},
    {**dict.fromkeys(("pipeline", "version", "digest", "suggestion", "action"), optional_token), "suggested": a_record},
)
ASSERTION = Record({}, {axis: one_of(*values) for axis, values in words.AXES.items()})
CERTAINTY = one_of(*words.AXES["certainty"], None)
RESULT = one_of(*dict.fromkeys(result for results in words.CAUSALITY.values() for result in results))
MENTIONS = Many(element_id, 1)

# Every element may say where it came from and whether somebody confirmed it.
EVERY: dict[str, Test] = {"status": one_of(*words.STATUSES), "origin": ORIGIN, "because": because}

NOTE_KINDS: dict[str, tuple[dict[str, Test], dict[str, Test]]] = {
    "entity": ({"fragments": spans, "label": word}, {"assertion": ASSERTION, "codes": Many(CODE)}),
    "relation": ({"type": word, "head": element_id, "tail": element_id}, {"certainty": CERTAINTY}),
    "event": (
        {"mentions": MENTIONS, "subtype": one_of(*words.EVENT_SUBTYPES)},
        {
            "seriousness": Many(one_of(*words.SERIOUSNESS)),
            "outcome": one_of(*words.OUTCOMES),
            "onset": iso_time,
            "severity": one_of(*words.SEVERITIES),
        },
    ),
    "exposure": (
        {"mentions": MENTIONS},
        {
            "role": one_of(*words.ROLES),
            "action_taken": one_of(*words.ACTIONS_TAKEN),
            "situation": one_of(*words.SITUATIONS),
        },
    ),
    "assessment": (
        {"event": element_id, "exposure": element_id},
        {
            "certainty": CERTAINTY,
            "method": one_of(*words.CAUSALITY),
            "result": RESULT,
            "answers": naranjo,
            "dechallenge": one_of(*words.DECHALLENGES),
            "rechallenge": one_of(*words.RECHALLENGES),
            "expectedness": one_of(*words.EXPECTEDNESS),
        },
    ),
    "chain": ({"mentions": Many(element_id, 2)}, {}),
    "code_assignment": (
        {"system": token, "release": token, "code": token, "sequence": positive, "principal": flag},
        {"poa": one_of(*words.PRESENT_ON_ADMISSION), "evidence": Many(element_id)},
    ),
    "comment": ({"text": remark}, {}),
}

Kinds = dict[str, tuple[dict[str, Test], dict[str, Test]]]


def fields_of_kind(kind: str, kinds: Kinds) -> dict[str, Test]:
    """Every field an element of this kind may carry, but for `kind` itself."""
    required, optional = kinds[kind]
    return {**required, **optional, **EVERY}


def body_problems(body: Any, where: str, kinds: Kinds) -> list[Problem]:
    """What is wrong with one element's body by itself; messages name fields, never quote values."""
    if not isinstance(body, dict):
        return [Problem("bad-element", where, "an element is a JSON object")]
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        return [Problem("unknown-kind", where, "kind must be one of " + ", ".join(kinds))]
    required, optional = kinds[kind]
    fields = {name: value for name, value in body.items() if name != "kind"}
    found = _fields(fields, required, {**optional, **EVERY})
    suggested = {} if found else (body.get("origin") or {}).get("suggested")
    if suggested and "origin" in suggested:
        found.append(("bad-field", "origin", "must not hold another"))
    elif suggested:
        found += [(p.code, "suggested", p.message) for p in body_problems(suggested, where, kinds)]
    return [Problem(code, where, f"{name} {why}") for code, name, why in found]


def payload_problems(payload: Any, kinds: Kinds) -> list[Problem]:
    """Shape problems of a whole payload ``{"elements": {id: body}}``."""
    if (
        not isinstance(payload, dict)
        or set(payload) != {"elements"}
        or not isinstance(payload["elements"], dict)
    ):
        return [Problem("bad-payload", "payload", 'a payload is {"elements": {id: body}} and nothing else')]
    problems = []
    for key, body in payload["elements"].items():
        if element_id(key):
            problems.append(
                Problem("bad-id", "payload", "an element id is 1 to 100 letters, digits or _ . : -")
            )
        else:
            problems += body_problems(body, key, kinds)
    return problems


def _fields(value: Any, required: dict[str, Test], optional: dict[str, Test]) -> list[tuple[str, str, str]]:
    if not isinstance(value, dict):
        return [("bad-element", "it", "must be a JSON object")]
    tests = {**required, **optional}
    found = [("missing-field", name, "is missing") for name in required if name not in value]
    for name, inner in value.items():
        if name not in tests:
            # The name came from outside and could hold anything: only a plain one is repeated.
            shown = name if re.fullmatch(r"[a-z_]{1,40}", name) else "a field"
            found.append(("unknown-field", shown, "is not known here"))
        elif why := tests[name](inner):
            code = "offsets" if tests[name] in (spans, optional_spans) else "bad-field"
            found.append((code, name, why))
    return found
