"""Order and companions: code first, use additional code, poisoning before manifestation, never first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.terminology.coding_rules.case import ERROR, GUIDELINES, HINT, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import notes_above, references, refers_to, shown

# Notes that hold only where there is such a thing; lists of causes ("… due to …") name what may apply.
_OPTIONAL = re.compile(r"\bif (?:applicable|known|present)\b|\bsuch as\b|\bany associated\b")


class CodeFirst:
    """Manifestations and other codes with a "code first" note come after what causes them."""

    key = "code_first"
    title = "Code first the underlying condition"
    source = f"{GUIDELINES} I.A.13, I.A.17"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for code, number in case.known():
            assert case.release is not None  # noqa: S101 (known() is empty without one)
            at = case.codes.index(code)
            manifestation = "classified elsewhere" in case.release.preferred(number).lower()
            notes = [text for _, text in notes_above(case.release, number, "code_first")]
            if drug_intent(code) or not (notes or manifestation):
                continue  # T36–T50 have a rule of their own
            before = any(refers_to(text, other) for text in notes for other in case.codes[:at])
            after = any(refers_to(text, other) for text in notes for other in case.codes[at + 1 :])
            said = "; ".join(note.lstrip(", ") for note in notes)
            if after and not before:
                yield Finding(
                    self.key,
                    WARNING,
                    [shown(code)],
                    f"{shown(code)} stands before what is coded first: {said}",
                    self.source,
                )
            elif manifestation and at == 0:
                yield Finding(
                    self.key,
                    ERROR,
                    [shown(code)],
                    f"{shown(code)} is a manifestation and is never first-listed",
                    self.source,
                )
            elif not before and (at == 0 or any(references(text) for text in notes)):
                optional = bool(_OPTIONAL.search(said)) or "underlying" not in said
                yield Finding(
                    self.key,
                    HINT if optional or at else WARNING,
                    [shown(code)],
                    f"code first for {shown(code)}: {said}",
                    self.source,
                )


class UseAdditional:
    """Notes "use additional code" none of whose codes is there: a hint, many hold only if applicable."""

    key = "use_additional"
    title = "Use additional code"
    source = f"{GUIDELINES} I.A.17"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        wanted: dict[int, tuple[str, list[str]]] = {}
        for code, number in case.known():
            assert case.release is not None  # noqa: S101 (known() is empty without one)
            for holder, text in notes_above(case.release, number, "use_additional"):
                # Chapter and block notes apply to nearly every code; repeating them helps nobody.
                if case.release.codes([holder])[holder][3] not in ("chapter", "section") and references(text):
                    wanted.setdefault(holder, (code, []))[1].append(text)
        for code, texts in wanted.values():
            if not any(refers_to(text, other) for text in texts for other in case.codes):
                what = "; ".join(dict.fromkeys(text.lstrip(", ") for text in texts))
                yield Finding(
                    self.key,
                    HINT,
                    [shown(code)],
                    f"with {shown(code)}, where it applies: {what}",
                    self.source,
                )


class DrugSequence:
    """Adverse effect: the reaction first. Poisoning: the T code first. Underdosing: never first."""

    key = "drug_sequence"
    title = "Order of adverse effect, poisoning and underdosing codes"
    source = f"{GUIDELINES} I.C.19.e.5"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for at, code in enumerate(case.codes):
            kind = drug_intent(code)
            if kind == "adverse effect" and at == 0:
                yield Finding(
                    self.key,
                    WARNING,
                    [shown(code)],
                    "adverse effect: the nature of the effect is coded first, then T36–T50",
                    f"{self.source}.a",
                )
            elif kind == "underdosing" and at == 0:
                yield Finding(
                    self.key,
                    ERROR,
                    [shown(code)],
                    "underdosing is never the principal or first-listed code",
                    f"{self.source}.c",
                )
            elif kind == "poisoning" and at > 0 and drug_intent(case.codes[0]) != "poisoning":
                yield Finding(
                    self.key,
                    WARNING,
                    [shown(code), shown(case.codes[0])],
                    "poisoning: the T code is sequenced first, its manifestations after it",
                    f"{self.source}.b",
                )


def drug_intent(code: str) -> str:
    """adverse effect, underdosing or poisoning for T36–T50 (by the 5th or 6th character), else empty."""
    if not re.fullmatch(r"T(3[6-9]|4\d|50)[0-9A-Z]{3,4}", code):
        return ""
    # Where the drug takes two characters the intent is the 6th, else the 5th stands for unspecified drugs.
    intent = code[5:6] if len(code) >= 6 and code[5:6].isdigit() else code[4:5]
    return {"5": "adverse effect", "6": "underdosing"}.get(intent, "poisoning")


class NeverFirst:
    """External causes only say how an injury came about."""

    key = "never_first"
    title = "External cause codes are never first"
    source = f"{GUIDELINES} I.C.20.a.6"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        if case.codes and case.codes[0][0] in "VWXY":
            yield Finding(
                self.key,
                ERROR,
                [shown(case.codes[0])],
                "an external cause code is never principal or first-listed",
                self.source,
            )
