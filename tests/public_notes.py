"""Public notes kept beside the repository, and our marks of twenty of them."""

import csv
import functools
from pathlib import Path

from tests.public_data import DATA

MARKS = Path(__file__).parent / "data" / "suggestions" / "read_notes.tsv"
# File → which rows are notes worth reading: the others are empty or a line long.
SHORTEST = 200
SETS = ("notes/mtsamples_100.csv", "notes/aci_bench/valid.csv", "notes/mts_dialog/MTS-Dialog-ValidationSet.csv")


@functools.cache
def notes_of(relative):
    """Note id → text of one file."""
    path = DATA / relative
    with path.open(encoding="utf-8", newline="") as file:
        if "mtsamples" in relative:
            return {str(n): row[4] for n, row in enumerate(csv.reader(file)) if len(row) > 4}
        rows = list(csv.DictReader(file))
    if "aci_bench" in relative:
        return {str(n): row["note"] for n, row in enumerate(rows)}
    return {row["ID"]: row["section_text"] for row in rows}


def marks():
    """(file, note) → [(start, end, label, flags)], as read."""
    lines = [line for line in MARKS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    found = {}
    for row in csv.DictReader(lines, delimiter="\t"):
        place = (int(row["start"]), int(row["end"]), row["label"], row["flags"] or "")
        found.setdefault((row["set"], row["note"]), []).append(place)
    return found
