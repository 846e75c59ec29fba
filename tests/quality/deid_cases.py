"""Our own hostile texts for de-identification: names that are words, words that are names, texts where nothing may go.

A row of `tests/data/cases/deid_*.tsv` is a kind and a text; braces mark what identifies somebody, `\\n` a new line.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "cases"
# What damages a text where it stands for a plain word; dates and ages are measured by sets of their own.
DAMAGING = frozenset({"NAME", "ORGANIZATION", "LOCATION", "ID"})


@dataclass(frozen=True)
class Case:
    kind: str
    text: str
    gold: tuple[tuple[int, int], ...]


def read_cases(name):
    """The rows of one file, with the places of what is marked."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [_case(row["kind"], row["text"].replace("\\n", "\n")) for row in rows]


def _case(kind, marked):
    places, text, start = [], "", 0
    for piece in re.split(r"([{}])", marked):
        if piece == "{":
            start = len(text)
        elif piece == "}":
            places.append((start, len(text)))
        else:
            text += piece
    return Case(kind, text, tuple(places))


def covered(text, spans, start, end):
    """Whether every letter and digit from start to end lies in a span."""
    inside = {place for a, b in spans for place in range(max(a, start), min(b, end))}
    return all(place in inside or not text[place].isalnum() for place in range(start, end))


def names_removed(cases, found):
    """(removed whole, all) of the marked names; `found` are the spans of each case."""
    hits = [
        covered(case.text, [(s.start, s.end) for s in spans], a, b)
        for case, spans in zip(cases, found, strict=True)
        for a, b in case.gold
    ]
    return sum(hits), len(hits)


def wrong_spans(case, spans):
    """What was taken for a name, place, organisation or number and is marked as none."""
    return [s for s in spans if s.type in DAMAGING and not any(s.start < b and a < s.end for a, b in case.gold)]


def texts_kept(cases, found):
    """(texts without a wrong span, all)."""
    return sum(not wrong_spans(c, s) for c, s in zip(cases, found, strict=True)), len(cases)
