"""The table of code class × assertion × setting: which code a span is proposed, with the guideline it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.terminology.entry_terms import table
from app.terminology.systems import code_key

TABLE = "icd10cm_proposals.tsv"
KEEP, NONE, SEVENTH = "keep", "none", "7:"
HISTORY_SECTIONS = frozenset({"past_medical_history", "past_surgical_history"})
_DOUBTS = frozenset({"probable", "possible", "uncertain"})


@dataclass(frozen=True)
class ProposalRule:
    """One row. `answer`: keep, none, a code, or the seventh character of the code of the words."""

    key: str
    classes: tuple[tuple[str, str], ...]
    title_word: str
    states: frozenset[str]
    settings: frozenset[str]
    cues: frozenset[str]
    absent: frozenset[str]
    answer: str
    source: str
    why: str

    def fits(self, code: str, title: str, state: str, setting: str, cues: frozenset[str]) -> bool:
        """Whether the row is about a code of this class under this assertion, setting and surroundings."""
        return (
            ("any" in self.states or state in self.states)
            and ("any" in self.settings or setting in self.settings)
            and self.cues <= cues
            and not self.absent & cues
            and self.is_of(code)
            and self.title_word in title
        )

    def is_of(self, code: str) -> bool:
        """Whether a code, written without its dot, is of the row's classes."""
        return not self.classes or any(a <= code[: len(a)] and code[: len(b)] <= b for a, b in self.classes)


@lru_cache(maxsize=1)
def rules() -> tuple[ProposalRule, ...]:
    """The rows in order; the first that fits decides."""
    return tuple(_rule(row) for row in table(TABLE))


def _rule(row: Mapping[str, str]) -> ProposalRule:
    classes, word = [], ""
    for part in row["classes"].split():
        first, _, last = part.partition("-")
        if part.islower():
            word = part
        else:
            classes.append((first, last or first))
    cues = [cue for cue in row["cue"].split("+") if cue]
    return ProposalRule(
        row["rule"],
        tuple(classes),
        word,
        frozenset(row["state"].split(",")),
        frozenset(row["setting"].split(",")),
        frozenset(cue for cue in cues if not cue.startswith("!")),
        frozenset(cue[1:] for cue in cues if cue.startswith("!")),
        row["answer"],
        row["source"],
        row["why"],
    )


def state_of(assertion: Mapping[str, Any], section: str, setting: str = "") -> str:
    """The assertion as the table has it. A past-history section makes a finding past, which chronic classes outlive.

    What is resolved is past at a visit; of a stay it is reported (III).
    """
    if assertion.get("polarity") == "negated":
        return "negated"
    who = assertion.get("experiencer") or "patient"
    if who != "patient":
        return "family" if who == "family" else "elsewhere"
    if assertion.get("hypothetical") or assertion.get("temporality") == "future":
        return "hypothetical"
    certainty = assertion.get("certainty") or "certain"
    if certainty == "unlikely":
        return "unlikely"
    if certainty in _DOUBTS:
        return "uncertain"
    is_over = assertion.get("course") == "resolved" and setting in ("outpatient", "emergency")
    past = assertion.get("temporality") == "past" or section in HISTORY_SECTIONS or is_over
    return "past" if past else "present"


def rule_for(code: str, title: str, state: str, setting: str, cues: frozenset[str]) -> ProposalRule:
    """The first row that fits; the last row of the table fits everything that is present."""
    key = code_key(code)
    return next(rule for rule in rules() if rule.fits(key, title.lower(), state, setting, cues))
