"""Prodigy JSONL: tasks with spans and relations over tokens, as `db-in` takes and `db-out` gives them."""

from __future__ import annotations

from app.formats.prodigy.read import ProdigyReader
from app.formats.prodigy.write import ProdigyWriter


class ProdigyFormat:
    """Offsets are code points; spans also say their first and last token."""

    key = "prodigy"
    title = "Prodigy JSONL"
    writer = ProdigyWriter()
    reader = ProdigyReader()
