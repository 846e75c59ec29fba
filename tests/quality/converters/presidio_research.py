"""presidio-research: a JSON list of texts with exact spans."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Synthetic:
    """A text with its spans as (start, end, type of the set)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def read_synthetic(path):
    for row in json.loads(path.read_text(encoding="utf-8")):
        spans = [(s["start_position"], s["end_position"], s["entity_type"]) for s in row["spans"]]
        yield Synthetic(row["full_text"], tuple(sorted(spans)))
