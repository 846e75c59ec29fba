"""The one code proposed with each entity of a pipeline's answer, by its release and the setting of the encounter."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from app.core.digest import sha256
from app.core.errors import NotFound
from app.tagging.literals import literals_digest
from app.terminology import proposals
from app.terminology.entry_terms import ONTOLOGIES
from app.terminology.proposals.confidence import TABLE as CONFIDENCE
from app.terminology.proposals.evidence import SYSTEM, section_at
from app.terminology.proposals.propose import PROPOSED_LABELS, AssertedSpan, CodeProposal, propose_all, propose_one
from app.terminology.proposals.rules import TABLE as RULES
from app.terminology.search import SearchableRelease, open_release


def release_for(root: Path | None, applicable: str = "") -> SearchableRelease | None:
    """The release that applied to the encounter where it is installed, else the current one; None where there is none.

    A proposal names its release, and the coding rules say where it did not apply (domain 0.2).
    """
    if root is None:
        return None
    for name in (applicable, None) if applicable else (None,):
        try:
            return open_release(root, SYSTEM, name)
        except NotFound:
            continue
    return None


@cache
def rules_of_proposals() -> str:
    """Hex SHA-256 of what decides a proposal: the tables of rules and of confidence, words and patterns of the code."""
    tables = [(ONTOLOGIES / name).read_bytes() for name in (RULES, CONFIDENCE)]
    return sha256(b"\0".join([*tables, literals_digest(Path(proposals.__path__[0]).glob("*.py")).encode()]))


def with_proposals(
    answer: dict[str, Any], text: str, setting: str, release: SearchableRelease | None
) -> dict[str, Any]:
    """The answer with `proposed` (system, release, code, rule) at each entity a code is proposed for."""
    if release is None:
        return answer
    entities = answer.get("entities", [])
    places = [n for n, found in enumerate(entities) if str(found["label"]).upper() in PROPOSED_LABELS]
    sections = answer.get("sections", ())
    spans = [_span(entities[n], sections, setting) for n in places]
    proposed = dict(zip(places, propose_all(release, text, spans), strict=True))
    codes = {
        n: {"system": SYSTEM, "release": release.manifest.release, "code": proposal.code, "rule": proposal.rule}
        for n, proposal in proposed.items()
        if proposal.code
    }
    said = [{**found, "proposed": codes[n]} if n in codes else found for n, found in enumerate(entities)]
    return {**answer, "entities": said}


def proposal_for(
    elements: dict[str, dict[str, Any]], key: str, text: str, sections: Any, setting: str, release: SearchableRelease
) -> CodeProposal | None:
    """What is proposed for one entity of a draft as it stands; None for what no code is proposed of."""
    entities = {name: body for name, body in elements.items() if body.get("kind") == "entity" and body.get("fragments")}
    if key not in entities or str(entities[key].get("label")).upper() not in PROPOSED_LABELS:
        return None
    spans = [_span(body, sections, setting) for body in entities.values()]
    return propose_one(release, text, spans, list(entities).index(key))


def _span(found: dict[str, Any], sections: Any, setting: str) -> AssertedSpan:
    fragments = found.get("fragments") or [[found["start"], found["end"]]]
    return AssertedSpan(fragments, found.get("assertion") or {}, section_at(sections, fragments[0][0]), setting)
