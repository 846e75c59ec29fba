"""The words of a release: exactly, by prefix, and misspelt by up to two edits."""

from __future__ import annotations

from bisect import bisect_left
from zlib import crc32

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.terminology.indexing.building import PREFIX, deletions

MAX_VARIANTS = 24  # words one misspelling may stand for


class Vocabulary:
    """Sorted words over a memory-mapped blob; words are known by number."""

    def __init__(self, blob: bytes | memoryview, ptr: np.ndarray, keys: np.ndarray, ids: np.ndarray) -> None:
        self._blob, self._ptr, self._keys, self._ids = blob, ptr, keys, ids
        self._size = len(ptr) - 1
        self._numbers = range(self._size)

    def __len__(self) -> int:
        return self._size

    def word(self, number: int) -> str:
        return bytes(self._blob[self._ptr[number] : self._ptr[number + 1]]).decode("utf-8")

    def find(self, word: str) -> int:
        """The number of exactly this word, or -1."""
        at = self._first(word.encode("utf-8"))
        return at if at < self._size and self.word(at) == word else -1

    def prefix(self, start: str) -> tuple[int, int]:
        """The half-open range of words that begin with `start`."""
        data = start.encode("utf-8")
        return self._first(data), self._first(data + b"\xff")

    def _first(self, data: bytes) -> int:
        blob, ptr = self._blob, self._ptr
        return bisect_left(self._numbers, data, key=lambda n: bytes(blob[ptr[n] : ptr[n + 1]]))

    def similar(self, word: str, *, typing: bool = False) -> list[tuple[int, float]]:
        """Words within one edit (two in words of eight letters and more), nearest first, with a quality.

        Edits are insertions, deletions, substitutions and swaps of neighbours (optimal string
        alignment). With `typing` the word may be the misspelt beginning of a longer one.
        """
        if len(word) < 4 or word.isdigit():
            return []
        candidates = self._neighbours(word)
        texts = [self.word(number) for number in candidates]
        found = self._within(word, texts, candidates)
        if typing and len(word) >= 5:
            for extra in (0, 1, -1):
                cut = [text[: len(word) + extra] for text in texts]
                for number, quality in self._within(word, cut, candidates).items():
                    found[number] = max(found.get(number, 0.0), quality - 0.08)
        ranked = sorted(found.items(), key=lambda item: -item[1])
        return ranked[:MAX_VARIANTS]

    def _neighbours(self, word: str) -> list[int]:
        variants = deletions(word[:PREFIX], 2 if len(word) >= 6 else 1)
        hashes = np.fromiter((crc32(v.encode("utf-8")) for v in variants), np.uint32, len(variants))
        low = np.searchsorted(self._keys, hashes, "left")
        high = np.searchsorted(self._keys, hashes, "right")
        found = [self._ids[a:b] for a, b in zip(low, high, strict=True) if b > a]
        return np.unique(np.concatenate(found)).tolist() if found else []

    @staticmethod
    def _within(word: str, forms: list[str], numbers: list[int]) -> dict[int, float]:
        found = {}
        for form, distance, at in process.extract(word, forms, scorer=OSA.distance, score_cutoff=2, limit=None):
            if distance <= (2 if max(len(word), len(form)) >= 8 else 1):
                first = 0.03 if form[0] != word[0] else 0.0  # first letters are rarely wrong
                found[numbers[at]] = 1.0 - 0.1 * distance - first
        return found
