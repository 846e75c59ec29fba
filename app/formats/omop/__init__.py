"""OMOP CDM 5.4: the tables NOTE and NOTE_NLP, ready to be loaded."""

from __future__ import annotations

from app.formats.omop.read import OmopReader
from app.formats.omop.write import OmopWriter


class OmopFormat:
    """Offsets are code points of note_text."""

    key = "omop"
    title = "OMOP NOTE and NOTE_NLP"
    writer = OmopWriter()
    reader = OmopReader()
