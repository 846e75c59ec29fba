"""The rules as a scanner of what people type: comments, questions, names of files."""

from __future__ import annotations

from app.corpus.free_text import Suspect
from app.privacy.scan import scan_text


class RuleScanner:
    """Rules only: a web request does not wait for a model."""

    key = "deid-rules"

    def identifiers(self, text: str) -> list[Suspect]:
        return [Suspect(span.type, span.start, span.end) for span in scan_text(text)]
