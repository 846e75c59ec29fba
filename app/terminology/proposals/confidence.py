"""How often a proposal of each kind was right where it was counted, and from where on one is made."""

from __future__ import annotations

from functools import lru_cache

from app.terminology.entry_terms import table

TABLE = "icd10cm_proposal_confidence.tsv"
PROPOSED_FROM = 0.92


@lru_cache(maxsize=1)
def _counted() -> dict[str, float]:
    # Laplace: two of two is no certainty.
    return {row["kind"]: (int(row["right"]) + 1) / (int(row["of"]) + 2) for row in table(TABLE)}


def confidence(kind: str) -> float:
    """The share expected to be right; 0 for a kind that was never counted."""
    return _counted().get(kind, 0.0)
