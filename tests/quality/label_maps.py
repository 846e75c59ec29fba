"""Which label of which public set is which of ours, each with its reason: `label_maps.tsv`."""

import csv
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_suffix(".tsv")


@cache
def rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def label_map(name):
    """The mapping of one set, as a function; a label the table leaves out is none of ours ("")."""
    known = {row["theirs"]: row["ours"] for row in rows() if row["set"] == name}
    return lambda label: known.get(label, "")
