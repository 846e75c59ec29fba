"""The code set of an encounter: duplicates folded, conventions applied, principal candidates, present on admission."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.terminology.entry_terms import table
from app.terminology.proposals.rules import rules
from app.terminology.systems import code_key

if TYPE_CHECKING:
    from app.terminology.search import SearchableRelease

# Where clinicians say what they concluded, and what was there before.
_CONCLUDED = frozenset({"assessment", "assessment_plan", "impression", "discharge_diagnosis", "complications"})
_BEFORE = frozenset({"past_medical_history", "past_surgical_history", "history_present_illness", "chief_complaint"})
_LAST_WORD = ("discharge", "death", "final")
_ON_ARRIVAL = re.compile(
    r"\b(?:on (?:arrival|admission|presentation)|present on|at admission|came in with)\b", re.IGNORECASE
)
_IN_HOSPITAL = re.compile(
    r"\b(?:developed|hospital-acquired|ventilator-associated|nosocomial|on (?:hospital |postoperative )?day \d+"
    r"|day \d+[:.,]|during (?:the|this|his|her) (?:stay|admission|hospitali\w+)|post-?op(?:erative(?:ly)?)?|overnight"
    r"|complicated by|after (?:surgery|hemiarthroplasty|the operation))",
    re.IGNORECASE,
)
_NEW = re.compile(r"\bnew\b", re.IGNORECASE)


@dataclass(frozen=True)
class CodeEvidence:
    """One coded span: its note (in order of time) and element, the section, and the words of its sentence."""

    code: str
    note: int
    kind: str
    element: str
    place: int
    section: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class SetCode:
    """One code of the set. `rank` counts principal candidates from 1, 0 is none; `poa` is None outside stays."""

    code: str
    evidence: tuple[CodeEvidence, ...]
    poa: str | None = None
    poa_why: str = ""
    rank: int = 0
    why: str = ""


def propose_set(release: SearchableRelease, evidence: Sequence[CodeEvidence], setting: str) -> list[SetCode]:
    """The set, principal candidates first. Symptoms stand where nothing explains them, or where they are concluded.

    Sources: ICD-10-CM Official Guidelines II (principal), III, IV.G (first-listed), I.B.4–5 (symptoms), I.A.15 and
    I.C.9.a (conventions), Appendix I (present on admission).
    """
    by_code: dict[str, list[CodeEvidence]] = {}
    for one in evidence:
        by_code.setdefault(code_key(one.code), []).append(one)
    found = [SetCode(_written(release, key), tuple(cited)) for key, cited in by_code.items()]
    found = _without_vaguer(release, found)
    found = _combined(release, found)
    found = _without_symptoms(found)
    if setting == "inpatient":
        found = [_with_poa(code) for code in found]
    return _ranked(found, setting)


def _written(release: SearchableRelease, key: str) -> str:
    number = release.number(key)
    return key if number is None else release.codes([number])[number][0]


def _without_vaguer(release: SearchableRelease, found: list[SetCode]) -> list[SetCode]:
    """An unspecified code gives way to a more specific one of its category: one condition is one code."""
    vague = {code.code: _vagueness(release, code.code) for code in found}
    return [code for code in found if not any(_outdoes(other.code, code.code, vague) for other in found)]


def _outdoes(one: str, other: str, vague: dict[str, int]) -> bool:
    return one[:3] == other[:3] and vague[one] < vague[other]


def _vagueness(release: SearchableRelease, code: str) -> int:
    """How many words of the title say that nothing is said."""
    number = release.number(code)
    title = release.preferred(number).lower() if number is not None else ""
    return sum(title.count(word) for word in ("unspecified", "without complications", "uncomplicated", "not elsewhere"))


def _combined(release: SearchableRelease, found: list[SetCode]) -> list[SetCode]:
    """Pairs the classification presumes linked, as icd10cm_code_set.tsv has them, replaced by their combination."""
    for row in table("icd10cm_code_set.tsv"):
        have = {code.code: code for code in found}
        parts = [_first(have, stem) for stem in row["together"].split("+")]
        if not all(parts) or any(_first(have, stem) for stem in row["unless"].split()):
            continue
        replaced = parts[0]
        assert replaced is not None  # noqa: S101 (all() has looked)
        cited = tuple(dict.fromkeys(one for part in parts if part for one in part.evidence))
        number = release.number(row["becomes"])
        if number is not None:
            made = SetCode(_written(release, row["becomes"]), cited, why=row["why"])
            found = [made if code is replaced else code for code in found]
            drop = {part.code for stem, part in zip(row["together"].split("+"), parts, strict=True) if part} & set(
                row["drops"].split()
            )
            found = [code for code in found if code.code not in drop]
    return found


def _first(have: dict[str, SetCode], stem: str) -> SetCode | None:
    """The first code that begins with one of these stems, which are joined by |."""
    stems = tuple(stem.split("|"))
    return next((code for name, code in have.items() if name.startswith(stems)), None)


def _without_symptoms(found: list[SetCode]) -> list[SetCode]:
    """Signs and symptoms go where a diagnosis is established, unless somebody concluded them too (I.B.4, I.B.5).

    A chronic condition beside them explains nothing.
    """
    explained = any(_is_diagnosis(code.code) and not _is_chronic(code.code) for code in found)
    return [code for code in found if not (explained and _is_symptom(code.code) and not _is_concluded(code))]


def _is_symptom(code: str) -> bool:
    return code.startswith(("R", "M54.5", "M25.5", "M79.6", "M79.8")) and not code.startswith(("R65", "R73"))


def _is_diagnosis(code: str) -> bool:
    return not _is_symptom(code) and not code.startswith("Z")


def _is_chronic(code: str) -> bool:
    return any(rule.key == "chronic" and rule.is_of(code_key(code)) for rule in rules())


def _is_concluded(code: SetCode) -> bool:
    return any(one.section in _CONCLUDED for one in code.evidence)


def _with_poa(code: SetCode) -> SetCode:
    """The default of present on admission: by the class of the code, then by what the sentences and sections say."""
    key = code_key(code.code)
    if any(a <= key[: len(a)] and key[: len(b)] <= b for a, b in _exempt()):
        return replace(code, poa="exempt", poa_why="exempt from reporting (Appendix I)")
    first = min(code.evidence, key=lambda one: (one.note, one.place))
    if any(_ON_ARRIVAL.search(one.sentence) for one in code.evidence):
        return replace(code, poa="Y", poa_why="said to be there on arrival")
    if first.note == 0 or first.section in _BEFORE:
        return replace(code, poa="Y", poa_why="in the first note or the history")
    if any(_IN_HOSPITAL.search(one.sentence) or _NEW.search(one.sentence) for one in code.evidence):
        return replace(code, poa="N", poa_why="said to have come up during the stay, or new in a later note")
    if any(one.kind.startswith(_LAST_WORD) and one.section in _CONCLUDED for one in code.evidence):
        return replace(code, poa="Y", poa_why="a final diagnosis, and nothing says that it came up during the stay")
    return replace(code, poa="U", poa_why="first in a later note, which does not say since when")


def _exempt() -> list[tuple[str, str]]:
    return [(row["first"], row["last"]) for row in table("icd10cm_poa_exempt.tsv")]


def _ranked(found: list[SetCode], setting: str) -> list[SetCode]:
    """Candidates for the principal or first-listed diagnosis in order, with the reason; then the rest in text order."""
    eligible = [code for code in found if _may_lead(code)] or [code for code in found if not code.code.startswith("Z")]
    ordered = sorted(eligible, key=lambda code: _standing(code, setting))
    made = [
        replace(code, rank=rank, why="; ".join(part for part in (code.why, _reason(code, setting)) if part))
        for rank, code in enumerate(ordered, 1)
    ]
    rest = [code for code in found if code not in eligible]
    return made + sorted(rest, key=lambda code: min((one.note, one.place) for one in code.evidence))


# Codes that never stand first: conditions of an underlying disease, severity, what came up in hospital.
_NEVER_FIRST = ("R65", "N18", "D63", "I85.1", "Z", "F17.2")


def _may_lead(code: SetCode) -> bool:
    return code.poa != "N" and not code.code.startswith(_NEVER_FIRST)


def _standing(code: SetCode, setting: str) -> tuple[int, int, int, int, bool]:
    """What puts one before another: sequencing rules, the final diagnoses in their order, then the first note's."""
    said = [one for one in code.evidence if one.section in _CONCLUDED]
    final = [one for one in said if one.kind.startswith(_LAST_WORD)]
    lead = min(final or said or code.evidence, key=lambda one: (0 if final else one.note, one.place))
    group = 0 if final else 1 if said else 2
    by_rule = 0 if code.code.startswith(("A40", "A41", "O", "T36", "T4")) else 1
    follows = code.code.startswith(("I50", "N18"))  # I11, I13, E11.22 name them, and stand before them
    return (by_rule, group, lead.note if setting != "inpatient" else 0, lead.place, follows)


def _reason(code: SetCode, setting: str) -> str:
    lead = "principal" if setting == "inpatient" else "first-listed"
    if code.code.startswith(("A40", "A41")):
        return f"{lead}: sepsis present on admission stands first (I.C.1.d.4)"
    said = [one for one in code.evidence if one.section in _CONCLUDED]
    if any(one.kind.startswith(_LAST_WORD) for one in said):
        return f"{lead} candidate: among the final diagnoses, by their order (II)"
    if said:
        return f"{lead} candidate: concluded in an assessment (II, IV.G)"
    return f"{lead} candidate: nothing was concluded, by its place in the notes (II.A)"
