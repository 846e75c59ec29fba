"""Builds `readings.tsv`: which words have an everyday or a clinical reading, each row with its source, and who is called so.

Sources are public domain or permissive; `sources.tsv` names each with its licence and where it was taken from.
"""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.deidentify.lexicon.lists import FOLDER, words

ONTOLOGIES = Path(__file__).parents[3] / "ontologies"
READINGS, PEOPLE = FOLDER / "readings.tsv", FOLDER / "people.tsv"
# The bundled tables and the column that holds their terms.
TABLES = {
    "valuesets/drugs.tsv": "term",
    "valuesets/anatomy.tsv": "term",
    "valuesets/problems.tsv": "term",
    "valuesets/procedures.tsv": "term",
    "valuesets/symptoms.tsv": "term",
    "valuesets/tests.tsv": "term",
    "valuesets/devices.tsv": "term",
    "valuesets/starter.tsv": "term",
    "valuesets/sections.tsv": "title",
    "valuesets/units.tsv": "unit",
}
SCOWL_LISTS = ("english", "american", "british", "british_z", "australian", "canadian")
LARGEST_SCOWL = 70
RAREST_LAST, LEAST_FIRST = 12_000, 0.001
# Per cent from which a word of a term ("Smith fracture") is a person's name and no clinical word of its own.
RARELY_A_NAME = 0.004
# A word is a name before it is a word where so many per cent bear it, by how common the word is (SCOWL's size).
_NAME_FIRST = ((50, 0.008), (35, 0.03), (20, 0.2))
_WORD = re.compile(r"[a-z]{2,}")
_TOKEN = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class People:
    """Share of the people of the 1990 census, in per cent, by last and by first name."""

    last: dict[str, float]
    first: dict[str, float]

    def share(self, word: str) -> float:
        return max(self.last.get(word, 0.0), self.first.get(word, 0.0))


def write(scowl: Path, drugs_at_fda: Path, census: Path, disease_ontology: Path) -> int:
    """Rewrites both files from the sources' own files; returns how many words have a reading."""
    everyday = read_scowl(scowl)
    people = read_census(census, frozenset(everyday))
    rows: dict[str, tuple[str, str]] = {}
    for word in sorted(everyday):
        reading = "name" if _is_name_first(word, everyday[word], people) else "everyday"
        rows[word] = (reading, f"scowl-{everyday[word]}")
    for source, terms in _clinical(drugs_at_fda, disease_ontology):
        for word in sorted(terms):
            if word not in rows and people.share(word) < RARELY_A_NAME:
                rows[word] = ("clinical", source)
    lines = (f"{word}\t{reading}\t{source}\n" for word, (reading, source) in sorted(rows.items()))
    READINGS.write_text("word\treading\tsource\n" + "".join(lines), encoding="utf-8")
    known = sorted(people.last.keys() | people.first.keys())
    shares = (f"{w}\t{people.first.get(w, 0):g}\t{people.last.get(w, 0):g}\tcensus-1990\n" for w in known)
    PEOPLE.write_text("name\tfirst_percent\tlast_percent\tsource\n" + "".join(shares), encoding="utf-8")
    return len(rows)


def read_scowl(folder: Path) -> dict[str, int]:
    """Lower-case word → the smallest of SCOWL's sizes (10 commonest … 70) that holds it."""
    sizes: dict[str, int] = {}
    for path in sorted(folder.glob("*-words.*")):
        variety, size = path.name.split("-")[0], int(path.suffix[1:])
        if variety in SCOWL_LISTS and size <= LARGEST_SCOWL:
            for line in path.read_text(encoding="latin-1").splitlines():
                if _WORD.fullmatch(line) and size < sizes.get(line, LARGEST_SCOWL + 1):
                    sizes[line] = size
    return sizes


def read_census(folder: Path, everyday: frozenset[str] = frozenset()) -> People:
    """The files ``dist.all.last``, ``dist.female.first``, ``dist.male.first``: name, per cent, cumulated, rank.

    A last name that is an everyday word is kept however rare it is: behind a title "Pain" is a name.
    """
    last = {
        row[0].lower(): float(row[1])
        for row in _rows(folder / "dist.all.last")
        if int(row[3]) <= RAREST_LAST or row[0].lower() in everyday
    }
    first: dict[str, float] = {}
    for gender in ("female", "male"):
        for name, share, *_ in _rows(folder / f"dist.{gender}.first"):
            if float(share) >= LEAST_FIRST:
                first[name.lower()] = max(first.get(name.lower(), 0.0), float(share))
    return People(last, first)


def _rows(path: Path) -> Iterator[list[str]]:
    return (line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip())


def _is_name_first(word: str, size: int, people: People) -> bool:
    """Whether a word is, in a note, a name before it is a word: "carol", "dale"; never what lists say is either."""
    if word in words("words_that_are_names_too") or word in words("clinical_words"):
        return False
    return any(size >= least and people.share(word) >= share for least, share in _NAME_FIRST)


def _clinical(drugs_at_fda: Path, disease_ontology: Path) -> Iterator[tuple[str, set[str]]]:
    """(source, words) of each clinical source, the most trusted first."""
    yield "icd10cm", set(words("clinical_words"))
    for name, column in TABLES.items():
        yield Path(name).stem, _tokens(row[column] for row in _table(ONTOLOGIES / name))
    with drugs_at_fda.open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    yield "drugs-at-fda", _tokens(f"{row['DrugName']} {row['ActiveIngredient']}" for row in rows)
    with disease_ontology.open(encoding="utf-8", newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file, delimiter="\t")]
    yield "disease-ontology", {w for label in labels for w in _TOKEN.findall(label) if w.islower()}
    yield "own-brands", set(words("brand_words"))


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _tokens(terms: Iterable[str]) -> set[str]:
    """Lower-case words; a word of another case than the rest says nothing in tables that hold none."""
    return {word for term in terms for word in _TOKEN.findall(term.lower())}
