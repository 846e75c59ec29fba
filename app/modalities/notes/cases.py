"""Disputed elements gathered into cases: one connected component is settled as a whole."""

from __future__ import annotations

from typing import Any

from app.agreement.groups import Groups
from app.agreement.judgements import Difference, Payload
from app.agreement.judgements import DifferenceKind as Kind
from app.agreement.matching import overlapping_pairs
from app.annotation.payload import Elements, live, meaning, of_kind, references
from app.annotation.rulings import case_key
from app.core.digest import canonical_json
from app.modalities.notes.agreed import Slots, agreed_slots, compared
from app.modalities.notes.differing import kinds_of
from app.modalities.notes.kinds import KINDS

# A disputed element is a node of its own payload; an agreed one is the same node for all.
GroupNode = tuple[int, str]
_ALL = -1


def note_differences(payloads: list[Payload]) -> list[Difference]:
    """The cases of two or more payloads, in reading order, document-level ones last.

    What all readers have alike is no case. The rest falls into components: disputed spans that
    overlap, together with every relation, event, exposure, chain and assessment that touches them.
    Agreed elements that a disputed one hangs on are shown in every version, so that a version can
    be read, and written, by itself. The code set of a system is one case; evidence spans are not compared.
    Rejected elements count as absent; comments are not compared.
    """
    elements = [compared(payload) for payload in payloads]
    slots = agreed_slots(elements)
    cases = [_case(versions, slots) for versions in _components(elements, slots)]
    cases.sort(key=lambda case: (case.place or (0, 0), case.key))
    return cases + _code_sets(payloads)


def _components(elements: list[Elements], slots: Slots) -> list[list[Elements]]:
    """For each component the elements every payload has in it."""
    groups: Groups[GroupNode] = Groups()
    for i, own in enumerate(elements):
        for key in own:
            if key not in slots[i]:
                groups.root((i, key))
                _join_referents(groups, i, key, own, slots[i])
    _join_overlaps(groups, elements, slots)
    found: dict[GroupNode, list[Elements]] = {}
    for i, own in enumerate(elements):
        for key, body in own.items():
            node = _node(i, key, slots[i])
            if node in groups:
                found.setdefault(groups.root(node), [{} for _ in elements])[i][key] = body
    return list(found.values())


def _join_referents(groups: Groups[GroupNode], i: int, key: str, own: Elements, slots: dict[str, str]) -> None:
    for _, target in references(own[key], KINDS):
        groups.join(_node(i, key, slots), _node(i, target, slots))
        if target in slots:
            _join_referents(groups, i, target, own, slots)


def _node(i: int, key: str, slots: dict[str, str]) -> GroupNode:
    return (_ALL, slots[key]) if key in slots else (i, key)


def _join_overlaps(groups: Groups[GroupNode], elements: list[Elements], slots: Slots) -> None:
    nodes = [(i, key) for i, own in enumerate(elements) for key in of_kind(own, "entity") if key not in slots[i]]
    spans = [elements[i][key]["fragments"] for i, key in nodes]
    for one, other, _ in overlapping_pairs(spans, spans):
        groups.join(nodes[one], nodes[other])


def _case(versions: list[Elements], slots: Slots) -> Difference:
    disputed = [body for i, version in enumerate(versions) for key, body in version.items() if key not in slots[i]]
    return Difference(
        key=case_key(versions),
        kinds=kinds_of(versions),
        labels=_labels(versions),
        versions=tuple(versions),
        place=_hull(disputed) or _hull([body for version in versions for body in version.values()]),
    )


def _labels(versions: list[Elements]) -> tuple[str, ...]:
    bodies = [body for version in versions for body in version.values()]
    return tuple(sorted({body[name] for body in bodies for name in ("label", "type") if name in body}))


def _hull(bodies: list[dict[str, Any]]) -> tuple[int, int] | None:
    spans = [body["fragments"] for body in bodies if body["kind"] == "entity"]
    return (min(s[0][0] for s in spans), max(s[-1][1] for s in spans)) if spans else None


def _code_sets(payloads: list[Payload]) -> list[Difference]:
    sets = [of_kind(live(payload), "code_assignment") for payload in payloads]
    systems = sorted({body["system"] for codes in sets for body in codes.values()})
    cases = []
    for system in systems:
        versions = [{key: body for key, body in codes.items() if body["system"] == system} for codes in sets]
        said = {canonical_json(sorted(meaning(body, KINDS) for body in version.values())) for version in versions}
        if len(said) > 1:
            cases.append(Difference(case_key(versions), (Kind.CODE, Kind.DOCUMENT), (), tuple(versions)))
    return cases


def note_strays(case: Difference, own: Elements) -> list[str]:
    """Ids of own elements that have nothing to do with a case.

    An entity belongs to it that overlaps, or lies beside, one of its versions' entities; anything else
    that hangs on such an entity or on an element of a version; a code, to the case of its code set.
    """
    known = {key: body for version in case.versions for key, body in version.items()}
    if Kind.DOCUMENT in case.kinds:
        systems = {body["system"] for body in known.values()}
        return [key for key, body in own.items() if body.get("system") not in systems]
    places = [_extent(body) for version in case.versions for body in of_kind(version, "entity").values()]
    fitting = {key for key, body in of_kind(own, "entity").items() if _touches(_extent(body), places)}
    for kinds in (("relation", "event", "exposure", "chain"), ("assessment",)):
        fitting |= {
            key
            for key, body in of_kind(own, *kinds).items()
            if any(to in fitting or (to in known and to not in own) for _, to in references(body, KINDS))
        }
    return [key for key in own if key not in fitting]


def _extent(body: dict[str, Any]) -> tuple[int, int]:
    return body["fragments"][0][0], body["fragments"][-1][1]


def _touches(place: tuple[int, int], places: list[tuple[int, int]]) -> bool:
    return any(place[0] <= end and start <= place[1] for start, end in places)
