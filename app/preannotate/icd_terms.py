"""Names of diseases and symptoms in ICD-10-CM, turned from headings of a table into words of a note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version as installed_version

from app.preannotate.gazetteer import Term

RELEASE = "2026-04"  # bundled with simple-icd-10-cm 1.5.0
_LONGEST = 6  # words
_SHORTEST = 5  # letters
_NOTE = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_TAIL = re.compile(
    r"(?:,? (?:not elsewhere classified|unspecified|unspecified site|site unspecified|of unspecified site|"
    r"unspecified organism|NOS|NEC|initial encounter|subsequent encounter|sequela|without complications?|"
    r"uncomplicated))+$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^(?:Other and unspecified|Unspecified) ", re.IGNORECASE)
_NO_TERM = re.compile(
    r"\b(?:other|unspecified|classified|specified|elsewhere|encounter|NOS|NEC|due to|with|"
    r"without|not|and/or)\b|\d\d|[03-9]",
    re.IGNORECASE,
)
_CHAPTERS = re.compile(r"[A-T][0-9]")
# Words that head a category and mean nothing by themselves in a note.
_TOO_GENERAL = frozenset(
    {
        "disease",
        "disorder",
        "injury",
        "neoplasm",
        "other",
        "sequelae",
        "syndrome",
        "burn",
        "complications",
        "pain",
        "symptoms",
        "signs",
        "examination",
        "infection",
        "poisoning",
        "effects",
        "fall",
        "left",
        "right",
        "growth",
        "contact",
        "type",
        "state",
        "family",
        "total",
        "complete",
        "partial",
        "multiple",
        "body",
        "foot",
        "hand",
        "skin",
    }
)


class IcdTerms:
    """Titles, inclusion terms and includes of chapters A to T, as PROBLEM, or SYMPTOM for R00–R69."""

    key = "icd10cm"

    def version(self) -> str:
        return f"simple-icd-10-cm {installed_version('simple-icd-10-cm')} {RELEASE} rules 7"

    def terms(self) -> Iterator[Term]:
        import simple_icd_10_cm as icd  # 1.3 seconds and 185 MB: only when a gazetteer is built

        for code in icd.get_all_codes(with_dots=True):
            if not _CHAPTERS.match(code) or icd.is_block(code) or len(code) > 7:
                continue
            label = "SYMPTOM" if "R00" <= code[:3] <= "R69" else "PROBLEM"
            title = icd.get_description(code)
            codes = (("icd10cm", RELEASE, code, title),)
            for name in (title, *icd.get_inclusion_term(code), *icd.get_includes(code)):
                for term in names_of(name):
                    yield label, term, codes


def names_of(title: str) -> list[str]:
    """How a note may say what a title says; empty for residual classes ("Other …")."""
    bare = _HEAD.sub("", _TAIL.sub("", _NOTE.sub("", title)).strip())
    bare = _TAIL.sub("", bare).strip(" ,")
    if (
        len(bare) < _SHORTEST
        or bare.lower().startswith("multiple ")
        or _NO_TERM.search(bare)
        or bare.lower() in _TOO_GENERAL
    ):
        return []
    names = [bare]
    before, comma, after = bare.partition(", ")
    if comma and "," not in after and len(after.split()) <= 2:
        names = [f"{after} {before}"]  # "Anemia, aplastic"
    elif comma:
        return []
    return [name for name in names if len(name.split()) <= _LONGEST]
