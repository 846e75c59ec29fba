"""SPL ADR: drug-label sections with reactions as [words, preferred term, code, …, start, length], gzipped JSON."""

import gzip
import json
import re

from app.tagging.evaluation.gold import GoldDocument, GoldEntity

REACTION = "AdverseReaction"


def read_sections(path, label_of):
    """Gold documents; a reaction whose offsets do not show its words is a problem of its document."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = json.load(file)
    for row in rows:
        yield section(row, label_of)


def section(row, label_of):
    text, entities, problems = row["section_text"], [], []
    for place, reaction in enumerate(row["adverse_events"]):
        words, start = reaction[0], reaction[-2]
        pattern = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
        found = None if start != start else pattern.match(text, int(start))  # NaN: not located
        if not found or not words.strip():
            problems.append(f"reaction {place}: the offsets do not show it")
            continue
        entities.append(GoldEntity(*found.span(), label_of(REACTION), [list(found.span())]))
    return GoldDocument(str(row["label_id"]), text, entities, [], problems)
