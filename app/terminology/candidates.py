"""Codes offered for a span before the coder types: from its words, label, section, and the other codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from app.terminology.hits import Hit
from app.terminology.indexing.words import words
from app.terminology.search import SearchableRelease
from app.terminology.systems import code_key

# Sections whose findings are someone else's or over: their wording is searched with this before it.
SECTION_WORDS = {
    "family_history": "family history of",
    "family history": "family history of",
    "past_surgical_history": "status",
    "surgical history": "status",
    "allergies": "allergy",
    "allergy": "allergy",
}
# Semantic types (SNOMED tags, RxNorm term types) that suit a label; others go down, not out.
LABEL_KINDS: Mapping[str, frozenset[str]] = {
    "disease": frozenset({"disorder", "finding", "situation", "PT", "LLT"}),
    "problem": frozenset({"disorder", "finding", "situation", "PT", "LLT"}),
    "symptom": frozenset({"finding", "disorder", "PT", "LLT"}),
    "adverse event": frozenset({"disorder", "finding", "PT", "LLT"}),
    "medication": frozenset({"substance", "product", "medicinal product", "clinical drug", "IN", "BN", "SCD", "SBD"}),
    "drug": frozenset({"substance", "product", "medicinal product", "clinical drug", "IN", "BN", "SCD", "SBD"}),
    "procedure": frozenset({"procedure", "regime/therapy"}),
    "anatomy": frozenset({"body structure", "cell structure"}),
    "lab": frozenset({"observable entity", "procedure"}),
}
OTHER_KIND, SAME_BRANCH, ALREADY_THERE = 0.15, 0.04, 0.3


class SpanContext(TypedDict, total=False):
    """What is known of a span besides its words; `limit` is how many codes are wanted (8)."""

    label: str | None
    section: str | None
    codes: Sequence[str]
    usage: Mapping[str, int] | None
    limit: int


def candidates(release: SearchableRelease, text: str, **known: Unpack[SpanContext]) -> list[Hit]:
    """The likeliest codes of a span, best first. Only billable, active ones; nothing is assigned.

    `label` and `section` are names as in schemas and section rules (`Disease`, `family_history`);
    `codes` are the other codes of the note: one already there is offered last. `usage` counts how
    often codes were used in the project.
    """
    limit, usage = known.get("limit", 8), known.get("usage")
    hits = {hit.code: hit for hit in release.search(text, limit=4 * limit, usage=usage)}
    before = SECTION_WORDS.get((known.get("section") or "").lower())
    if before and not set(words(before)) <= set(words(text)):
        # The section's meaning first, the bare wording after it.
        for hit in release.search(f"{before} {text}", limit=limit, usage=usage):
            plain = hits.get(hit.code)
            score = hit.score + 0.2
            if plain is None or plain.score < score:
                hits[hit.code] = replace(hit, score=score)
    usable = [hit for hit in hits.values() if hit.billable and hit.active]
    return _ordered(release, usable, (known.get("label") or "").lower(), known.get("codes", ()))[:limit]


def _ordered(release: SearchableRelease, hits: list[Hit], label: str, codes: Sequence[str]) -> list[Hit]:
    wanted = LABEL_KINDS.get(label.replace("_", " "))
    there = {code_key(code) for code in codes}
    branches = {code[:3] for code in there}
    kinds = _kinds(release, hits)
    scored = []
    for hit in hits:
        key = code_key(hit.code)
        score = hit.score
        # Systems without semantic types (ICD) have nothing to compare.
        if wanted and kinds.get(hit.code) and kinds[hit.code] not in wanted and _typed(kinds):
            score -= OTHER_KIND
        if key in there:
            score -= ALREADY_THERE
        elif key[:3] in branches:
            score += SAME_BRANCH
        scored.append(replace(hit, score=round(score, 4)))
    return sorted(scored, key=lambda hit: -hit.score)


def _kinds(release: SearchableRelease, hits: list[Hit]) -> dict[str, str]:
    numbers = [n for n in (release.number(hit.code) for hit in hits) if n is not None]
    return {code: kind for code, _, _, kind in release.codes(numbers).values()} if numbers else {}


def _typed(kinds: dict[str, str]) -> bool:
    known = frozenset().union(*LABEL_KINDS.values())
    return any(kind in known for kind in kinds.values())
