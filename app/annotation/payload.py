"""A payload's elements: which count, what refers to what, and how references are rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from app.agreement.judgements import Payload
from app.annotation.vocabulary import full_assertion
from app.core.digest import canonical_json

Elements = dict[str, dict[str, Any]]

# Fields that hold ids of other elements, by kind. Evidence is not among them: a code set does not
# hang on the spans that support it.
REFERENCES: dict[str, tuple[str, ...]] = {
    "relation": ("head", "tail"),
    "event": ("mentions",),
    "exposure": ("mentions",),
    "chain": ("mentions",),
    "assessment": ("event", "exposure"),
}
# What an element may refer to.
REFERENTS = {"assessment": {"event": "event", "exposure": "exposure"}}

# Readers are not compared on where an element came from or on who confirmed it.
BOOKKEEPING = ("status", "origin", "because")

# Remarks are no judgement: nobody has to agree with them.
COMPARED = ("entity", "relation", "event", "exposure", "chain", "assessment")


class Frame(Protocol):
    """What a payload is about; the review core's `Context` is one."""

    @property
    def text(self) -> str: ...
    @property
    def schema(self) -> dict[str, Any]: ...
    @property
    def codes(self) -> Callable[[str, str, str], dict[str, Any] | None]: ...


def live(payload: Payload) -> Elements:
    """The elements that say something: a rejected one counts as absent."""
    return {key: body for key, body in payload["elements"].items() if body.get("status") != "rejected"}


def of_kind(elements: Elements, *kinds: str) -> Elements:
    return {key: body for key, body in elements.items() if body["kind"] in kinds}


def references(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """``(field, id)`` for every element this one hangs on."""
    for name in REFERENCES.get(body["kind"], ()):
        value = body[name]
        for key in value if isinstance(value, list) else [value]:
            yield name, key


def rewritten(body: dict[str, Any], rename: Callable[[str], str | None]) -> dict[str, Any] | None:
    """The body with its references renamed; None when something it hangs on is gone.

    A chain or event lives on while enough of its mentions do. What was suggested keeps the id of what is gone.
    """
    result = dict(body)
    for name in REFERENCES.get(body["kind"], ()):
        value = body[name]
        if isinstance(value, list):
            kept = list(dict.fromkeys(new for key in value if (new := rename(key)) is not None))
            if len(kept) < (2 if body["kind"] == "chain" else 1):
                return None
            result[name] = kept
        else:
            new = rename(value)
            if new is None:
                return None
            result[name] = new
    if result["kind"] == "relation" and result["head"] == result["tail"] and body["head"] != body["tail"]:
        return None  # both ends became one element
    if suggested := result.get("origin", {}).get("suggested"):
        renamed = dict(suggested)
        for name in REFERENCES.get(suggested["kind"], ()):
            renamed[name] = _follow(suggested[name], rename)
        result["origin"] = {**result["origin"], "suggested": renamed}
    return result


def _follow(value: Any, rename: Callable[[str], str | None]) -> Any:
    return [rename(key) or key for key in value] if isinstance(value, list) else rename(value) or value


def meaning(body: dict[str, Any], rename: Callable[[str], str] = lambda key: key) -> str:
    """What the element says, without bookkeeping, as canonical JSON; references through `rename`."""
    said = {name: value for name, value in body.items() if name not in BOOKKEEPING and value is not None}
    if body["kind"] == "entity":
        said["assertion"] = full_assertion(body.get("assertion"))
        said["codes"] = sorted(canonical_json(code) for code in body.get("codes", []))
    if body["kind"] == "code_assignment":
        said.pop("evidence", None)
    if "seriousness" in said:
        said["seriousness"] = sorted(said["seriousness"])
    for name in REFERENCES.get(body["kind"], ()):
        value = body[name]
        said[name] = sorted(map(rename, value)) if isinstance(value, list) else rename(value)
    for name in ("seriousness", "codes", "evidence"):
        if said.get(name) == []:
            del said[name]
    return canonical_json(said)


def place_key(body: dict[str, Any]) -> tuple[Any, ...]:
    """Orders entities by position, independent of their ids."""
    return (body["fragments"], body["label"], meaning(body))


def fresh_id(wanted: str, taken: Elements) -> str:
    """`wanted`, or with the first number that makes it free."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
