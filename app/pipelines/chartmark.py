"""The pipeline `chartmark_rules`: our rules with the terms of the code systems installed here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from app.core.digest import sha256
from app.core.errors import Invalid
from app.core.text import MAX_TEXT_CHARACTERS
from app.pipelines.terms.cache import Terms, load_terms
from app.settings import Settings
from app.tagging.annotate import annotate_note, rules_digest
from app.tagging.protocol import Annotated, OffsetPair
from app.tagging.valuesets import valuesets_digest


class ChartmarkRules:
    """Rules and value sets of ours with the terms of the installed code systems. Safe in threads."""

    key = "chartmark_rules"
    title = "Chartmark rules"
    #: one more whenever what it says of a text changes: the golden outputs are pinned beside it
    version = "6"
    languages = ("en",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terms: Terms | None = None

    def ready(self) -> None:
        """Load the terms of the releases now current (where nobody has yet: compile them)."""
        settings = Settings.from_env()
        with self._lock:
            self._terms = load_terms(settings.terminology_dir, settings.preannotate_dir, known=self._terms)

    def digest(self) -> str:
        return sha256(f"{self.key} {self.version} {valuesets_digest()} {rules_digest()}")

    def sources(self) -> list[dict[str, str]]:
        return self._loaded().sources

    def _loaded(self) -> Terms:
        if self._terms is None:
            self.ready()
        assert self._terms is not None  # noqa: S101 (ready() has just set it)
        return self._terms

    def annotate(
        self, text: str, *, targets: Sequence[OffsetPair] | None = None, meta: dict[str, Any] | None = None
    ) -> Annotated:
        if len(text) > MAX_TEXT_CHARACTERS:
            raise Invalid("text-too-long", f"more than {MAX_TEXT_CHARACTERS} characters")
        return annotate_note(text, [self._loaded().gazetteer], targets, str((meta or {}).get("type") or ""))
