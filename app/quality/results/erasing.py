"""Figures of a project are computed anew once a patient of it was erased."""

from __future__ import annotations

from sqlalchemy import delete

from app.corpus.erasure import Erasing
from app.quality.results.stored import QualityResult


class StoredFigures:
    """They hold labels and counts and no words; what they counted is gone."""

    key = "quality"

    def erase(self, erasing: Erasing) -> None:
        erasing.session.execute(delete(QualityResult).where(QualityResult.project_id == erasing.patient.project_id))
