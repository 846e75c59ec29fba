"""Names of medicines, from the curated table of drugs, and short forms of the ward that look like people' names."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known, lexicon

TABLE = Path(__file__).parents[3] / "ontologies" / "valuesets" / "drugs.tsv"
_SHORT = 3  # letters
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORT_FORM = re.compile(r"Ig[ADEGM]|Hosp|Pharm|Rehab|Hgb|Hct|Plt|Creat|Gluc")


@lru_cache(maxsize=1)
def medicine_words() -> frozenset[str]:
    """Lower-case words of the names of medicines that no list of people's names holds."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        terms = [row["term"].lower() for row in rows if row["kind"] == "drug"]
    words = {part for term in terms for part in _WORD.findall(term) if len(part) > _SHORT}
    return frozenset(word for word in words if not _is_people(word))


def is_medicine(text: str) -> bool:
    """Whether a text is the name of a medicine, among plain words at most, or such a short form."""
    if _SHORT_FORM.fullmatch(text):
        return True
    known = medicine_words()
    rest = [word for word in _TOKEN.findall(text) if not {*_WORD.findall(word.lower())} & known]
    return len(rest) < len(_TOKEN.findall(text)) and all(map(_is_plain, rest))


def _is_plain(word: str) -> bool:
    """ "and", "Started": nothing that people are called."""
    lower = word.lower()
    return not _is_people(lower) and (
        word.islower() or lower in RUNNING or bool(lexicon().get(lower, 0) & Known.ORDINARY)
    )


def _is_people(word: str) -> bool:
    return bool(lexicon().get(word, 0) & (Known.FIRST | Known.LAST))
