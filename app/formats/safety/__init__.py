"""Adverse-event tables: what a pharmacovigilance team takes."""

from __future__ import annotations

from app.formats.safety.write import SafetyWriter


class AdverseEventsFormat:
    """Written only: the rows are derived."""

    key = "adverse-events"
    title = "Adverse-event tables (CSV and JSONL)"
    writer = SafetyWriter()
    reader = None
