"""Codes that only add to others: never first, never alone; causes in the episode of their injury; severe sepsis."""

from __future__ import annotations

from collections.abc import Iterator

from app.terminology.coding_rules.case import ERROR, GUIDELINES, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import shown
from app.terminology.entry_terms import table


class SecondaryOnly:
    """Codes of the table are reported with what they belong to, never first."""

    key = "secondary_only"
    title = "Secondary codes first or alone"
    source = f"{GUIDELINES} I.B.14, I.C.21.c"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for at, code in enumerate(case.codes):
            for row in table("icd10cm_secondary_only.tsv"):
                first, last = row["first"], row["last"]
                if not (first <= code[: len(first)] and code[: len(last)] <= last):
                    continue
                wanted = tuple(filter(None, row["with"].split("|")))
                alone = not any(other.startswith(wanted) for other in case.codes if other != code) if wanted else False
                if at == 0 or alone:
                    place = "is never first-listed" if at == 0 else f"needs one of {', '.join(wanted)} beside it"
                    yield Finding(
                        self.key, WARNING, [shown(code)], f"{shown(code)} ({row['what']}) {place}", row["source"]
                    )
                break


class EpisodeOfCause:
    """The external cause has the 7th character of the injury; place and activity are said once, at first."""

    key = "cause_episode"
    title = "Episode of the external cause against that of the injury"
    source = f"{GUIDELINES} I.C.20.a.2, I.C.20.b, I.C.20.c"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        injuries = [c for c in case.codes if c[0] in "ST" and len(c) == 7]
        if not injuries:
            return
        episodes = {_episode(c) for c in injuries}
        for code in case.codes:
            if code[0] in "VWXY" and len(code) == 7 and _episode(code) not in episodes:
                message = f"{shown(code)} is of another episode than the injury ({', '.join(sorted(episodes))})"
                yield Finding(self.key, WARNING, [shown(code), *map(shown, injuries)], message, self.source)
            elif code.startswith(("Y92", "Y93", "Y99")) and "initial" not in episodes:
                message = f"{shown(code)}: place, activity and status are coded once, at the initial encounter"
                yield Finding(self.key, WARNING, [shown(code)], message, self.source)


def _episode(code: str) -> str:
    """Initial (A, B, C: active treatment), subsequent or sequela, by the 7th character (I.C.19.a)."""
    return {"A": "initial", "B": "initial", "C": "initial", "S": "sequela"}.get(code[-1], "subsequent")


class SevereSepsis:
    """R65.2- names how severe a sepsis is: it follows the infection and is never first."""

    key = "severe_sepsis"
    title = "Severe sepsis with its infection"
    source = f"{GUIDELINES} I.C.1.d.1.b, I.C.1.d.4"
    _INFECTIONS = (
        *("A", "B", "J", "N", "P36", "U071", "T802", "T814", "T880"),
        *("O0337", "O0387", "O0487", "O0737", "O0882", "O753", "O85"),
    )

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        for at, code in enumerate(case.codes):
            if not code.startswith("R652"):
                continue
            if at == 0:
                message = f"{shown(code)} is never first-listed: the systemic infection comes before it"
                yield Finding(self.key, ERROR, [shown(code)], message, self.source)
            elif not any(other.startswith(self._INFECTIONS) for other in case.codes[:at]):
                message = f"{shown(code)} without a code of the underlying infection before it"
                yield Finding(self.key, WARNING, [shown(code)], message, self.source)
