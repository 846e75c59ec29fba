"""Code sets of an encounter: F1 over whole codes, over categories, and by how much of a code is shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from app.agreement.matching import maximum_matching
from app.agreement.metrics.protocol import Sums, Vector
from app.agreement.metrics.spans import PairwiseF1

# Shared leading characters are counted in parts per million of a code.
WHOLE = 1_000_000
CATEGORY = 3


def category(code: str) -> str:
    """`system|E11.9` → `system|E11`: what stands before the point in ICD-10 and its kin (domain C.6)."""
    system, _, own = code.partition("|")
    return f"{system}|{own.partition('.')[0][:CATEGORY] if '.' in own else own[:CATEGORY]}"


def likeness(one: str, other: str) -> int:
    """2 · shared leading characters ÷ characters of both, in parts per million; 0 across code systems.

    In a hierarchy whose codes begin with their parent's code this is the nearness of the two in the tree.
    """
    (system, _, mine), (theirs, _, other_own) = one.partition("|"), other.partition("|")
    if system != theirs:
        return 0
    left, right = mine.replace(".", ""), other_own.replace(".", "")
    shared = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    return 2 * WHOLE * shared // (len(left) + len(right)) if left or right else 0


class CodeSetF1(PairwiseF1):
    """2 · codes both have ÷ codes of one and the other: a code set is compared as one case (domain 0.1)."""

    key = "code-set-f1"
    title = "Code set F1, whole codes"
    source = "F1 over the encounter's codes (Hripcsak & Rothschild 2005)"

    def counted(self, one: list[str], other: list[str]) -> tuple[int, int, int]:
        """Matched, and how many each has."""
        return sum((Counter(one) & Counter(other)).values()), len(one), len(other)


class CodeSetCategoryF1(CodeSetF1):
    key = "code-set-f1-category"
    title = "Code set F1, categories"
    source = "F1 over the categories of the encounter's codes, each once"

    def counted(self, one: list[str], other: list[str]) -> tuple[int, int, int]:
        return super().counted(_categories(one), _categories(other))


class CodeSetNearness(CodeSetF1):
    """Counts a code as `WHOLE`, so that sums stay whole numbers."""

    key = "code-set-nearness"
    title = "Code set nearness in the hierarchy"
    source = "the best one-to-one pairing of codes, each pair counting by its shared leading characters"

    def counted(self, one: list[str], other: list[str]) -> tuple[int, int, int]:
        weights = {(i, j): like for i, a in enumerate(one) for j, b in enumerate(other) if (like := likeness(a, b))}
        near = sum(weights[pair] for pair in maximum_matching(weights).items())
        return near, len(one) * WHOLE, len(other) * WHOLE

    def tabulated(self, rows: Vector, pairs: list[tuple[str, str]], excluded: dict[str, int]) -> Sums:
        sums = super().tabulated(rows, pairs, excluded)
        return replace(sums, n=sums.n // WHOLE)


def _categories(codes: Iterable[str]) -> list[str]:
    return sorted({category(code) for code in codes})


CODE_SETS: tuple[CodeSetF1, ...] = (CodeSetF1(), CodeSetCategoryF1(), CodeSetNearness())
