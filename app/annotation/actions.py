"""What becomes of one annotation action: refused or stored, told in the record, and what falls with it.

Everything is read from the models of the kinds. The record tells what is closed, counted, dated, coded or placed;
never text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

from pydantic import BaseModel

from app.agreement.judgements import Payload
from app.annotation.bodies import (
    BOOKKEEPING,
    FieldShape,
    Kinds,
    body_problems,
    by_kind,
    fields_of,
    mentions_of,
    references_of,
    unmarked,
)
from app.annotation.fields import AnotherBody, FieldRole, Free, SchemaKey, is_element_id
from app.annotation.payload import Elements, meaning
from app.core.errors import Problem, invalid
from app.core.text import fragments_problem, shows_nothing, trimmed

Body = dict[str, Any]

# Parts of a suggestion that no client may write.
_SERVER_WORDS = ("origin", "because")


class Put(Protocol):
    """One action; the review core's `AnnotationAction` is one."""

    @property
    def element_id(self) -> str: ...
    @property
    def body(self) -> dict[str, Any] | None: ...
    @property
    def before(self) -> dict[str, Any] | None: ...


def action_facts(action: Put, kinds: Kinds, known: set[str], text: str) -> dict[str, Any]:
    """The event's data for a put (body) or remove (None); of a comment only its length.

    `known` are the schema's labels, relation types and fields. Raises Invalid for a body or an id of
    the wrong shape, for a span outside `text` or without anything to see, and for an unknown label: the
    record must not carry what a client made up.
    """
    key, body, before = action.element_id, action.body, action.before
    problems = [] if is_element_id(key) else [Problem("bad-id", "element", "is no element id")]
    if body is not None:
        where = "element" if problems else key
        problems += body_problems(body, where, kinds) or list(_misfits(body, kinds, where, known, text))
    if problems:
        raise invalid(problems)
    said: dict[str, Any] = {"element": key}
    if body is not None:
        said.update(facts(body, kinds))
        if before is not None:
            said["changed"] = sorted(name for name in {*body, *before} if body.get(name) != before.get(name))
    elif before is not None:
        said.update(facts(before, kinds))
    return said


def _misfits(body: Body, kinds: Kinds, where: str, known: set[str], text: str) -> Iterator[Problem]:
    """What the schema has no word for, and spans that show nothing of the text."""
    for name, shape in fields_of(by_kind(kinds)[body["kind"]]).items():
        if isinstance(shape.mark, SchemaKey) and name in body and body[name] not in known:
            yield Problem("unknown-label", where, f"the schema does not know this {name}")
    yield from span_problems(body, kinds, where, text)


def facts(body: Body, kinds: Kinds) -> dict[str, Any]:
    """A body without anything that could carry words of the note."""
    return {"kind": body["kind"]} | _told(body, by_kind(kinds)[body["kind"]], kinds)


def _told(held: dict[str, Any], model: type[BaseModel], kinds: Kinds) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, shape in fields_of(model).items():
        if shape.part is not None and shape.part.whole:
            said[name] = {**unmarked(shape.part), **_told(held.get(name) or {}, shape.part, kinds)}
        elif name in held:
            said |= _of_field(name, shape, held[name], kinds)
    return said


def _of_field(name: str, shape: FieldShape, value: Any, kinds: Kinds) -> dict[str, Any]:
    if shape.part is not None:
        records = [_told(record, shape.part, kinds) for record in shape.values(value)]
        return {name: records if shape.many else records[0]}
    if isinstance(shape.mark, AnotherBody):
        return {name: facts(value, kinds)} if value else {}
    if isinstance(shape.mark, Free) and shape.mark.counted:
        return {"length": len(value)}
    return {} if shape.mark is None or shape.mark.role is FieldRole.FREE else {name: value}


def stored_body(body: Any, started: Body | None, kinds: Kinds, text: str) -> Any:
    """A body as a draft keeps it, whatever the client says of its origin.

    `started` is what stands under the element's id where the draft began: the suggestion (or an earlier answer
    that holds one), None for what a person adds. Spans lose white space at their edges. A body that is no
    record, or has malformed spans, comes back as it is: the check of its shape refuses it.
    """
    if not isinstance(body, dict):
        return body
    stored = {name: value for name, value in body.items() if name not in _SERVER_WORDS}
    for name in span_fields(str(stored.get("kind")), kinds):
        if name in stored:
            stored[name] = _trimmed(stored[name], text)
    stored["origin"] = origin_of(stored, started, kinds)
    if started is not None and "because" in started:
        stored["because"] = started["because"]
    return stored


def seeded(suggested: Payload, kinds: Kinds, text: str) -> Payload:
    """Suggestions as a draft may begin with: spans as they would be stored, none outside the text or blank.

    What hangs on a suggestion that is left out goes with it.
    """
    elements = {}
    for key, body in suggested["elements"].items():
        spans = {name: _trimmed(body[name], text) for name in span_fields(body["kind"], kinds) if name in body}
        if all(not pairs or _good(pairs, text) for pairs in spans.values()):
            elements[key] = {**body, **spans}
    if len(elements) < len(suggested["elements"]):
        loose = loose_ends(dict.fromkeys(suggested["elements"].keys() - elements.keys()), kinds, lambda: elements)
        elements = {key: kept for key, body in elements.items() if (kept := loose.get(key, body)) is not None}
    return {"elements": elements}


def _good(pairs: Any, text: str) -> bool:
    return fragments_problem(pairs, len(text)) is None and not any(shows_nothing(text[a:b]) for a, b in pairs)


def origin_of(body: Body, started: Body | None, kinds: Kinds) -> Body:
    """Who made it. A suggestion that says something else now keeps, under `suggested`, what it said."""
    origin = (started or {}).get("origin") or {"by": "human"}
    if started is None or origin["by"] == "human":
        return dict(origin)
    suggested = origin.get("suggested") or {name: part for name, part in started.items() if name not in BOOKKEEPING}
    kept = {name: part for name, part in origin.items() if name != "suggested"}
    return kept if _means(body, kinds) in meanings(suggested, origin, kinds) else {**kept, "suggested": suggested}


def meanings(suggested: Body, origin: Body, kinds: Kinds) -> set[str]:
    """What a suggestion says, without the code that was proposed with it and with it: to take either is no edit."""
    said = {meaning(suggested, kinds)}
    if origin.get("proposed_code"):
        code = {name: origin[f"proposed_{name}"] for name in ("system", "release", "code")}
        said.add(meaning({**suggested, "codes": [code]}, kinds))
    return said


def _means(body: Body, kinds: Kinds) -> str | None:
    """None for a body of the wrong shape, which is refused later."""
    try:
        return meaning(body, kinds)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _trimmed(pairs: Any, text: str) -> Any:
    return [_trimmed_pair(pair, text) for pair in pairs] if isinstance(pairs, list) else pairs


def _trimmed_pair(pair: Any, text: str) -> Any:
    good = isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)
    return list(trimmed(text, *pair)) if good and 0 <= pair[0] < pair[1] <= len(text) else pair


def loose_ends(
    put: Mapping[str, Body | None], kinds: Kinds, draft: Callable[[], Elements]
) -> dict[str, Body | None]:
    """Id → what must become of it (None: goes) after `put`, everywhere in the draft; empty: nothing.

    Links fall with an end that is gone or rejected, and what hangs on them falls too; lists of mentions and
    evidence lose a member. A suggestion whose ends are still on record is kept as rejected. `draft` is asked
    only when something of the kind was put.
    """
    if not any(map(references_of, kinds)) or not any(_may_loosen(body, kinds) for body in put.values()):
        return {}
    after, changed = dict(draft()), {}
    while step := {key: cut for key, body in after.items() if (cut := _cut(body, kinds, after)) is not body}:
        changed.update(step)
        after = {key: body for key, body in {**after, **step}.items() if body is not None}
    return changed


def _may_loosen(body: Body | None, kinds: Kinds) -> bool:
    return body is None or body.get("status") == "rejected" or bool(_names(body, kinds))


def _cut(body: Body, kinds: Kinds, elements: Elements) -> Body | None:
    """The body itself where nothing is loose."""
    kept = body
    for shape in references_of(by_kind(kinds)[body["kind"]]).values():
        cut = _cut_field(kept, shape, elements)
        if cut is None or cut.get("status") != body.get("status"):
            return cut
        kept = cut
    for shape in mentions_of(by_kind(kinds)[body["kind"]]).values():
        kept = _cut_mentions(kept, shape, elements)
    return kept


def _cut_field(body: Body, shape: FieldShape, elements: Elements) -> Body | None:
    targets = shape.values(body[shape.name])
    present = [key for key in targets if _is(elements.get(key), shape)]
    if body.get("status") == "rejected":
        holding = present
    else:
        holding = [key for key in present if elements[key].get("status") != "rejected"]
    if holding == targets:
        return body
    if shape.many and len(holding) >= max(1, shape.many.least):
        return {**body, shape.name: holding}
    suggested = (body.get("origin") or {}).get("by") == "model"
    return {**body, "status": "rejected"} if suggested and present == targets else None


def _cut_mentions(body: Body, shape: FieldShape, elements: Elements) -> Body:
    named = body.get(shape.name) or []
    good = [key for key in named if _is(elements.get(key), shape) and elements[key].get("status") != "rejected"]
    return body if good == named else {**body, shape.name: good}


def _is(body: Body | None, shape: FieldShape) -> bool:
    """Whether an element is there and of the kind a field refers to."""
    return body is not None and shape.reference is not None and body["kind"] == shape.reference.to


def _names(body: Body, kinds: Kinds) -> list[str]:
    model = by_kind(kinds)[body["kind"]]
    return [*references_of(model), *mentions_of(model)]


@cache
def span_fields(kind: str, kinds: Kinds) -> tuple[str, ...]:
    """The fields of a kind that hold offsets; of an unknown kind none."""
    model = by_kind(kinds).get(kind)
    shapes = fields_of(model).items() if model else ()
    return tuple(name for name, shape in shapes if shape.mark and shape.mark.role is FieldRole.SPAN)


@cache
def place_field(kind: str, kinds: Kinds) -> str | None:
    """The field that says where an element of this kind stands, where it must stand somewhere."""
    shapes = fields_of(by_kind(kinds)[kind]) if kind in by_kind(kinds) else {}
    return next((name for name in span_fields(kind, kinds) if shapes[name].required), None)


def places(body: Body, kinds: Kinds) -> list[list[int]]:
    """Where an element stands in the text, or what stands there for it; of an unknown kind, nowhere."""
    named = span_fields(str(body.get("kind")), kinds)
    return next((body[name] for name in named if body.get(name)), [])


def own_words(body: Body, kinds: Kinds) -> list[str]:
    """What a person typed into a body, in no words of a list: it goes into answers and exports."""
    model = by_kind(kinds).get(str(body.get("kind")))
    shapes = fields_of(model).items() if model else ()
    held = [body.get(name) for name, shape in shapes if isinstance(shape.mark, Free)]
    return [words for words in held if isinstance(words, str) and words.strip()]


def span_problems(body: Body, kinds: Kinds, where: str, text: str) -> Iterator[Problem]:
    """Whether the fragments lie within the text and show something; an absent or empty list is fine."""
    for name in span_fields(body["kind"], kinds):
        if not body.get(name):
            continue
        if wrong := fragments_problem(body[name], len(text)):
            yield Problem("offsets", where, wrong)
        elif any(shows_nothing(text[start:end]) for start, end in body[name]):
            yield Problem("blank-span", where, "a fragment holds nothing but white space")
