"""Which texts are radiology reports: those whose type says so."""

from __future__ import annotations

from app.corpus.receiving import TextIntake


class ReportIntake(TextIntake):
    """Sentences, tagged by the pipelines."""

    def __init__(self) -> None:
        super().__init__("radiology")
