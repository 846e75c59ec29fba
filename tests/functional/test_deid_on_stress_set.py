"""Sixty-four documents of many note types, in constructions no training frame holds, written for this project."""

import json
from pathlib import Path

import pytest

from app.deidentify.note import Note
from app.factory import compose
from app.privacy.engines import full_engine

GOLD = Path(__file__).parents[1] / "data" / "deid_stress.jsonl"
pytestmark = pytest.mark.rare


@pytest.fixture(scope="module")
def covered():
    """(type, whether every letter and digit of the identifier is removed) of all gold spans."""
    compose()
    engine = full_engine()
    found = []
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        text = document["text"]
        removed = {i for s in engine.find([Note(text)])[0] for i in range(s.start, s.end)}
        for span in document["spans"]:
            whole = all(i in removed or not text[i].isalnum() for i in range(span["start"], span["end"]))
            found.append((span["type"], whole))
    return found


def test_the_set_has_many_types_and_documents():
    documents = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    assert len(documents) >= 60
    assert len({d["id"].rsplit("-", 1)[0] for d in documents}) >= 12
    assert all(0 <= s["start"] < s["end"] <= len(d["text"]) for d in documents for s in d["spans"])


def test_most_identifiers_are_removed_whole(covered):
    assert sum(whole for _, whole in covered) / len(covered) >= 0.9


def test_names_dates_and_numbers_are_removed_more_often(covered):
    for kinds, least in (({"NAME"}, 0.94), ({"DATE"}, 0.93), ({"MRN", "ID", "DEVICE", "LICENSE", "PHONE"}, 0.9)):
        of_kind = [whole for kind, whole in covered if kind in kinds]
        assert sum(of_kind) / len(of_kind) >= least, kinds
