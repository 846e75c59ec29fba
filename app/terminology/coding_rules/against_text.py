"""Codes against what the note says: side, and how the finding was asserted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.terminology.coding_rules.case import GUIDELINES, HINT, NOT_ASSESSED, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import shown
from app.terminology.entry_terms import table

_SIDES = {
    "right": re.compile(r"\b(right|rt|r)\b", re.I),
    "left": re.compile(r"\b(left|lt|l)\b", re.I),
    "bilateral": re.compile(r"\b(bilateral(ly)?|both|b/l|bilat)\b", re.I),
}


def sides(text: str) -> set[str]:
    """The sides a text names; both sides named is bilateral too."""
    found = {side for side, pattern in _SIDES.items() if pattern.search(text)}
    return found | {"bilateral"} if {"right", "left"} <= found else found


class Laterality:
    """The side in the code's title against the side in the words it was coded from."""

    key = "laterality"
    title = "Side of the code against the text"
    source = f"{GUIDELINES} I.B.13"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for code, number in case.known():
            assert case.release is not None  # noqa: S101 (known() is empty without one)
            said = sides(case.texts.get(code, ""))
            title = case.release.preferred(number).lower()
            coded = {side for side in _SIDES if re.search(rf"\b{side}\b", title)}
            if said and coded and not said & coded:
                yield Finding(
                    self.key,
                    WARNING,
                    [shown(code)],
                    f"the text says {' and '.join(sorted(said))}, the code {' and '.join(sorted(coded))}",
                    self.source,
                )
            elif said and not coded and "unspecified" in title and (better := self._sided(case, number, said)):
                yield Finding(
                    self.key,
                    HINT,
                    [shown(code)],
                    f"the text names the side ({' and '.join(sorted(said))}): {better} is more specific",
                    self.source,
                )

    @staticmethod
    def _sided(case: CheckedEncounter, number: int, said: set[str]) -> str | None:
        """A sibling (or cousin under the next header up) with the side and otherwise the same title."""
        release = case.release
        assert release is not None  # noqa: S101
        title = re.sub(r"\bunspecified\b", "", release.preferred(number).lower()).split()
        parents = release.parents(number)
        family = {
            n
            for p in [*parents, *(g for p in parents for g in release.parents(p))]
            if len(release.descendants(p)) < 200
            for n in release.descendants(p)
        }
        for other in sorted(family):
            words = release.preferred(other).lower()
            named = sides(words)
            bare = re.sub(r"\b(right|left|bilateral|unspecified)\b", "", words).split()
            if named & said and bare == title and release.codes([other])[other][1]:
                return release.codes([other])[other][0]
        return None


class Assertion:
    """Negated, family, past, hypothetical or uncertain findings coded as present."""

    key = "assertion"
    title = "Assertion of the finding against the class of its code"
    source = "assertion by code class (icd10cm_assertion_classes.tsv)"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for code in dict.fromkeys(case.codes):
            said = read_assertion(case.assertions.get(code, {}))
            for axis in sorted(said - {"uncertain"} - _allowed(code)):
                yield Finding(
                    self.key,
                    WARNING,
                    [shown(code)],
                    f"{_WORDING[axis]}, but {shown(code)} reports it as the patient's present condition",
                    _SOURCES[axis],
                )
            if "uncertain" in said and "uncertain" not in _allowed(code):
                yield from _uncertain(case, code)


_WORDING = {
    "negated": "the note denies it",
    "family": "the note speaks of a relative",
    "historical": "the note speaks of the past",
    "hypothetical": "the note speaks of what might happen",
}
_SOURCES = {
    "negated": f"{GUIDELINES} I.B.14, IV.J: code conditions that exist",
    "family": f"{GUIDELINES} I.C.21.c.4: family history is Z80–Z84",
    "historical": f"{GUIDELINES} I.C.21.c.4, III.A: past conditions are Z85–Z87",
    "hypothetical": f"{GUIDELINES} I.B.11: impending or threatened condition",
}


def read_assertion(value: Mapping[str, Any]) -> set[str]:
    """The five flags, from flags or from axes (polarity, certainty, temporality, experiencer)."""
    said = {flag for flag in ("negated", "uncertain", "historical", "hypothetical", "family") if value.get(flag)}
    said |= {"negated"} if value.get("polarity") == "negated" else set()
    said |= {"uncertain"} if value.get("certainty") in ("probable", "possible", "unlikely", "uncertain") else set()
    said |= {"historical"} if value.get("temporality") in ("past", "historical") else set()
    said |= {"family"} if value.get("experiencer") == "family" else set()
    return said


def _allowed(code: str) -> set[str]:
    """Flags that are what the code itself says: family history under Z80, past under Z86.73 …"""
    return {
        row["flag"]
        for row in table("icd10cm_assertion_classes.tsv")
        if row["first"] <= code[: len(row["first"])]
        and code[: len(row["last"])] <= row["last"]
        and row["flag"] != "confirmed-only"
    }


def _confirmed_only(code: str) -> str | None:
    return next(
        (
            row["why"]
            for row in table("icd10cm_assertion_classes.tsv")
            if row["flag"] == "confirmed-only" and code.startswith(row["first"])
        ),
        None,
    )


def _uncertain(case: CheckedEncounter, code: str) -> Iterator[Finding]:
    """Uncertain diagnoses: as if established for inpatients at discharge, for outpatients the symptom."""
    confirmed = _confirmed_only(code)
    key, name = "uncertain_diagnosis", [shown(code)]
    if confirmed:
        yield Finding(
            key,
            WARNING,
            name,
            f"{shown(code)} is coded only when confirmed: {confirmed}",
            f"{GUIDELINES} II.H, III.C, I.C.1, I.C.10",
        )
    elif case.setting is None:
        yield Finding(
            key,
            NOT_ASSESSED,
            name,
            "uncertain diagnosis and the setting is unknown",
            f"{GUIDELINES} II.H, III.C, IV.H",
        )
    elif case.setting == "inpatient":
        yield Finding(
            key,
            HINT,
            name,
            "uncertain at discharge, coded as if established: right for an inpatient stay",
            f"{GUIDELINES} II.H, III.C",
        )
    else:
        yield Finding(
            key,
            WARNING,
            name,
            "an uncertain diagnosis is not coded for outpatients; code the sign or symptom",
            f"{GUIDELINES} IV.H",
        )
