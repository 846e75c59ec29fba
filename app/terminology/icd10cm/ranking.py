"""The order of ICD-10-CM codes found: sides, 7th characters, and the code a coder would take by default."""

from __future__ import annotations

from dataclasses import replace

from app.terminology.hits import BestTerm
from app.terminology.icd10cm.asked import EPISODE, EXCUSED, IDLE, INTENT, LINKS, NARROWING, UNASKED, asked
from app.terminology.icd10cm.facets import INJURY, cost, judged, without_facets
from app.terminology.icd10cm.repair import retired_codes
from app.terminology.icd10cm.titles import (
    accompanied,
    code_of,
    conditions,
    content_words,
    ruled_out,
    title_content,
    title_facets,
    title_words,
)
from app.terminology.phrases import QueryReading
from app.terminology.release import ReleaseData
from app.terminology.rows import INDEX

RESOLVED = 24  # headers among the best hits whose default code is worked out
RELATED = 12  # hits for which the code beside them that meets what was asked is looked for
CONSIDERED = 80
ACCOMPANIED = 0.06  # "X with Y" where nothing of Y was asked for
RULED_OUT = 0.25  # "without X" where X was asked for, or the other way round
OTHER_CONDITION = 0.3  # of a code that has no condition asked for, only its place or its time
UNSAID = 0.02  # for each word of a wording that was not asked for
# What holds where it is not said: displaced, closed by Official Guidelines I.C.19.c, diabetes of type 2 by I.C.4.a.2
DEFAULTS = {"displaced": "yes", "wound": "closed", "remission": "no", "type": "2"}
CAUSES = 0.1  # of an external cause where an injury is asked for
# A title that narrows by one of these without being asked costs a little.
UNSAID_FACETS = frozenset(["trimester", "stage", "degree", "severity", "episode", "healing", "encounter"])


class Icd10CmQuery:
    """Re-orders what word search found for one query."""

    def __init__(self, release: ReleaseData, readings: list[QueryReading]) -> None:
        self.release = release
        self.asked = asked(readings)
        self._readings = readings
        self._conditions = conditions(release) & frozenset(readings[-1].words if readings else ())
        self._prices = [(words_, price) for words_, asks, price in UNASKED if not self.asked.words & asks]
        self._defaults: dict[int, int] = {}

    def readings(self) -> list[QueryReading]:
        """The readings, and each without words that only narrow: `right hip fracture` → `hip fracture`."""
        found: list[QueryReading] = []
        idle = EPISODE | IDLE if self.asked.words & INJURY else IDLE
        for reading in self._readings:
            kept = tuple(w for w in reading.words if w not in idle)
            if kept and all(kept != r.words for r in found):
                found.append(replace(reading, words=kept))
        for reading in tuple(found):
            core = tuple(w for w in reading.words if w not in NARROWING)
            for less in (core, without_facets(reading.words)):
                if less and less != reading.words and all(less != r.words for r in found):
                    found.append(QueryReading(less, reading.quality * 0.96, reading.via))
        return found

    def rank(self, ranked: list[BestTerm]) -> list[BestTerm]:
        """Headers give way to the code they lead to; unasked-for variants go down; what was asked decides."""
        best: list[BestTerm] = []
        resolved = related = 0
        facts = self.release.codes([f.concept for f in ranked[:CONSIDERED]])
        for found in ranked[:CONSIDERED]:
            plain = found.score
            found.score -= self._cost(found.concept, found.term) + self._unsaid(found) + self._unmet(found)
            best.append(found)
            if not facts[found.concept][1] and resolved < RESOLVED:
                resolved += 1
                leaf = self._default(found.concept)
                if leaf != found.concept:
                    # The better of what the wording says and what the code's own title says.
                    best.append(replace(found, concept=leaf, score=found.score + self._gain(leaf, found)))
                    found.score -= 0.03
            if related < RELATED and (other := self._relative(found.concept)) is not None:
                related += 1
                more = title_content(self.release, other) - title_content(self.release, found.concept)
                unasked = len(more - self.asked.words)
                score = plain - self._cost(other) - self._unsaid(found) - 0.03 * (1 + unasked)
                best.append(replace(found, concept=other, score=score, term=self.release.best_term(other)))
        return sorted(best, key=lambda f: -round(f.score, 4)) + ranked[CONSIDERED:]

    def default_of_code(self, key: str) -> tuple[int, bool] | None:
        """For a typed header or retired code: the default billable code, and whether it should come first."""
        release = self.release
        number = release.number(key)
        if number is not None and release.codes([number])[number][1]:
            return None
        retired = key in retired_codes()
        if number is None and not retired:
            return None
        shorter = (release.number(key[:n]) for n in range(len(key), 2, -1))
        start = next((n for n in shorter if n is not None), None)
        return None if start is None else (self._default(start), retired)

    # --- what the title says against what was asked ---

    def _title(self, concept: int) -> frozenset[str]:
        return title_words(self.release, concept)

    def _cost(self, concept: int, term: int = -1) -> float:
        """What the title of a code says against it; a wording written for it excuses that it is an *other* one."""
        title, said = self._title(concept), self.asked.words
        if term >= 0 and self.release.matcher.term_kind[term] == INDEX:
            title -= EXCUSED
        price = sum(price for words_, price in self._prices if title & words_)
        if said & INJURY and code_of(self.release, concept)[0] in "VWXY":
            price += CAUSES
        facets = title_facets(self.release, concept)
        beside = accompanied(self.release, concept)
        if beside and not beside & said:
            price += ACCOMPANIED
        if self.asked.anyhow & ruled_out(self.release, concept) - self.asked.denied or self.asked.denied & beside:
            price += RULED_OUT
        if self.asked.facets:
            price += cost(self.asked.facets, facets)
        price += 0.05 * sum(
            value not in facets[facet]
            for facet, value in DEFAULTS.items()
            if facet in facets and facet not in self.asked.facets
        )
        price += 0.04 * len((facets.keys() - self.asked.facets.keys()) & UNSAID_FACETS)
        return price + self._episode_cost(concept, title)

    def _episode_cost(self, concept: int, title: frozenset[str]) -> float:
        """The 7th character of an injury against the episode asked for."""
        if not title & {"initial", "subsequent", "sequela"}:
            return 0.0
        code = code_of(self.release, concept)
        if len(code) != 8:
            return 0.0
        if code[-1] == self.asked.encounter:
            return -0.02 if self.asked.encounter == "A" else -0.08
        return 0.2

    def _unsaid(self, found: BestTerm) -> float:
        """What the wording holds besides what was asked: the unqualified one comes before the qualified."""
        if self.release.matcher.term_kind[found.term] == INDEX:
            return 0.0
        unsaid = content_words(self.release, found.term) - self.asked.words - set(found.words)
        return min(UNSAID * len(unsaid), 5 * UNSAID)

    def _unmet(self, found: BestTerm) -> float:
        """Of several words asked for, one is a condition, and neither wording nor title has it, but another."""
        said = content_words(self.release, found.term)
        if found.match != "misspelt" or not self._conditions or said <= self.asked.anyhow:
            return 0.0
        return 0.0 if (self._title(found.concept) | said) & self._conditions else OTHER_CONDITION

    def _gain(self, leaf: int, found: BestTerm) -> float:
        """What the default code has over its header: the asked-for words its own title adds."""
        added = self._title(leaf) - self._title(found.concept)
        hit = len(added & self.asked.words - LINKS)
        # A wording written for the header leads to it on purpose; a header's title only happens to match.
        base = 0.01 if self.release.matcher.term_kind[found.term] == INDEX else -0.02
        costlier = self._cost(leaf) - self._cost(found.concept)
        return base + 0.03 * min(hit, 3) - (costlier if costlier > 0 or self.asked.facets else 0.0)

    # --- the code beside it that has what was asked for ---

    def _relative(self, concept: int) -> int | None:
        """A code of the same category that meets more of what was asked than this one, or None."""
        wanted = self.asked.facets
        if not wanted:
            return None
        leads_to = self._default(concept)
        against, met, _ = judged(wanted, title_facets(self.release, leads_to))
        if (not against and met == len(wanted)) or "other" in self._title(concept):
            return None  # beside "other specified" stand other conditions
        for above in self._within_category(concept):
            leaf = self._default(above)
            other, more, _ = judged(wanted, title_facets(self.release, leaf))
            if (other, -more) < (against, -met):
                return leaf
        return None

    def _within_category(self, concept: int) -> list[int]:
        """The headers above a code up to its category, nearest first."""
        found = []
        while parents := self.release.parents(concept):
            concept = parents[0]
            if not code_of(self.release, concept)[2:3].isalnum() or "-" in code_of(self.release, concept):
                break  # a chapter or a section
            found.append(concept)
        return found

    # --- the default code under a header ---

    def _default(self, concept: int) -> int:
        """The billable code below a header that fits what was asked, or says least more than it."""
        if concept not in self._defaults:
            header = concept
            while children := self.release.children(header):
                fits = {child: self._fit(child, header) for child in children}
                header = max(children, key=fits.__getitem__)
            self._defaults[concept] = header
        return self._defaults[concept]

    def _fit(self, child: int, parent: int) -> tuple[float, int]:
        title = self._title(child)
        added = title - self._title(parent)
        fit = 3.0 * len(title & self.asked.words - LINKS) + 1.5 * len(
            title & self.asked.anyhow - self.asked.words - LINKS
        )
        facets = title_facets(self.release, child)
        against, met, _ = judged(self.asked.facets, facets)
        fit += 8.0 * met - 8.0 * against
        unsaid = title_content(self.release, child) - title_content(self.release, parent) - self.asked.words
        fit -= 0.4 * min(len(unsaid), 5)
        if "side" in facets and "side" not in self.asked.facets:
            fit -= 2
        unasked = DEFAULTS.keys() - self.asked.facets.keys()
        fit += sum(3.0 for facet in unasked if DEFAULTS[facet] in facets.get(facet, ()))
        if "unspecified" in added:
            fit += 2
        if "without" in added:
            fit += 1.5
        if "accidental" in title:
            fit += 0.5
        for intent in title & INTENT:
            fit += 4 if intent in self.asked.words else -3 if intent in ("adverse", "underdosing") else 0
        if "other" in added or "with" in added:
            fit -= 0.5
        fit -= 20 * sum(price for words_, price in self._prices if added & words_)
        code = code_of(self.release, child)
        if len(code) == 8:
            # The 7th character: the episode; of several fetuses, none named.
            fit += 5 if code[-1] == self.asked.encounter else 1 if code[-1] == "0" else 0
        else:
            fit += {"9": 0.6, "0": 0.3}.get(code[-1], 0.0)
        return fit, -child
