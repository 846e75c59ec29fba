"""Coding rules over answers: one person's draft as it stands, or a project's settled answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.agreement.judgements import Payload
from app.annotation.coding.encounter import EncounterCodes, encounter_codes
from app.core.db import Session
from app.core.isolation import set_aside
from app.corpus.document import get_document
from app.corpus.subject import OLDEST, age_range
from app.review.item import context_of, get_item
from app.review.modality import Context
from app.review.queries.answers import AnswerOfItem, payload_of, settled_answers
from app.terminology.coding_rules import Facts, Finding, check
from app.terminology.coding_rules.case import NOT_ASSESSED
from app.terminology.release import ReleaseData


def check_codes(payload: Payload, context: Context, releases: Sequence[ReleaseData]) -> list[Finding]:
    """What the rules say of a payload's code list, gravest first; nothing for an empty list."""
    return _check(encounter_codes((payload, context.text)), context.document["meta"], releases)


def _check(coded: EncounterCodes, meta: dict[str, Any], releases: Sequence[ReleaseData]) -> list[Finding]:
    found = []
    if coded.codes:
        facts: Facts = {**encounter_facts(meta), "assertions": coded.assertions, "texts": coded.texts}
        found = check(coded.codes, releases=releases, **facts)
    if coded.others:
        message = "there are coding rules for ICD-10-CM only"
        found.append(Finding("system", NOT_ASSESSED, coded.others, message, "rules of this server"))
    return found


def encounter_facts(meta: dict[str, Any]) -> Facts:
    """What is known of an encounter without any date: its first applicable day stands for the true one.

    The encounter keeps the release that applied on the true date (`2026-04`), not the date.
    """
    release = str(meta.get("code_release") or "")
    facts: Facts = {
        "date": f"{release}-01" if re.fullmatch(r"\d{4}-\d\d", release) else None,
        "sex": meta.get("sex") or None,
        "setting": meta.get("setting") or None,
    }
    if ages := age_range(str(meta.get("age_band") or "")):
        # up to the day before the next birthday
        facts["age"], facts["age_to"] = float(ages[0]), ages[1] + (0.999 if ages[1] < OLDEST else 0)
    return facts


@dataclass(frozen=True)
class CodedEncounter:
    """One encounter with a code list: it and its items by random label, and the findings."""

    encounter: str
    items: list[str]
    codes: int
    findings: list[Finding]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def coding_report(session: Session, project_id: int, releases: Sequence[ReleaseData]) -> Iterator[CodedEncounter]:
    """Findings over the settled answers of a project, one encounter after the other.

    Coders code encounters, not notes (domain 0.1): the notes of one make one list.
    """
    by_encounter: dict[int, list[AnswerOfItem]] = {}
    for answer in settled_answers(session, project_id):
        document = get_document(session, get_item(session, answer.item_id).document_id)
        by_encounter.setdefault(document.encounter_id, []).append(answer)
    for number, answers in by_encounter.items():
        aside: dict[int, str] = {}
        with set_aside(aside, number, stage="coding report"):
            if (coded := _coded(session, answers, releases)) is not None:
                yield coded
        if aside:
            message = f"this encounter could not be checked ({aside[number]})"
            labels = [get_item(session, answer.item_id).label for answer in answers]
            yield CodedEncounter("", labels, 0, [Finding("fault", NOT_ASSESSED, [], message, "rules of this server")])


def _coded(
    session: Session, answers: list[AnswerOfItem], releases: Sequence[ReleaseData]
) -> CodedEncounter | None:
    """One encounter and what the rules say of it; None where no code stands in its answers."""
    items = [get_item(session, answer.item_id) for answer in answers]
    contexts = [context_of(session, item) for item in items]
    payloads = [payload_of(session, answer.submission_id) for answer in answers]
    coded = encounter_codes(*((p, context.text) for p, context in zip(payloads, contexts, strict=True)))
    count = len(coded.codes) + len(coded.others)
    if not count:
        return None
    meta = contexts[0].document["meta"]
    return CodedEncounter(meta["encounter"], [item.label for item in items], count, _check(coded, meta, releases))


def count_findings(report: list[CodedEncounter]) -> dict[str, Any]:
    """How many encounters, answers and findings, by severity and by rule."""
    findings = [finding for coded in report for finding in coded.findings]
    return {
        "encounters": len(report),
        "answers": sum(len(coded.items) for coded in report),
        "codes": sum(coded.codes for coded in report),
        "without_findings": sum(not coded.findings for coded in report),
        "by_severity": dict(Counter(finding.severity for finding in findings)),
        "by_rule": dict(Counter(finding.rule for finding in findings).most_common()),
    }
