"""Words people use that stand in no title: entry terms of ours, from `ontologies/`, added to a release."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from app.core.digest import sha256
from app.core.errors import Invalid
from app.terminology.rows import INDEX, MemberRow, ReleaseRow, TermRow

ONTOLOGIES = Path(__file__).resolve().parents[2] / "ontologies"

# Tables of entry terms by system; a phrase may be written for several codes.
_TABLES = {"icd10cm": ("icd10cm_entry_terms.tsv", "icd10cm_drugs.tsv", "icd10cm_neoplasms.tsv", "value_sets.tsv")}


@lru_cache(maxsize=32)
def table(name: str) -> list[dict[str, str]]:
    """Rows of a TSV in `ontologies/`, by column name; lines that begin with # are comments."""
    path = ONTOLOGIES / name
    with path.open(encoding="utf-8", newline="") as handle:
        lines = [line for line in handle if line.strip() and not line.startswith("#")]
    found = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise Invalid("bad-table", f"{name}: row {number} has another number of columns than the header")
    return found


def entry_sources(system: str) -> list[dict[str, str]]:
    """Name and SHA-256 of every table that goes into a release of this system."""
    return [
        {"name": f"ontologies/{name}", "sha256": sha256((ONTOLOGIES / name).read_bytes())}
        for name in _TABLES.get(system, ())
    ]


def entry_rows(system: str, has: Callable[[str], bool]) -> Iterator[ReleaseRow]:
    """Entry terms for codes the release has; others are left out, since tables serve many releases."""
    for phrase, code, where in entry_terms(system):
        if has(code):
            yield TermRow(code, phrase, where, INDEX)
    for row in table("value_sets.tsv"):
        if row["system"] == system and has(row["code"]):
            yield MemberRow(row["code"], row["value_set"], "value_sets.tsv", row["why"])


def entry_terms(system: str) -> Iterator[tuple[str, str, str]]:
    """(phrase, code, table) of every entry term; codes may be stems that the query narrows."""
    if system != "icd10cm":
        return
    for row in table("icd10cm_entry_terms.tsv"):
        for phrase in row["phrases"].split("|"):
            yield phrase.strip(), row["code"], "icd10cm_entry_terms.tsv"
    for row in table("icd10cm_drugs.tsv"):
        yield from _drug_terms(row)
    for row in table("icd10cm_neoplasms.tsv"):
        yield from _neoplasm_terms(row)


_POISONING = ("poisoning", "overdose", "adverse effect", "toxicity", "underdosing")


def _drug_terms(row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each drug by each of its names: T36–T50 stem, long-term use (Z79), allergy status (Z88, Z91.0)."""
    for name in (n.strip() for n in row["names"].split("|")):
        for wording in _POISONING:
            yield f"{name} {wording}", row["poisoning"], "icd10cm_drugs.tsv"
        if row["long_term"]:
            for wording in (f"on {name}", f"long term {name} use", f"{name} therapy"):
                yield wording, row["long_term"], "icd10cm_drugs.tsv"
        if row["allergy"]:
            for wording in (f"{name} allergy", f"allergic to {name}", f"allergy status to {name}"):
                yield wording, row["allergy"], "icd10cm_drugs.tsv"


_BEHAVIOUR = {
    "primary": ("{} cancer", "{} carcinoma", "malignant {} tumor"),
    "secondary": ("{} metastasis", "metastatic cancer to {}", "secondary {} cancer", "metastasis to {}"),
    "in_situ": ("{} carcinoma in situ", "in situ {} cancer"),
    "benign": ("benign {} tumor", "benign {} neoplasm", "{} adenoma"),
    "uncertain": ("{} neoplasm uncertain behavior", "{} tumor uncertain behavior"),
    "unspecified": ("{} mass neoplasm", "{} neoplasm", "{} tumor"),
    "history": ("history of {} cancer", "personal history of {} cancer", "{} cancer survivor"),
    "family": ("family history of {} cancer",),
}


def _neoplasm_terms(row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each site by each of its names and behaviours, as the Neoplasm Table has it."""
    for site in (s.strip() for s in row["sites"].split("|")):
        for behaviour, wordings in _BEHAVIOUR.items():
            if row[behaviour]:
                for wording in wordings:
                    yield wording.format(site), row[behaviour], "icd10cm_neoplasms.tsv"
