"""An engine over every text of the public data: `python -m tests.every_text [deid]` names what it stops at."""

from __future__ import annotations

import gzip
import random
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from app.deidentify.engine import SourceText, deidentify_subject
from app.deidentify.policy import Policy
from app.factory import compose
from app.privacy.engines import full_engine
from app.tagging.annotate import annotate_note
from tests.public_data import DATA

LARGEST = 6_000_000  # bytes of a file that is read whole
LONGEST = 2_000_000  # characters that are tagged of it


def texts(sample: int | None = None) -> Iterator[tuple[Path, str]]:
    """Every file that is text, as it stands; with `sample` so many of the small ones, the same each time."""
    files = [path for path in sorted(DATA.rglob("*")) if path.is_file() and path.stat().st_size <= LARGEST]
    if sample is not None:
        small = [path for path in files if path.stat().st_size < 20_000]
        files = random.Random(4).sample(small, min(sample, len(small)))
    for path in files:
        raw = path.read_bytes()
        try:
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if text.strip() and "\0" not in text:
            yield path, text[:LONGEST]


def what_is_wrong(text: str) -> str:
    """The error the engine stops with, or offsets that do not hold what they quote; "" where all is well."""
    try:
        said = annotate_note(text, [], None)
    except Exception as error:
        return repr(type(error))
    spans = [(e.start, e.end) for e in said.entities]
    cues = [b for e in said.entities for b in e.because if "cue" in b and b.get("category") != "section"]
    if not all(0 <= start < end <= len(text) for start, end in spans):
        return "an entity outside the text"
    return "" if all(text[b["start"] : b["end"]] == b["cue"] for b in cues) else "a cue that does not stand there"


def what_deid_does_wrong(text: str) -> str:
    """The error de-identification stops with, or spans that overlap or lie outside; "" where all is well."""
    policy = Policy(mode="surrogate", dates="shift", date_order="dmy")
    try:
        (made,) = deidentify_subject([SourceText("1", text)], policy, key=b"k" * 32, engine=full_engine(), subject="s")
    except Exception as error:
        return repr(error)[:80]
    places = [(s.start, s.end) for s in made.spans]
    ordered = all(a[1] <= b[0] for a, b in pairwise(places))
    inside = all(0 <= start < end <= len(text) for start, end in places)
    return "" if ordered and inside else "spans that overlap or lie outside the text"


def main() -> None:
    compose()
    check = what_deid_does_wrong if "deid" in sys.argv[1:] else what_is_wrong
    read = wrong = 0
    for path, text in texts():
        read += 1
        if said := check(text):
            wrong += 1
            print(path.relative_to(DATA), said)
    print(f"{read} texts, {wrong} with an error")


if __name__ == "__main__":
    main()
