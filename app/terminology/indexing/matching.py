"""Which terms match a list of words, and how well: intersection of postings, then weighted coverage.

All work is on numpy arrays of term numbers in static order (see `building.py`); no text is decoded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from app.terminology.indexing.sounds import Sounds
from app.terminology.indexing.vocabulary import Vocabulary
from app.terminology.indexing.words import FILLERS

ENOUGH = 400  # full matches after which the search for candidates stops
CHUNK = 8_192  # terms looked at in one go
MAX_SCANNED = 10 * CHUNK
HEAVY = 30_000  # postings of a prefix above which terms are looked into instead
BEGUN = np.float32(0.93)  # quality of a word of which the beginning was typed; misspellings have less
ALIKE = 0.72  # quality of a word that only sounds like what was typed
MOST_HEARD = 25_000  # words of a vocabulary up to which sounds are worth their memory
COMMONER = 30  # one word in thirty is mistyped (our assumption): how much likelier a misspelling must be
NOTHING = np.empty(0, np.int32)
POOL, SMALL_POOL = CHUNK, 1_000  # postings taken per word when no, or hardly any, term has all words


@dataclass(frozen=True)
class Slot:
    """One word of the query: the index words it may stand for, with a quality of each (0 to 1)."""

    words: np.ndarray  # int32, ascending
    quality: np.ndarray  # float32
    span: tuple[int, int]  # the words as a range, if they are one; else (0, 0)
    postings: int
    weight: float
    required: bool


class Matcher:
    """Candidate search and scoring over one release's arrays."""

    def __init__(self, folder: Path) -> None:
        def load(name: str) -> np.ndarray:
            # A plain view of the map: numpy's memmap class makes every slice slow.
            return np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)

        self.post_term, self.post_ptr = load("post_term"), load("post_ptr")
        self.term_word, self.term_ptr = load("term_word"), load("term_ptr")
        self.term_concept, self.term_kind = load("term_concept"), load("term_kind")
        self.term_language = load("term_language")
        self.word_weight = load("word_weight")
        blob = np.memmap(folder / "words.bin", np.uint8, "r") if len(self.word_weight) else np.empty(0, np.uint8)
        self.vocabulary = Vocabulary(memoryview(blob.data), load("word_ptr"), load("fuzzy_key"), load("fuzzy_word"))
        self.unknown_weight = float(np.log1p(max(len(self.term_ptr) - 1, 1)))

    def slot(self, word: str, *, typed: str = "", loose: bool = False) -> Slot:
        """The index words for a query word: exact; beginnings while typing; misspellings when loose.

        `typed` is the word as it stands while it is being typed (folding would take the s of `pyelos`).
        """
        options: dict[int, float] = {}
        exact = self.vocabulary.find(word)
        span = (exact, exact + 1) if exact >= 0 else (0, 0)
        if typed or (loose and len(word) >= 2):
            span = self.vocabulary.prefix(typed or word)
        if loose:
            options = dict(self.vocabulary.similar(word, typing=bool(typed)))
            if not options and exact < 0 and span[0] == span[1] and self.sounds:
                options = dict.fromkeys(self.sounds.like(word), ALIKE)
        if exact >= 0:
            options[exact] = 1.0
        required = word not in FILLERS or (bool(typed) and not loose)
        return self._slot(exact, span, options, required=required)

    @cached_property
    def sounds(self) -> Sounds | None:
        return Sounds(self.vocabulary) if len(self.vocabulary) <= MOST_HEARD else None

    def as_meant(self, strict: Slot, loose: Slot) -> Slot:
        """A loose slot without what its word hardly stands for; `strict` is the same word as typed.

        A word that exists is a misspelling only of one that occurs far more often: *pian* of *pain*,
        but *rash* not of *crash*. Other words of the query, where terms have them all, may say otherwise.
        """
        counts = self.post_ptr[loose.words + 1] - self.post_ptr[loose.words]
        kept = (loose.quality >= BEGUN) | (counts >= COMMONER * strict.postings)
        if kept.all():
            return loose
        return replace(
            loose, words=loose.words[kept], quality=loose.quality[kept], span=(0, 0), postings=int(counts[kept].sum())
        )

    def _slot(self, exact: int, span: tuple[int, int], options: dict[int, float], *, required: bool) -> Slot:
        low, high = span
        numbers, quality = np.arange(low, high, dtype=np.int32), np.full(high - low, BEGUN, np.float32)
        if low <= exact < high:
            quality[exact - low] = 1.0
        extra = sorted(n for n in options if not low <= n < high)
        if extra:
            numbers = np.concatenate([numbers, np.array(extra, np.int32)])
            quality = np.concatenate([quality, np.array([options[n] for n in extra], np.float32)])
            order = np.argsort(numbers)
            numbers, quality, span = numbers[order], quality[order], (0, 0)
        postings = int((self.post_ptr[numbers + 1] - self.post_ptr[numbers]).sum()) if len(numbers) else 0
        weight = self.unknown_weight
        if exact >= 0:
            weight = float(self.word_weight[exact])
        elif len(numbers):
            weight = float(np.log1p((len(self.term_ptr) - 1) / max(postings, 1)))
        return Slot(numbers, quality, span, postings, max(weight, 0.05), required)

    # --- candidates ---

    def all_words(self, slots: list[Slot], allowed: np.ndarray | None) -> np.ndarray:
        """The first terms in static order that have every required word; `allowed` masks concepts."""
        needed = [s for s in slots if s.required] or slots
        needed = sorted(needed, key=lambda s: s.postings)
        if not needed or not needed[0].postings:
            return NOTHING
        enough = ENOUGH if allowed is None else 4 * ENOUGH
        kept, count = [], 0
        for chunk in self._chunks(needed[0]):
            found = chunk if allowed is None else chunk[allowed[self.term_concept[chunk]]]
            for slot in needed[1:]:
                if not len(found):
                    break
                found = self._having(found, slot)
            if len(found):
                kept.append(found)
                count += len(found)
            if count >= enough:
                break
        return np.concatenate(kept)[:enough] if kept else NOTHING

    def _chunks(self, slot: Slot) -> Iterator[np.ndarray]:
        single = len(slot.words) == 1
        if single or slot.postings <= HEAVY:
            terms = self._terms_of(slot)
            for at in range(0, min(len(terms), MAX_SCANNED), CHUNK):
                yield terms[at : at + CHUNK]
            return
        size = len(self.term_ptr) - 1
        for at in range(0, min(size, MAX_SCANNED), CHUNK):
            everything = np.arange(at, min(at + CHUNK, size), dtype=np.int32)
            yield self._having(everything, slot)

    def _terms_of(self, slot: Slot) -> np.ndarray:
        """The posting lists of a slot as one ascending list; a range of words is one slice."""
        if len(slot.words) == 1 or slot.span[1]:
            first, last = int(slot.words[0]), int(slot.words[-1])
            terms = self.post_term[self.post_ptr[first] : self.post_ptr[last + 1]]
            return terms if first == last else np.unique(terms)
        lists = [self.post_term[self.post_ptr[w] : self.post_ptr[w + 1]] for w in slot.words.tolist()]
        return np.unique(np.concatenate(lists)) if lists else NOTHING

    def _having(self, terms: np.ndarray, slot: Slot) -> np.ndarray:
        """Those of the ascending `terms` that contain a word of the slot."""
        if len(slot.words) == 1:
            word = int(slot.words[0])
            listed = self.post_term[self.post_ptr[word] : self.post_ptr[word + 1]]
            at = np.searchsorted(listed, terms)
            at[at == len(listed)] = 0
            return terms[listed[at] == terms]
        if slot.postings <= HEAVY and len(terms) > 512:
            return terms[np.isin(terms, self._terms_of(slot), assume_unique=True)]
        flat, starts = self._words_of(terms)
        if not len(flat):
            return terms[:0]
        return terms[np.logical_or.reduceat(_quality(flat, slot) > 0, starts)]

    def most_words(self, slots: list[Slot], allowed: np.ndarray | None, pool: int = POOL) -> np.ndarray:
        """Terms that have as much of the query's weight as can be had, when none has all of it."""
        lists, weights = [], []
        rarest = sorted((s for s in slots if s.required and s.postings), key=lambda s: s.postings)[:6]
        for slot in rarest:
            terms = next(iter(self._chunks(slot)), NOTHING)[:pool]
            lists.append(terms)
            weights.append(np.full(len(terms), slot.weight, np.float32))
        if not lists:
            return NOTHING
        everything = np.concatenate(lists)
        order = np.argsort(everything, kind="stable")  # the lists are ascending: merged, not sorted anew
        everything = everything[order]
        first = np.flatnonzero(np.concatenate([[True], everything[1:] != everything[:-1]]))
        terms, total = everything[first], np.add.reduceat(np.concatenate(weights)[order], first)
        if allowed is not None:
            keep = allowed[self.term_concept[terms]]
            terms, total = terms[keep], total[keep]
        best = np.argsort(-total, kind="stable")[: 2 * ENOUGH]
        return np.sort(terms[best])

    def _words_of(self, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The words of many terms, flat, and where each term's words start; every term has a word."""
        begins = self.term_ptr[terms]
        counts = self.term_ptr[terms + 1] - begins
        ends = np.cumsum(counts)
        starts = ends - counts
        total = int(ends[-1]) if len(ends) else 0
        flat = self.term_word[np.repeat(begins - starts, counts) + np.arange(total)]
        return flat, starts

    # --- scores ---

    def score(self, terms: np.ndarray, slots: list[Slot]) -> np.ndarray:
        """How well each term fits, 0 to 1: mostly the share of the query found, then of the term used."""
        if not len(terms):
            return np.empty(0, np.float32)
        flat, starts = self._words_of(terms)
        weight = self.word_weight[flat]
        best_word = np.zeros(len(flat), np.float32)
        found = np.zeros(len(terms), np.float32)
        for slot in slots:
            quality = _quality(flat, slot)
            found += slot.weight * np.maximum.reduceat(quality, starts)
            np.maximum(best_word, quality, out=best_word)
        of_query = found / sum(s.weight for s in slots)
        of_term = np.add.reduceat(weight * best_word, starts) / np.add.reduceat(weight, starts)
        return 0.75 * of_query**1.5 + 0.25 * of_term


def _quality(flat: np.ndarray, slot: Slot) -> np.ndarray:
    """For each index word in `flat`, how well it answers the slot (0: not at all)."""
    if len(slot.words) == 1:
        return np.where(flat == slot.words[0], slot.quality[0], np.float32(0))
    if not len(slot.words):
        return np.zeros(len(flat), np.float32)
    at = np.searchsorted(slot.words, flat)
    at[at == len(slot.words)] = 0
    return np.where(slot.words[at] == flat, slot.quality[at], np.float32(0))
