"""Every text is a note, unless another modality knows better."""

from __future__ import annotations

from app.corpus.receiving import TextIntake


class NoteIntake(TextIntake):
    """Sentences, tagged by the pipelines."""
