"""In what way two versions of one case differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from app.agreement.judgements import DifferenceKind as Kind
from app.agreement.matching import length, maximum_matching, overlapping_pairs
from app.annotation.payload import Elements, meaning, of_kind, references
from app.annotation.vocabulary import full_assertion
from app.core.digest import canonical_json
from app.modalities.notes.agreed import place_key
from app.modalities.notes.kinds import KINDS

_SAME_LABEL = 1001  # more than any overlap: spans are matched within their label first


def kinds_of(versions: list[Elements]) -> tuple[Kind, ...]:
    """Every kind in which some pair of versions differs, in the order of `DifferenceKind`."""
    found = {kind for one, other in combinations(versions, 2) for kind in _pair(one, other)}
    return tuple(kind for kind in Kind if kind in found)


def align(one: Elements, other: Elements) -> dict[str, str]:
    """Entities of `one` → entities of `other`: the one-to-one matching of greatest overlap.

    The weight of a pair is its Dice overlap in thousandths, plus a bonus for the same label.
    """
    left = sorted(of_kind(one, "entity").items(), key=lambda item: place_key(item[1]))
    right = sorted(of_kind(other, "entity").items(), key=lambda item: place_key(item[1]))
    spans = [[body["fragments"] for _, body in side] for side in (left, right)]
    weights = {}
    for i, j, shared in overlapping_pairs(*spans):
        dice = 2000 * shared // (length(spans[0][i]) + length(spans[1][j]))
        same = left[i][1]["label"] == right[j][1]["label"]
        weights[i, j] = max(dice, 1) + _SAME_LABEL * same
    return {left[i][0]: right[j][0] for i, j in maximum_matching(weights).items()}


def _pair(one: Elements, other: Elements) -> Iterator[Kind]:
    # Ties in the matching must not depend on who is called first; where there is one of each, there are none.
    if (len(one) > 1 or len(other) > 1) and _digestible(other) < _digestible(one):
        one, other = other, one
    matched = align(one, other)
    back = {value: key for key, value in matched.items()}
    if len(matched) < max(len(of_kind(one, "entity")), len(of_kind(other, "entity"))):
        yield Kind.MISSING
    for key, partner in matched.items():
        yield from _entity_kinds(one[key], other[partner])
    yield from _structure_kinds(one, other, matched)
    yield from _structure_kinds(other, one, back)


def _digestible(version: Elements) -> str:
    return canonical_json(sorted(canonical_json(body) for body in version.values()))


def _entity_kinds(one: dict[str, Any], other: dict[str, Any]) -> Iterator[Kind]:
    if one["fragments"] != other["fragments"]:
        yield Kind.BOUNDARY
    if one["label"] != other["label"]:
        yield Kind.LABEL
    if full_assertion(one.get("assertion")) != full_assertion(other.get("assertion")):
        yield Kind.ATTRIBUTE
    if _codes(one) != _codes(other):
        yield Kind.CODE


def _codes(body: dict[str, Any]) -> list[str]:
    return sorted(map(canonical_json, body.get("codes", [])))


def _structure_kinds(one: Elements, other: Elements, matched: dict[str, str]) -> Iterator[Kind]:
    """Kinds of the elements of `one` that hang on others, seen from `other`.

    What hangs on an entity the other reader lacks is a consequence of that, not a kind of its own.
    """
    matched = dict(matched)
    for kinds in (("event", "exposure", "chain", "relation"), ("assessment",)):
        theirs = of_kind(other, *kinds)
        said = {meaning(body, KINDS): key for key, body in theirs.items()}
        for key, body in of_kind(one, *kinds).items():
            if any(target not in matched for _, target in references(body, KINDS)):
                continue
            exact = said.get(meaning(body, KINDS, lambda target: matched[target]))
            partner = exact or _counterpart(body, theirs, matched)
            if partner is not None:
                matched[key] = partner
            if exact is None:
                yield _kind_of(body, partner is None)


def _counterpart(body: dict[str, Any], theirs: Elements, matched: dict[str, str]) -> str | None:
    """The element of the same kind that hangs on the same things, if only in part."""
    mine = {matched[target] for _, target in references(body, KINDS)}
    shared = {
        key: len(mine & {target for _, target in references(other, KINDS)})
        for key, other in theirs.items()
        if other["kind"] == body["kind"]
    }
    best = max(sorted(shared), key=lambda key: shared[key], default=None)
    return best if best is not None and shared[best] else None


def _kind_of(body: dict[str, Any], alone: bool) -> Kind:
    if body["kind"] in ("relation", "chain", "assessment"):
        return Kind.RELATION
    return Kind.MISSING if alone else Kind.ATTRIBUTE
