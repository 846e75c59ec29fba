"""What only ICD-10-CM needs of ranking: sides, 7th characters, and the code a coder would take by default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from app.terminology.entry_terms import table
from app.terminology.indexing.words import fold, words
from app.terminology.phrases import Reading
from app.terminology.rows import INDEX
from app.terminology.systems import code_key

if TYPE_CHECKING:
    from app.terminology.search import Found, Release

RESOLVED = 24  # headers among the best hits whose default code is worked out
CONSIDERED = 80


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(w) for w in text.split())


SIDES = {"right": "right", "left": "left", "bilateral": "bilateral", "both": "bilateral"}
SUBSEQUENT = _folded("subsequent follow followup aftercare healing")
SEQUELA = _folded("sequela sequelae late")
# Words that only choose among codes of one condition: a wording without them still fits.
INTENT = _folded("adverse underdosing accidental intentional assault undetermined")
NARROWING = (
    frozenset(SIDES)
    | SUBSEQUENT
    | SEQUELA
    | _folded(
        "initial encounter side sided up closed open acute of in the due to with first visit new "
        "intentional self harm accidental undetermined assault unintentional suicide attempt"
    )
)
# A code whose title has one of these is not meant unless the query says so: (words of the title,
# words that ask for it, what it costs).
UNASKED = tuple(
    (_folded(title), _folded(title + " " + asks), cost)
    for title, asks, cost in (
        ("subsequent", "follow followup aftercare healing delayed nonunion malunion", 0.15),
        ("sequela", "sequelae late old residual", 0.15),
        ("open", "compound", 0.08),
        ("nonunion malunion delayed", "", 0.15),
        (
            "pregnancy childbirth puerperium trimester obstetric",
            "pregnant maternal gestational labor delivery postpartum eclampsia preeclampsia fetal",
            0.15,
        ),
        ("newborn fetus neonatal perinatal", "baby infant fetal liveborn", 0.12),
        ("history", "ex former past status survivor", 0.12),
        ("family", "mother father", 0.1),
        (
            "poisoning underdosing adverse",
            "overdose toxicity intentional accidental toxic reaction effect",
            0.1,
        ),
        ("elsewhere", "", 0.04),
        ("drug", "induced medication", 0.04),
        ("underlying", "secondary", 0.05),
        (
            "postprocedural intraoperative complicating",
            "postoperative complication surgery following after",
            0.08,
        ),
        ("screening", "screen", 0.06),
        ("right left bilateral", "both", 0.05),
        ("chronic", "longstanding", 0.03),
        ("other", "", 0.02),
        ("pathological stress", "pathologic", 0.08),
        ("mild moderate severe", "", 0.04),
        ("foreign", "retained", 0.06),
        ("vessel nerve tendon", "vascular artery vein neural", 0.06),
        ("juvenile", "child", 0.05),
        ("congenital", "birth", 0.05),
        ("traumatic", "injury trauma", 0.06),
        ("secondary", "metastatic metastasi metastasis mets", 0.03),
    )
)


@dataclass(frozen=True)
class Asked:
    """What a query says besides the condition."""

    words: frozenset[str]
    side: str  # right, left, bilateral or empty
    encounter: str  # A, D or S


def asked(readings: list[Reading]) -> Asked:
    """What the best reading and the words as typed say; second meanings would ask for too much."""
    readings = readings[:1] + readings[-1:]
    said = frozenset(w for r in readings for w in r.words)
    side = next((SIDES[w] for r in readings for w in r.words if w in SIDES), "")
    encounter = "S" if said & SEQUELA else "D" if said & SUBSEQUENT else "A"
    return Asked(said, side, encounter)


class Icd10CmRanking:
    """Re-orders what word search found for one query."""

    def __init__(self, release: Release, readings: list[Reading]) -> None:
        self.release = release
        self.asked = asked(readings)
        self._readings = readings

    def readings(self) -> list[Reading]:
        """The readings, and each without words that only narrow: `right hip fracture` → `hip fracture`."""
        found = list(self._readings)
        for reading in self._readings:
            core = tuple(w for w in reading.words if w not in NARROWING)
            if core and core != reading.words and all(core != r.words for r in found):
                found.append(Reading(core, reading.quality * 0.96, reading.via))
        return found

    def rank(self, ranked: list[Found]) -> list[Found]:
        """Headers give way to the code they lead to; unasked-for variants go down."""
        best: list[Found] = []
        resolved = 0
        facts = self.release.codes([f.concept for f in ranked[:CONSIDERED]])
        for found in ranked[:CONSIDERED]:
            found.score -= self._cost(found.concept)
            best.append(found)
            if not facts[found.concept][1] and resolved < RESOLVED:
                resolved += 1
                leaf = self._default(found.concept)
                if leaf != found.concept:
                    # The better of what the wording says and what the code's own title says.
                    best.append(replace(found, concept=leaf, score=found.score + self._gain(leaf, found)))
                    found.score -= 0.03
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

    def _cost(self, concept: int) -> float:
        title, said = self._title(concept), self.asked.words
        cost = sum(price for words_, asks, price in UNASKED if title & words_ and not said & asks)
        sides = {SIDES[w] for w in title & SIDES.keys()}
        if self.asked.side and sides:
            cost += -0.08 if self.asked.side in sides else 0.35
        if self.asked.encounter == "D" and "subsequent" in title:
            cost -= 0.08
        if self.asked.encounter == "S" and "sequela" in title:
            cost -= 0.08
        if self.asked.encounter != "A" and "initial" in title:
            cost += 0.15
        return cost

    def _gain(self, leaf: int, found: Found) -> float:
        """What the default code has over its header: the asked-for words its own title adds."""
        added = self._title(leaf) - self._title(found.concept)
        hit = len(added & self.asked.words - {"of", "with", "and", "to"})
        # A wording written for the header leads to it on purpose; a header's title only happens to match.
        base = 0.01 if self.release.matcher.term_kind[found.term] == INDEX else -0.02
        return base + 0.03 * min(hit, 3) - max(0.0, self._cost(leaf) - self._cost(found.concept))

    # --- the default code under a header ---

    def _default(self, concept: int) -> int:
        """The billable code below a header that fits what was asked, or says least more than it."""
        while children := self.release.children(concept):
            concept = max(children, key=lambda child: self._fit(child, concept))
        return concept

    def _fit(self, child: int, parent: int) -> tuple[float, int]:
        title = self._title(child)
        added = title - self._title(parent)
        fit = 3.0 * len(added & self.asked.words - {"with", "and", "of", "to", "or"})
        sides = {SIDES[w] for w in title & SIDES.keys()}
        if sides:
            fit += 5 if self.asked.side in sides else -5 if self.asked.side else -2
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
        fit -= 20 * sum(
            price for words_, asks, price in UNASKED if added & words_ and not self.asked.words & asks
        )
        code = self.release.codes([child])[child][0]
        if len(code) == 8:
            fit += 5 if code[-1] == self.asked.encounter else 0
        fit += {"9": 0.6, "0": 0.3}.get(code[-1], 0.0)
        return fit, -child


@lru_cache(maxsize=50_000)
def title_words(release: Release, concept: int) -> frozenset[str]:
    """What a code's title says there is: its folded words up to `without`."""
    said = words(release.preferred(concept))
    return frozenset(said[: said.index("without") + 1] if "without" in said else said)


@lru_cache(maxsize=1)
def retired_codes() -> frozenset[str]:
    """Codes that used to be billable: who types one wants what stands for it now."""
    return frozenset(code_key(row["code"]) for row in table("icd10cm_retired.tsv"))
