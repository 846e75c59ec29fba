"""What only ICD-10-CM needs of ranking: sides, 7th characters, and the code a coder would take by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from app.terminology.search import Found, Release


class Icd10CmRanking:
    """Re-orders what word search found in one query."""

    def __init__(self, release: Release) -> None:
        self.release = release

    def rank(self, query: str, ranked: list[Found], allowed: np.ndarray | None) -> list[Found]:
        return ranked
