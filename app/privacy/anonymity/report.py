"""Indirect identifiers of a project's patients: who is alike, how few, and the gate before a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import floor
from typing import Any

from sqlalchemy import func, select

from app.annotation.coding.encounter import listed_codes
from app.core.db import Session
from app.core.errors import Conflict
from app.core.pieces import pieces
from app.corpus.document import Document, is_own_text
from app.corpus.project import Project
from app.corpus.subject import Encounter
from app.privacy.anonymity.figures import (
    COMMON_THRESHOLDS,
    Generaliser,
    Row,
    anonymity,
    sufficient_generalisation,
    suppressed,
)
from app.review.item import Item
from app.review.queries.answers import payloads_among, settled_among
from app.review.states import ItemState

QUASI = ("sex", "age_band", "setting", "note_type", "findings")
# Answers that are in memory at a time.
READ_AT_ONCE = 100
# Smaller counts are not printed (CMS cell size policy).
SMALL_CELL = 11


def _wider_band(value: object) -> object:
    """Ten years of age become twenty."""
    low = str(value).split("-")[0].rstrip("+")
    return f"{int(low) // 20 * 20}-{int(low) // 20 * 20 + 19}" if low.isdigit() and int(low) < 80 else "80+"


def _chapters(value: object) -> object:
    """Code categories become their letters."""
    return "; ".join(sorted({part[:1] for part in str(value).split("; ")}))


HIERARCHIES: dict[str, list[Generaliser]] = {
    "sex": [suppressed],
    "age_band": [_wider_band, suppressed],
    "setting": [suppressed],
    "note_type": [suppressed],
    "findings": [_chapters, suppressed],
}


# What each step of a hierarchy does, for people.
STEPS = {
    "sex": ("sex left out",),
    "age_band": ("age in bands of 20 years", "age left out"),
    "setting": ("setting left out",),
    "note_type": ("kind of note left out",),
    "findings": ("codes by their letter only", "codes left out"),
}


def in_words(steps: dict[str, int] | None) -> str:
    """What generalisation would suffice: "sex left out, age in bands of 20 years"; "" where none would."""
    return ", ".join(STEPS[name][level - 1] for name, level in (steps or {}).items() if level)


def patient_rows(session: Session, items: Sequence[Item]) -> list[Row]:
    """One row for each patient of these items; several values of a column are one, joined in order."""
    found: dict[int, dict[str, set[str]]] = {}
    columns = (Document.subject_id, Document.note_type, Encounter.sex, Encounter.age_band, Encounter.setting)
    for piece in pieces(items, READ_AT_ONCE):
        around = select(Document.id, *columns).join(Encounter, Encounter.id == Document.encounter_id)
        documents = {
            row.id: row for row in session.execute(around.where(Document.id.in_([item.document_id for item in piece])))
        }
        findings = _findings(session, [item.id for item in piece])
        for item in piece:
            document = documents[item.document_id]
            row = found.setdefault(document.subject_id, {name: set() for name in QUASI})
            for name in QUASI[:-1]:
                row[name].add(getattr(document, name))
            row["findings"] |= findings.get(item.id, set())
    return [{name: "; ".join(sorted(values)) for name, values in row.items()} for row in found.values()]


def _findings(session: Session, item_ids: Sequence[int]) -> dict[int, set[str]]:
    """Item → categories (three characters) of the codes in its settled answer, where it has one."""
    settled = {answer.id: item for item, answer in settled_among(session, item_ids).items()}
    return {
        settled[submission]: {code[:3] for code in listed_codes(payload)}
        for submission, payload in payloads_among(session, list(settled)).items()
    }


def project_items(session: Session, project: Project) -> list[Item]:
    """The items of the newest version of each document, those withdrawn left out."""
    own = (Document.project_id == project.id, is_own_text())
    newest = select(func.max(Document.id)).where(*own).group_by(Document.source_id)
    query = select(Item).where(Item.document_id.in_(newest), Item.state != ItemState.WITHDRAWN)
    return list(session.scalars(query.order_by(Item.id)))


def risk_report(rows: Sequence[Row], k: int) -> dict[str, Any]:
    """Figures that may be printed: shares and the threshold's verdict; no cell smaller than `SMALL_CELL`."""
    measured = anonymity(rows, QUASI, k=k)
    return {
        "patients": _printed(measured.rows),
        "quasi_identifiers": list(QUASI),
        "k": measured.k,
        "k_wanted": k,
        "meets": measured.meets(k),
        "unique_fraction": round(measured.unique_fraction, 4),
        "risk_average": round(measured.risk_average, 4),
        "risk_max": round(measured.risk_max, 4),
        # Of the codes among patients alike in everything else (Machanavajjhala 2007).
        "l_diversity_findings": _diversity(rows),
        "patients_in_small_classes": _printed(_in_small_classes(rows, k)),
        "generalisation": {
            str(wanted): sufficient_generalisation(rows, HIERARCHIES, wanted)
            for wanted in sorted({k, *COMMON_THRESHOLDS})
        },
        "cells": {name: _cells(rows, name) for name in QUASI},
    }


def _diversity(rows: Sequence[Row]) -> int:
    return anonymity(rows, QUASI[:-1], ("findings",)).l_diversity["findings"]


def _in_small_classes(rows: Sequence[Row], k: int) -> int:
    sizes = Counter(tuple(row[name] for name in QUASI) for row in rows)
    return sum(size for size in sizes.values() if size < k)


def _cells(rows: Sequence[Row], name: str) -> dict[str, int | str]:
    """Value → patients. Where a single small cell is hidden, the next one is too: the sum would tell it."""
    counts = Counter(str(row[name]) for row in rows)
    hidden = {value for value, count in counts.items() if count < SMALL_CELL}
    if len(hidden) == 1 and len(counts) > 1:
        hidden.add(min((v for v in counts if v not in hidden), key=lambda v: counts[v]))
    shown: dict[str, int | str] = {v or "not stated": n for v, n in sorted(counts.items()) if v not in hidden}
    # A rare value itself says something of whoever has it: hidden cells are told as one.
    return shown | ({"suppressed": f"{len(hidden)} values"} if hidden else {})


def _printed(count: int) -> int | str:
    return count if count == 0 or count >= SMALL_CELL else f"<{SMALL_CELL}"


class AnonymityGate:
    """A release of a project with `k_min` holds no group of alike patients smaller than that."""

    key = "k-anonymity"

    def figures(self, session: Session, project: Project, items: list[Item]) -> dict[str, Any]:
        wanted: int = project.setting("k_min")
        if not wanted:
            return {"asked": False}
        rows = patient_rows(session, items)
        measured = anonymity(rows, QUASI, k=wanted)
        figures = {
            "asked": True,
            "k": measured.k,
            "k_min": wanted,
            # To four places first, as the report prints them.
            "unique_per_mille": floor(round(measured.unique_fraction, 4) * 1000),
            "average_risk_per_mille": floor(round(measured.risk_average, 4) * 1000),
            "l_diversity_findings": _diversity(rows),
        }
        if not measured.meets(wanted):
            # What would suffice takes far longer to find than that it does not: asked only now.
            raise Conflict("k-anonymity", _refusal(risk_report(rows, wanted)), details=figures)
        return figures


def _refusal(report: dict[str, Any]) -> str:
    needed = in_words(report["generalisation"][str(report["k_wanted"])])
    return (
        f"the smallest group of alike patients has {report['k']}, the project asks for {report['k_wanted']}; "
        f"{report['unique_fraction']:.1%} of patients are unique, average risk {report['risk_average']:.1%}; "
        + (f"this would suffice: {needed}" if needed else "no generalisation would suffice")
    )
