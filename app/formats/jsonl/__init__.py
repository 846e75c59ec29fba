"""JSON lines: a release with everything, and gold as `preannotate text` writes it; one document a line."""

from __future__ import annotations

from app.formats.jsonl.read import JsonLinesReader
from app.formats.jsonl.write import JsonLinesWriter


class JsonLinesFormat:
    """The lossless form."""

    key = "jsonl"
    title = "JSON lines, everything"
    writer = JsonLinesWriter()
    reader = JsonLinesReader()
