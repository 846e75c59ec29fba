"""doccano JSONL: sequence labelling with relations, as doccano imports and exports it."""

from __future__ import annotations

from app.formats.doccano.read import DoccanoReader
from app.formats.doccano.write import DoccanoWriter


class DoccanoFormat:
    """Offsets are UTF-16 code units: doccano counts as JavaScript does, unless it counts grapheme clusters."""

    key = "doccano"
    title = "doccano JSONL"
    writer = DoccanoWriter()
    reader = DoccanoReader()
