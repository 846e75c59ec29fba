"""The rules as a scanner of what people type: comments, questions, names of files."""

from __future__ import annotations

import logging

from app.core.errors import code_of
from app.corpus.free_text import Suspect
from app.privacy.scan import scan_text

log = logging.getLogger(__name__)


class RuleScanner:
    """Rules only: a web request does not wait for a model. A text that could not be scanned is not let through."""

    key = "deid-rules"

    def identifiers(self, text: str) -> list[Suspect]:
        try:
            found = scan_text(text)
        except Exception as error:  # noqa: BLE001  (any fault of a rule; its message could carry the text)
            log.warning("text not scanned", extra={"code": code_of(error)})
            return [Suspect("NOT_SCANNED", 0, len(text))]
        return [Suspect(span.type, span.start, span.end) for span in found]
