"""One code for a span in its context and assertion, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminology.proposals.confidence import PROPOSED_FROM, confidence
from app.terminology.proposals.lookup import FoundCode, find_code
from app.terminology.proposals.rules import KEEP, NONE, SEVENTH, ProposalRule, rule_for, state_of
from app.terminology.proposals.surroundings import surroundings
from app.terminology.systems import code_key, display_code

if TYPE_CHECKING:
    from app.terminology.search import SearchableRelease

# What ICD-10-CM codes describe; of other labels no code is proposed.
PROPOSED_LABELS = frozenset({"PROBLEM", "SYMPTOM", "ADVERSE_EVENT"})


@dataclass(frozen=True)
class AssertedSpan:
    """What is known of a span: its place, assertion axes, section category, and the setting of the encounter."""

    fragments: list[list[int]]
    assertion: Mapping[str, Any]
    section: str = ""
    setting: str = "unknown"


@dataclass(frozen=True)
class CodeProposal:
    """`code` is empty where none is proposed; `rule` and `source` say why. `incomplete`: a header to be made exact."""

    code: str
    term: str
    rule: str
    source: str
    why: str
    incomplete: str = ""
    confidence: float = 0.0
    #: the line of the calibration that speaks of it
    kind: str = ""


def propose_all(
    release: SearchableRelease, text: str, spans: Sequence[AssertedSpan], *, least: float = PROPOSED_FROM
) -> list[CodeProposal]:
    """For each span of a note, in the order given, the first billable hit in its context and assertion.

    None where the rules say none, or where it is not likely enough to be right (`least`).
    """
    return [_propose(release, text, spans, at, least) for at in range(len(spans))]


def propose_one(release: SearchableRelease, text: str, spans: Sequence[AssertedSpan], at: int) -> CodeProposal:
    """The same for one of them."""
    return _propose(release, text, spans, at, PROPOSED_FROM)


def _propose(
    release: SearchableRelease, text: str, spans: Sequence[AssertedSpan], at: int, least: float
) -> CodeProposal:
    span, starts = spans[at], [start for other in spans for start, _ in other.fragments]
    around = surroundings(text, span.fragments, starts)
    found = find_code(release, around)
    if found.hit is None:
        why = f"{found.header} has subdivisions: it is incomplete" if found.header else "no code has these words"
        return CodeProposal("", "", "not_found", "search", why, incomplete=found.header)
    state, cues = state_of(span.assertion, span.section, span.setting), set(around.cues)
    if state == "uncertain" and _is_denied(release, text, spans, found.hit.code):
        cues.add("ruled_out")
    rule = rule_for(found.hit.code, found.hit.preferred, state, span.setting, frozenset(cues))
    if rule.answer == NONE:
        return CodeProposal("", "", rule.key, rule.source, rule.why)
    return _answered(release, found, rule, least)


def _answered(release: SearchableRelease, found: FoundCode, rule: ProposalRule, least: float) -> CodeProposal:
    assert found.hit is not None  # noqa: S101 (_propose() has looked)
    code = found.hit.code
    if rule.answer.startswith(SEVENTH):
        code = _with_seventh(code, rule.answer.removeprefix(SEVENTH))
    elif rule.answer != KEEP:
        code = rule.answer
    concept = release.concept(code)
    if concept is None or not (concept.billable and concept.active):
        return CodeProposal("", "", "not_in_release", rule.source, f"{code} is not in this release", incomplete=code)
    kind = found.kind if rule.answer == KEEP or rule.answer.startswith(SEVENTH) else by_rule(found.kind)
    sure = confidence(kind)
    if sure < least:
        return CodeProposal("", "", "not_sure", "calibration", f"right too seldom: {kind}", found.header, sure, kind)
    return CodeProposal(code, concept.preferred, rule.key, rule.source, rule.why, "", sure, kind)


def by_rule(kind: str) -> str:
    """A rule's own code stands for a whole class: the words need only have found the class."""
    return f"{kind}, by rule" if kind == "misspelt" or kind.endswith("words left, words added") else "class, by rule"


def _with_seventh(code: str, character: str) -> str:
    key = code_key(code)
    return display_code("icd10cm", key[:6] + character) if len(key) == 7 else code


def _is_denied(release: SearchableRelease, text: str, spans: Sequence[AssertedSpan], code: str) -> bool:
    """Whether the note denies the same somewhere: a suspicion of it is not coded."""
    negated = [span for span in spans if span.assertion.get("polarity") == "negated"]
    hits = (find_code(release, surroundings(text, span.fragments)).hit for span in negated)
    return any(hit is not None and hit.code == code for hit in hits)
