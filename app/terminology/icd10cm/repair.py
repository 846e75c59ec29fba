"""Codes as they are mistyped: letters for digits, wrong or missing separators, placeholders and tails."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations

from app.terminology.entry_terms import table
from app.terminology.hits import RepairedCode
from app.terminology.release import ReleaseData
from app.terminology.systems import code_key, display_code

_LOOKALIKE = {"O": "0", "Q": "0", "I": "1", "L": "1", "S": "5", "Z": "2", "B": "8"}
_NAMED = re.compile(r"^\s*(?:icd[\s-]*10(?:[\s-]*cm)?|dx|code)[\s:]+(?=[A-Za-z])", re.I)
# Three characters of a category together, then what belongs to it; "L4-5" and "T2 DM" are no codes.
_WHOLE = re.compile(r"^([A-Za-z][0-9OQILSZBoqilszb][0-9A-Za-z])([\s.,;:/_–-]*[0-9A-Za-z]{0,5}){0,3}[\s.,;:/_–-]*$")
_BEGIN = re.compile(r"^([A-Za-z][0-9][0-9A-Za-z](?:\.[0-9A-Za-z]{1,4}|[0-9]{1,4}[0-9A-Za-z]{0,3}))\s+\D")


def repair(release: ReleaseData, query: str) -> RepairedCode | None:
    """The code meant by a query that is a mistyped code; None where it is right, or no code at all."""
    key, spaced = _typed(release, query)
    if not key or key in retired_codes():
        return None
    if (found := _known(release, key)) is not None:
        return None if query.strip() == found else RepairedCode(found, f"read as {found}")
    if _begins(release, key):
        return None
    shown = display_code("icd10cm", key)
    meant = _with_digits(release, key) or with_placeholder(release, key)
    if meant is not None:
        code = display_code("icd10cm", meant)
        return RepairedCode(code, f"{shown} is not a code; read as {code}")
    shorter = next((c for n in range(len(key) - 1, 2, -1) if (c := _known(release, key[:n]))), None)
    if spaced or shorter is None or not re.fullmatch(r"[A-Z]\d[0-9AB]\d*[0-9A-Z]*", key):
        return None
    return RepairedCode(shorter, f"{shown} is not a code; the nearest that is: {shorter}")


def _typed(release: ReleaseData, query: str) -> tuple[str, bool]:
    """The letters and digits of a query that is a code, perhaps with words after it, and whether it has spaces."""
    typed = _NAMED.sub("", query).strip()
    begins = _BEGIN.match(typed)
    if begins and _known(release, code_key(begins.group(1))):
        typed = begins.group(1)
    elif not _WHOLE.match(typed):
        return "", False
    key = re.sub(r"[^0-9A-Z]", "", typed.upper())
    return (key if len(key) >= 3 and re.search(r"\d", key) else ""), " " in typed


def _known(release: ReleaseData, key: str) -> str | None:
    number = release.number(key) if len(key) >= 3 else None
    return None if number is None else release.codes([number])[number][0]


def _begins(release: ReleaseData, key: str) -> bool:
    """Whether codes begin so: somebody is still typing one."""
    return bool(release.query("SELECT 1 FROM concept WHERE key > ? AND key < ? LIMIT 1", (key, key + "~")))


def _with_digits(release: ReleaseData, key: str) -> str | None:
    """The code that fewest look-alike letters read as digits make: `J96O1` → `J9601`."""
    places = [at for at in range(1, len(key)) if key[at] in _LOOKALIKE]
    for count in range(1, min(len(places), 4) + 1):
        for chosen in combinations(places, count):
            made = "".join(_LOOKALIKE[c] if at in chosen else c for at, c in enumerate(key))
            if _known(release, made):
                return made
            if len(made) > 3 and (meant := with_placeholder(release, made)):
                return meant
    return None


def with_placeholder(release: ReleaseData, code: str) -> str | None:
    """The code somebody meant who left out or misplaced X: `T3601A` → `T360X1A`, `T07XXXXD` → `T07XXXD`."""
    bare = code[:3] + code[3:].replace("X", "")
    for places in combinations(range(3, 7), max(0, 7 - len(bare))):
        made, rest = "", list(bare)
        for at in range(7):
            made += "X" if at in places else rest.pop(0) if rest else ""
        number = release.number(made) if len(made) == 7 and made != code else None
        if number is not None and release.codes([number])[number][1]:
            return made
    return None


@lru_cache(maxsize=1)
def retired_codes() -> frozenset[str]:
    """Codes that used to be billable: who types one wants what stands for it now."""
    return frozenset(code_key(row["code"]) for row in table("icd10cm_retired.tsv"))
