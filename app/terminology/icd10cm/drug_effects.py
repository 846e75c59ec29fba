"""Drug and effect in one query: the two codes they take, in the order the guidelines ask for (I.C.19.e.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from app.terminology.entry_terms import table
from app.terminology.hits import CodePair
from app.terminology.icd10cm.asked import folded
from app.terminology.indexing.words import words
from app.terminology.release import ReleaseData

CAUSAL = folded(
    "induced due from after caused cause causing secondary related associated adverse effect reaction toxicity"
)
POISONED = folded("overdose overdosed poisoning poisoned poison ingestion ingested swallowed drank ate od")
MISSED = folded(
    "underdosing underdose underdosed missed ran noncompliance noncompliant nonadherence forgot skipped omitted"
)
_MISSED_PHRASES = (("not", "taking"), ("stopped", "taking"), ("off",), ("not", "compliant"), ("non", "compliance"))
# With these the drug is a habit, a lack, a status or a plan, not the cause of something.
OTHERWISE = folded(
    "allergy allergic dependence dependent abuse addiction withdrawal disorder resistant resistance "
    "deficiency deficient level "
    "monitoring family history hx status long term therapy prophylaxis intolerance naive screening "
    "use user unresponsive refractory "
    "resisting low raised elevated high exposure injection nodules overload storage"
)
NO_CONDITION = "PQTVWXYZ"  # chapters of codes that a drug does not bring about
_PLAIN = CAUSAL | POISONED | MISSED | folded(
    "to on with by of the a an in and drug medication medicine tablet side while taking started "
    "starting given dose doses "
    "out new acute severe mild bad oral iv topical use patient intentional self harm suicide attempt "
    "suicidal deliberate "
    "accidental accident unintentional undetermined assault purpose too much many initial encounter "
    "follow up subsequent "
    "sequela on his her their non compliance not compliant stopped off"
)
_INTENTS = (
    ("2", folded("intentional suicide suicidal deliberate deliberately purpose self")),
    ("3", folded("assault assaulted homicidal")),
    ("4", folded("undetermined")),
)
# Substances that are no medicines: taken up, they poison (T51-T65), or are drugs of abuse.
_NO_MEDICINE = re.compile(r"T(5[1-9]|6[0-5]|40\.[15789]|43\.6[45])")


Phrase = tuple[str, ...]
WHY = {
    "adverse": "adverse effect: the effect first, then the drug (Official Guidelines I.C.19.e.5.a)",
    "poisoning": "poisoning: the drug first, then what it did (Official Guidelines I.C.19.e.5.b)",
    "underdosing": "underdosing: never first, after the condition (Official Guidelines I.C.19.e.5.c)",
}


def find_pair(release: ReleaseData, said: Phrase, billable: Callable[[str], list[str]]) -> CodePair | None:
    """The codes of a drug and what it did, or None where the words say no such thing.

    `billable` answers a query with its billable codes, best first.
    """

    def plain(query: str) -> str | None:
        return next((code for code in billable(query) if code[0] not in NO_CONDITION), None)

    found = _drug(said)
    if found is None:
        return None
    start, end, stem = found
    around = said[:start] + said[end:]
    kind, effect = _kind(around), _effect_in(around)
    beyond = around if effect is None else around[: effect.start] + around[effect.end :]
    if OTHERWISE & set(beyond) or (kind == "adverse" and _NO_MEDICINE.match(stem)):
        return None
    rest = " ".join(w for w in around if w not in _PLAIN)
    if kind == "poisoning":
        drug = _code(release, stem, _intent(around), around)
        then = plain(rest) if rest else ""
        return CodePair(drug, then, WHY[kind]) if drug and then is not None else None
    drug = _code(release, stem, "5" if kind == "adverse" else "6", around)
    first: str | None = None
    if kind == "adverse" and effect is not None:
        treats = tuple(filter(None, effect.row["treats"].split("|")))
        if treats and stem.startswith(treats) and not set(beyond) & CAUSAL:
            return None
        more = any(w not in _PLAIN for w in beyond)
        first = plain(rest) if more else _by_drug(effect.row, stem)
    elif rest and (kind == "underdosing" or set(around) & CAUSAL):
        first = plain(rest)
    return CodePair(first, drug, WHY[kind]) if first and drug else None


def _kind(around: Phrase) -> str:
    if set(around) & MISSED or any(_within(phrase, around) for phrase in _MISSED_PHRASES):
        return "underdosing"
    return "poisoning" if set(around) & POISONED else "adverse"


def _intent(around: Phrase) -> str:
    return next((digit for digit, asked in _INTENTS if asked & set(around)), "1")


@dataclass(frozen=True)
class _Effect:
    row: dict[str, str]
    start: int
    end: int


def _effect_in(around: Phrase) -> _Effect | None:
    """The longest effect that the words name."""
    for length in range(min(len(around), 5), 0, -1):
        for at in range(len(around) - length + 1):
            row = _effects().get(around[at : at + length])
            if row is not None:
                return _Effect(row, at, at + length)
    return None


def _by_drug(row: dict[str, str], stem: str) -> str:
    for choice in filter(None, row["by_drug"].split("|")):
        drug, code = choice.split("=")
        if stem.startswith(drug):
            return code
    return row["code"]


def _code(release: ReleaseData, stem: str, intent: str, around: Phrase) -> str:
    """The T code of a stem and an intent, with the 7th character of the episode; empty where there is none."""
    episode = "S" if "sequela" in around else "D" if {"subsequent", "follow"} & set(around) else "A"
    key = (stem.replace(".", "") + intent).ljust(6, "X") + episode
    number = release.number(key)
    return "" if number is None else release.codes([number])[number][0]


def _within(phrase: Phrase, said: Phrase) -> bool:
    return any(said[at : at + len(phrase)] == phrase for at in range(len(said) - len(phrase) + 1))


# --- the drug ---


def _drug(said: Phrase) -> tuple[int, int, str] | None:
    """(start, end, stem of its T code) of the drug a query names: by the table, else by its ending or one slip."""
    for length in range(min(4, len(said)), 0, -1):
        for at in range(len(said) - length + 1):
            if stem := _drugs().get(said[at : at + length]):
                return at, at + length, stem
    for at, word in enumerate(said):
        if len(word) >= 7 and word.isalpha() and (stem := _stem_of(word)):
            return at, at + 1, stem
    return None


@lru_cache(maxsize=10_000)
def _stem_of(word: str) -> str:
    for pattern, stem in _affixes():
        if pattern.fullmatch(word):
            return stem
    for name, stem in _drugs().items():
        other = name[0]
        alike = len(name) == 1 and len(other) > 6 and other[0] == word[0] and abs(len(other) - len(word)) < 2
        if alike and OSA.distance(other, word, score_cutoff=1) <= 1:
            return stem
    return ""


@lru_cache(maxsize=1)
def _affixes() -> list[tuple[re.Pattern[str], str]]:
    """Beginnings (`cef-`) and endings (`-statin`) of international names, with the stem of their class."""
    found = []
    for row in table("icd10cm_drug_affixes.tsv"):
        begins = row["affix"].endswith("-")
        name = row["affix"].strip("-") + "[a-z]{3,}" if begins else "[a-z]{2,}" + row["affix"].strip("-")
        found.append((re.compile(name), row["poisoning"]))
    return found


@lru_cache(maxsize=1)
def _drugs() -> dict[Phrase, str]:
    return {
        tuple(words(name)): row["poisoning"]
        for row in reversed(table("icd10cm_drugs.tsv"))
        for name in row["names"].split("|")
    }


@lru_cache(maxsize=1)
def _effects() -> dict[Phrase, dict[str, str]]:
    return {
        tuple(words(name)): row
        for row in reversed(table("icd10cm_drug_effects.tsv"))
        for name in row["effects"].split("|")
    }
