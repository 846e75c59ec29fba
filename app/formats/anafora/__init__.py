"""Anafora XML: a folder a document with its text and the annotations of one set, as in Clinical TempEval and THYME."""

from __future__ import annotations

from app.formats.anafora.read import AnaforaReader
from app.formats.anafora.write import AnaforaWriter


class AnaforaFormat:
    """Offsets are code points; spans may have gaps."""

    key = "anafora"
    title = "Anafora XML"
    writer = AnaforaWriter()
    reader = AnaforaReader()
