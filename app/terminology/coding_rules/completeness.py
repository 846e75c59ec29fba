"""Is each code a code, whole and valid: existence, billable leaf, 7th character, placeholder X, date."""

from __future__ import annotations

from collections.abc import Iterator

from app.terminology.coding_rules.case import ERROR, GUIDELINES, NOT_ASSESSED, CheckedEncounter, Finding
from app.terminology.coding_rules.references import shown
from app.terminology.icd10cm.repair import retired_codes, with_placeholder
from app.terminology.release import ReleaseData

MOST_NAMED = 12


class Exists:
    """A code must be in the release that applies; near misses are named."""

    key = "exists"
    title = "Code exists in the applicable release"
    source = f"{GUIDELINES} I.A.4, I.A.5"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        if case.release is None:
            return
        known = {code for code, _ in case.known()}
        for code in case.codes:
            if code not in known:
                yield Finding(self.key, ERROR, [shown(code)], self._why(case.release, code), self.source)

    def _why(self, release: ReleaseData, code: str) -> str:
        name = f"{shown(code)} is not a code of ICD-10-CM {release.manifest.release}"
        if wrong := _wrong_seventh(release, code):
            return f"{name}: 7th character {code[-1]} is not allowed, these are: {', '.join(wrong)}"
        if meant := with_placeholder(release, code):
            return f"{name}: placeholder X is missing or misplaced; did you mean {shown(meant)}?"
        if code in retired_codes():
            return f"{name}: it was deleted or replaced; search for it to see what stands for it now"
        return name


def _wrong_seventh(release: ReleaseData, code: str) -> list[str]:
    base = release.number(code[:-1].rstrip("X")) if len(code) == 7 else None
    if base is None:
        base = release.number(code[:6]) if len(code) == 7 else None
    return seventh_characters(release, base) if base is not None else []


def seventh_characters(release: ReleaseData, concept: int) -> list[str]:
    """The 7th characters this code takes, as its own extended codes show; empty when it takes none."""
    children = release.children(concept)
    codes = [code.replace(".", "") for code, *_ in release.codes(children).values()] if children else []
    if not codes or any(len(code) != 7 for code in codes):
        return []
    holders = [concept, *release.ancestors(concept)]
    defined = {t.split("=", 1)[0] for h in holders for _, t in release.notes(h, "seven_chr")}
    return sorted(code[-1] for code in codes if code[-1] in defined)


class Billable:
    """Only codes at the highest level of detail may be reported."""

    key = "billable"
    title = "Code is complete (highest number of characters)"
    source = f"{GUIDELINES} I.B.2"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        release = case.release
        for code, number in case.known():
            assert release is not None  # noqa: S101 (known() is empty without one)
            if release.codes([number])[number][1]:
                continue
            allowed = seventh_characters(release, number)
            if allowed:
                yield Finding(
                    "seventh_character",
                    ERROR,
                    [shown(code)],
                    f"{shown(code)} needs a 7th character: {', '.join(allowed)}",
                    f"{GUIDELINES} I.A.5",
                )
            else:
                below = sorted(c for c, *_ in release.codes(release.children(number)).values())
                more = f" and {len(below) - MOST_NAMED} more" if len(below) > MOST_NAMED else ""
                yield Finding(
                    self.key,
                    ERROR,
                    [shown(code)],
                    f"{shown(code)} is a header, not billable; choose from {', '.join(below[:MOST_NAMED])}{more}",
                    self.source,
                )


class Dated:
    """Without a date of service nobody can say which release applies."""

    key = "validity"
    title = "Code is valid on the date of service"
    source = f"{GUIDELINES} introduction: codes in effect on the date of encounter or discharge"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        if not case.dated and case.release is not None:
            window = case.release.manifest
            yield Finding(
                self.key,
                NOT_ASSESSED,
                [shown(c) for c in case.codes],
                f"no date of service: checked against {window.release} "
                f"({window.valid_from} to {window.valid_to or 'open'})",
                self.source,
            )


class Instructed:
    """Rules on notes say nothing about a release that was imported without them."""

    key = "notes"
    title = "The release has its instructional notes"
    source = "tabular list of the release"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        if case.release is not None and not case.release.manifest.counts.get("notes"):
            yield Finding(
                self.key,
                NOT_ASSESSED,
                [shown(c) for c in case.codes],
                f"release {case.release.manifest.release} was imported without its tabular list: "
                "Excludes1, code first, use additional code and 7th characters cannot be judged",
                self.source,
            )
