"""Coding rules over answers: one person's draft as it stands, or a project's final answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.agreement.judgements import Payload
from app.annotation.coding.encounter import encounter_codes
from app.core.db import Session
from app.corpus.subject import OLDEST, age_range
from app.review.item import context_of, get_item
from app.review.modality import Context
from app.review.submission import final_answers, payload_of
from app.terminology.coding_rules import Facts, Finding, check
from app.terminology.coding_rules.case import NOT_ASSESSED
from app.terminology.release import ReleaseData


def check_codes(payload: Payload, context: Context, releases: Sequence[ReleaseData]) -> list[Finding]:
    """What the rules say of a payload's code list, gravest first; nothing for an empty list."""
    coded = encounter_codes(payload, context.text)
    found = []
    if coded.codes:
        facts: Facts = {**encounter_facts(context.document["meta"]), "assertions": coded.assertions}
        found = check(coded.codes, releases=releases, **facts, texts=coded.texts)
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
class CodedItem:
    """One final answer with a code list: its item and encounter by random label, and the findings."""

    item: str
    encounter: str
    codes: int
    findings: list[Finding]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def coding_report(session: Session, project_id: int, releases: Sequence[ReleaseData]) -> Iterator[CodedItem]:
    """Findings over the final answers of a project, one after the other."""
    for submission in final_answers(session, project_id):
        item = get_item(session, submission.item_id)
        payload, context = payload_of(session, submission.id), context_of(session, item)
        coded = encounter_codes(payload, context.text)
        if coded.codes or coded.others:
            findings = check_codes(payload, context, releases)
            encounter = context.document["meta"]["encounter"]
            yield CodedItem(item.label, encounter, len(coded.codes) + len(coded.others), findings)


def count_findings(report: list[CodedItem]) -> dict[str, Any]:
    """How many answers and findings, by severity and by rule."""
    findings = [finding for coded in report for finding in coded.findings]
    return {
        "answers": len(report),
        "codes": sum(coded.codes for coded in report),
        "without_findings": sum(not coded.findings for coded in report),
        "by_severity": dict(Counter(finding.severity for finding in findings)),
        "by_rule": dict(Counter(finding.rule for finding in findings).most_common()),
    }
