"""Code systems by key: the spellings people use, and how a code is written."""

from __future__ import annotations

import re

# Spelling without case, spaces and punctuation → key.
_SPELLINGS = {
    "icd10cm": "icd10cm",
    "icd10cmtabular": "icd10cm",
    "cm": "icd10cm",
    "icd10pcs": "icd10pcs",
    "pcs": "icd10pcs",
    "icd10": "icd10",
    "icd10who": "icd10",
    "whoicd10": "icd10",
    "icd10cmindex": "icd10cm-index",
    "snomed": "snomed",
    "snomedct": "snomed",
    "sct": "snomed",
    "snomedgps": "snomed-gps",
    "gps": "snomed-gps",
    "rxnorm": "rxnorm",
    "meddra": "meddra",
    "loinc": "loinc",
    "atc": "atc",
    "whodrug": "whodrug",
}
_DOTTED = {"icd10cm", "icd10", "icd10cm-index"}


def system_key(name: str) -> str:
    """The key of a system however it is spelt: `ICD-10-CM` → `icd10cm`; an unknown name keeps its letters."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    return _SPELLINGS.get(bare) or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def code_key(code: str) -> str:
    """What two spellings of one code share: no dot, no spaces, upper case."""
    return re.sub(r"[.\s]", "", code).upper()


def display_code(system: str, key: str) -> str:
    """The code as coders write it: ICD-10 codes carry a dot after the third character."""
    bare = key.strip()
    if system in _DOTTED and re.fullmatch(r"[A-Z][0-9A-Z]{2}[0-9A-Z]{1,4}", bare):
        return f"{bare[:3]}.{bare[3:]}"
    return bare
