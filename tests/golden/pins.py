"""Pins on disk: name of a record and SHA-256 of what was said of it; rewritten by `python -m tests.golden`."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "pins"


def digest(said):
    return hashlib.sha256(said.encode()).hexdigest()


def read(name):
    """Name of a record → digest."""
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit("\t", 1) for line in lines)


def write(name, records):
    FOLDER.mkdir(exist_ok=True)
    rows = [f"{record}\t{digest(said)}\n" for record, said in records]
    (FOLDER / f"{name}.tsv").write_text("".join(rows), encoding="utf-8")


def differing(name, records):
    """Names of records that are new, gone, or say something else than was pinned."""
    pinned, said = read(name), {record: digest(text) for record, text in records}
    return sorted(key for key in pinned.keys() | said.keys() if pinned.get(key) != said.get(key))


def same_version_says_otherwise(name, records):
    """Whether a version that is pinned said something else then."""
    if not (FOLDER / f"{name}.tsv").exists():
        return False
    pinned = read(name)
    return any(record in pinned and pinned[record] != digest(said) for record, said in records)
