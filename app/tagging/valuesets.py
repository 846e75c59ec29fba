"""Reads the curated tables under `ontologies/valuesets/`; each row carries its reason."""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from pathlib import Path

from app.core.errors import Invalid
from app.tagging.reading.words import normal

#: label of rows of `abbreviations.tsv` that say what a query may mean, where that is more than what notes are tagged by
QUERY = "QUERY"
FOLDER = Path(__file__).parents[2] / "ontologies" / "valuesets"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of ``<name>.tsv`` as dictionaries. Raises Invalid naming a short line or one without reason."""
    path = FOLDER / f"{name}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        found = tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for line, row in enumerate(found, start=2):
        if None in row.values() or None in row or not row.get("reason"):
            raise Invalid("bad-value-set", f"{path.name} line {line}: a field or its reason is missing")
    return found


@cache
def word_set(name: str) -> frozenset[str]:
    """The words of a table with the column ``word``, in normal form."""
    return frozenset(normal(row["word"]) for row in rows(name))


@cache
def valuesets_digest() -> str:
    """Hex SHA-256 over all tables, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.tsv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
