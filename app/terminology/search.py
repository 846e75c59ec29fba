"""Search as you type: words in any order, beginnings, misspellings, abbreviations, codes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
from rapidfuzz import fuzz

from app.core.errors import NotFound
from app.terminology.artefacts import find_release, folder_of, list_releases, read_manifest
from app.terminology.hits import BestTerm, CodePair, Hit, NamedTerm, SearchAnswer
from app.terminology.indexing.matching import POOL, SMALL_POOL, Slot
from app.terminology.indexing.words import FILLERS, words
from app.terminology.marking import last_typed, marks
from app.terminology.phrases import QueryReading, phrasebook
from app.terminology.release import ReleaseData
from app.terminology.system_search import search_of
from app.terminology.systems import code_key, display_code

MAX_QUERY_WORDS = 16
KEPT = 120  # terms of one reading that go on; several may be of one code
MOST_REORDERED = 3  # readings of the words in the order of titles
NEVER_GUESSED = 4  # letters of a query up to which nothing is taken for a misspelling
RERANKED = 40  # terms whose text is compared letter by letter
# Bonus by kind of term: preferred, full name, synonym, inclusion, index, lower.
KIND_BONUS = np.array([0.03, 0.02, 0.02, 0.015, 0.035, 0.0], np.float32)


class SearchLimits(TypedDict, total=False):
    """What narrows a search: see `SearchableRelease.ask`."""

    limit: int
    within: str | None
    value_set: str | None
    usage: Mapping[str, int] | None
    language: str | None


class SearchableRelease(ReleaseData):
    """A release that can be searched; see `open_release`."""

    def search(self, query: str, **narrowed: Unpack[SearchLimits]) -> list[Hit]:
        """The hits of `ask`."""
        return self.ask(query, **narrowed).hits

    def ask(self, query: str, **narrowed: Unpack[SearchLimits]) -> SearchAnswer:
        """The best codes for what somebody typed, at most one term each, and what must be said of the query.

        `within` keeps a code and what is below it, `value_set` the members of a set (NotFound when
        there is none such); `usage` counts how often codes were used in the project; `language`
        keeps terms in that language (ISO 639-1); `limit` (10) is how many hits are wanted.
        """
        limit = narrowed.get("limit", 10)
        if not query.strip() or limit < 1:
            return SearchAnswer([])
        allowed = self._allowed(narrowed.get("within"), narrowed.get("value_set"))
        own = search_of(self.system)
        if own and (repaired := own.repair(self, query)):
            found = self._by_code(repaired.code, allowed, limit)
            return SearchAnswer(self._hits(found, limit, frozenset()), [repaired.said])
        by_code = self._by_code(query, allowed, limit)
        typed = words(own.as_titled(query) if own else query)[:MAX_QUERY_WORDS]
        if not typed or (by_code and _is_code(query)):
            return SearchAnswer(self._hits(by_code, limit, frozenset(typed)))
        readings = self._readings(typed)
        ranked = self._ranked(readings, query, allowed, narrowed)
        hits = self._hits([*by_code, *ranked], limit, frozenset(typed))
        if pair := self._pair(readings, allowed):
            hits = self._paired(pair, hits)[:limit]
        return SearchAnswer(hits, [] if hits else [f"not known: {query.strip()}"])

    def _readings(self, typed: list[str]) -> list[QueryReading]:
        """What the words may mean, also in the order of the system's titles; as typed comes last."""
        found = phrasebook().readings(tuple(typed))
        own = search_of(self.system)
        if own is None:
            return found
        reordered = own.reordered(typed)
        more = phrasebook().readings(tuple(reordered))[:MOST_REORDERED] if reordered != typed else []
        as_typed = next(r for r in found if r.words == tuple(typed))
        return [found[0], *(r for r in [*found[1:], *more] if r is not as_typed), as_typed]

    def _ranked(
        self, readings: list[QueryReading], query: str, allowed: np.ndarray | None, narrowed: SearchLimits
    ) -> list[BestTerm]:
        """What the readings find, best first."""
        found: dict[int, BestTerm] = {}
        spoken = self._spoken(narrowed.get("language"))
        own = search_of(self.system)
        ranking = own.of_query(self, readings) if own else None
        being_typed = last_typed(query)
        guess = len("".join(query.split())) > NEVER_GUESSED
        for reading in ranking.readings() if ranking else readings:
            for hit in self._read(reading, allowed, being_typed if reading.via == "words" else "", guess=guess):
                if spoken is None or self.matcher.term_language[hit.term] in spoken:
                    _keep_best(found, hit)
        ranked = sorted(found.values(), key=lambda f: (-round(f.score, 4), f.term))
        if ranked and ranking:
            ranked = [f for f in ranking.rank(ranked) if allowed is None or allowed[f.concept]]
        self._prefer_used(ranked[:KEPT], narrowed.get("usage"))
        ranked.sort(key=lambda f: -round(f.score, 4))
        return ranked

    # --- two codes for one statement ---

    def _pair(self, readings: list[QueryReading], allowed: np.ndarray | None) -> CodePair | None:
        """The two codes of the first reading that takes a pair; none when narrowed."""
        own = search_of(self.system)
        if own is None or allowed is not None:
            return None
        said = dict.fromkeys([readings[-1].words, *(r.words for r in readings)])
        return next((pair for words_ in said if (pair := own.pair(self, words_, self._billable))), None)

    def _billable(self, query: str) -> list[str]:
        """The billable codes of a query, best first."""
        readings = self._readings(words(query)[:MAX_QUERY_WORDS])
        ranked = self._ranked(readings, query + " ", None, {})[:KEPT]
        facts = self.codes([f.concept for f in ranked])
        codes = (facts[f.concept] for f in ranked)
        return [code for code, billable, *_ in codes if billable]

    def _paired(self, pair: CodePair, hits: list[Hit]) -> list[Hit]:
        """The pair before everything else."""
        number, then = self.number(pair.first), self.number(pair.then) if pair.then else None
        made = [self._named(n, "drug") for n in (number, then) if n is not None]
        made[0] = replace(made[0], then=pair.then, why=pair.why if pair.then else "")
        return [*made, *(hit for hit in hits if hit.code not in (pair.first, pair.then))]

    def _named(self, number: int, match: str) -> Hit:
        return self._hits([BestTerm(number, self.best_term(number), 1.0, match)], 1, frozenset())[0]

    def terms(self, *, kinds: frozenset[str] | None = None, language: str | None = None) -> Iterator[NamedTerm]:
        """Every active wording as (code, term, semantic type), for gazetteers; optionally only some types."""
        flags, matcher = self.array("concept_flags"), self.matcher
        rows = self.query("SELECT id, code, kind FROM concept WHERE active ORDER BY id")
        for number, code, kind in rows:
            if not flags[number] & 1 or (kinds is not None and kind not in kinds):
                continue
            for term in self.terms_of(number):
                spoken = self.languages[int(matcher.term_language[term])]
                if language is None or (spoken or self.manifest.language) == language:
                    yield NamedTerm(code, self.text(term), kind)

    # --- restriction ---

    def _allowed(self, within: str | None, value_set: str | None) -> np.ndarray | None:
        """A mask over concepts, or None when everything is allowed."""
        if within is None and value_set is None:
            return None
        mask = np.ones(len(self.array("concept_flags")), bool)
        if within is not None:
            number = self.number(within)
            if number is None:
                raise NotFound("unknown-code", f"no code {within} in {self.system} {self.manifest.release}")
            mask &= _mask(len(mask), [number, *self.descendants(number)])
        if value_set is not None:
            members = self.query("SELECT concept_id FROM member WHERE value_set = ?", (value_set,))
            if not members:
                raise NotFound("unknown-value-set", f"no value set {value_set} in {self.system}")
            mask &= _mask(len(mask), [m[0] for m in members])
        return mask

    def _spoken(self, language: str | None) -> set[int] | None:
        """Numbers of the languages that count as the one asked for; terms without one have the release's."""
        if language is None:
            return None
        own = self.manifest.language
        return {n for n, name in enumerate(self.languages) if (name or own).split("-")[0] == language}

    # --- by code ---

    def _by_code(self, query: str, allowed: np.ndarray | None, limit: int) -> list[BestTerm]:
        key = code_key(query)
        if (
            len(key) < 2
            or not re.search(r"\d", key)
            or not re.fullmatch(r"[0-9A-Z-]+", key)
            or " " in query.strip()
        ):
            return []
        rows = self.query(
            "SELECT id, key FROM concept WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
            (key, key + "~", 4 * limit),
        )
        rows = [r for r in rows if allowed is None or allowed[r[0]]]
        found = [BestTerm(n, self.best_term(n), 1.0 if k == key else 0.9, "code") for n, k in rows]
        own = search_of(self.system)
        if own and (default := own.of_query(self, []).default_of_code(key)):
            number, first = default
            if allowed is None or allowed[number]:
                found.insert(0 if first else 1, BestTerm(number, self.best_term(number), 0.95, "code"))
        return found

    # --- by words ---

    def _read(
        self, reading: QueryReading, allowed: np.ndarray | None, typed: str, *, guess: bool
    ) -> Iterator[BestTerm]:
        """Candidates for one reading: all words, then all words loosely, then most words."""
        matcher = self.matcher
        begun = [""] * (len(reading.words) - 1) + [typed]
        slots = [matcher.slot(w, typed=t) for w, t in zip(reading.words, begun, strict=True)]
        terms, match = matcher.all_words(slots, allowed), reading.via
        if not len(terms) and not guess:
            return
        if not len(terms):
            loose = [self._loose(w, t, s) for w, t, s in zip(reading.words, begun, slots, strict=True)]
            terms = matcher.all_words(loose, allowed)
            if not len(terms):
                loose = [matcher.as_meant(s, wide) for s, wide in zip(slots, loose, strict=True)]
                terms = matcher.all_words([s for s in loose if len(s.words)], allowed)
            slots, match = loose, "misspelt" if match == "words" else match
        if len(terms) < 3:
            pool = SMALL_POOL if len(terms) else POOL
            terms = np.union1d(terms, matcher.most_words(slots, allowed, pool)).astype(np.int32)
        yield from self._scored(reading, terms, slots, match)

    def _loose(self, word: str, typed: str, strict: Slot) -> Slot:
        # A word that occurs often is hardly a misspelling of another.
        often = strict.postings >= 2_000 and strict.required == (word not in FILLERS)
        return strict if often else self.matcher.slot(word, typed=typed, loose=True)

    def _scored(self, reading: QueryReading, terms: np.ndarray, slots: list[Slot], match: str) -> Iterator[BestTerm]:
        matcher = self.matcher
        scores = matcher.score(terms, slots) + KIND_BONUS[matcher.term_kind[terms]]
        active = self.array("concept_flags")[matcher.term_concept[terms]] & 1
        scores = np.where(active, scores, scores - 1.0) * reading.quality
        best = np.argsort(-scores, kind="stable")[:KEPT]
        typed = " ".join(reading.words)
        for rank, at in enumerate(best.tolist()):
            term, score, how = int(terms[at]), float(scores[at]), match
            if rank < RERANKED:
                text = " ".join(words(self.text(term)))
                score += 0.04 * fuzz.ratio(typed, text) / 100
                if text == typed:
                    score, how = score + 0.05, "exact" if match == "words" else match
            yield BestTerm(int(matcher.term_concept[term]), term, score, how, reading.words)

    def _prefer_used(self, found: list[BestTerm], usage: Mapping[str, int] | None) -> None:
        """Up to 0.05 for codes the project uses often: enough to order near equals, not more."""
        if not usage or not found:
            return
        top = math.log1p(max(usage.values(), default=0)) or 1.0
        codes = self.codes([f.concept for f in found])
        for hit in found:
            hit.score += 0.05 * math.log1p(usage.get(codes[hit.concept][0], 0)) / top

    # --- answers ---

    def _hits(self, ranked: list[BestTerm], limit: int, typed: frozenset[str]) -> list[Hit]:
        chosen: dict[int, BestTerm] = {}
        for found in ranked:
            chosen.setdefault(found.concept, found)
            if len(chosen) == limit:
                break
        facts = self.codes(list(chosen))
        hits = []
        for number, found in chosen.items():
            code, billable, active, _ = facts[number]
            text = self.text(found.term)
            replaced = [] if active else [display_code(self.system, c) for c in self.replaced_by(number)]
            hits.append(
                Hit(
                    code,
                    text,
                    self.preferred(number),
                    found.match,
                    round(found.score, 4),
                    billable,
                    active,
                    replaced,
                    marks(text, typed.union(found.words)),
                )
            )
        return hits


def _keep_best(found: dict[int, BestTerm], hit: BestTerm) -> None:
    known = found.get(hit.concept)
    if known is None or hit.score > known.score:
        found[hit.concept] = hit


def _mask(size: int, numbers: list[int]) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[numbers] = True
    return mask


def _is_code(query: str) -> bool:
    return re.fullmatch(r"[A-Za-z]?\d[0-9A-Za-z.]*", query.strip()) is not None


@lru_cache(maxsize=16)
def _opened(folder: Path) -> SearchableRelease:
    return SearchableRelease(folder, read_manifest(folder))


def open_release(root: Path, system: str, release: str | None = None) -> SearchableRelease:
    """The current (or named) release of a system below `root`, opened once per process. Raises NotFound."""
    return _opened(folder_of(root, find_release(root, system, release)))


def open_releases(root: Path, system: str) -> list[SearchableRelease]:
    """Every installed release of a system, each opened once per process; coding rules choose by date."""
    return [_opened(folder_of(root, manifest)) for manifest in list_releases(root, system)]


class Lookup:
    """`lookup(system, release, code)`; an empty release means the current one. Safe to share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, system: str, release: str, code: str) -> dict[str, Any] | None:
        """``{"code", "term", "billable", "active"}``, or None for what no installed release knows."""
        try:
            concept = open_release(self.root, system, release or None).concept(code)
        except NotFound:
            return None
        if concept is None:
            return None
        return {
            "code": concept.code,
            "term": concept.preferred,
            "billable": concept.billable,
            "active": concept.active,
        }
