"""Every word with a reading and every name of the census says where it is from, under a licence that allows it."""

import csv

import pytest

from app.deidentify.lexicon.lists import FOLDER
from app.deidentify.lexicon.shapes import Known, lexicon

FORBIDDEN = ("share", "-sa", "noncommercial", "non-commercial", "-nc", "gpl")


def rows(name):
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("name", ["readings", "people"])
def test_every_row_names_a_known_source(name):
    named = {row["source"] for row in rows("sources")}
    used = {row["source"] for row in rows(name)}
    assert used
    assert {source for source in used if source.rsplit("-", 1)[0] not in named and source not in named} == set()


def test_every_source_is_permissive_and_says_where_it_was_taken_from():
    for row in rows("sources"):
        assert all(row[field].strip() for field in ("title", "licence", "taken from"))
        assert not any(word in row["licence"].lower() for word in FORBIDDEN)


def test_no_word_stands_twice():
    words = [row["word"] for row in rows("readings")]
    assert len(words) == len(set(words)) > 100_000


@pytest.mark.parametrize("word", ["keppra", "adenocarcinoma", "grossly", "apparently", "electrocautery", "vicryl"])
def test_words_of_notes_have_a_reading(word):
    assert lexicon()[word] & Known.ORDINARY


@pytest.mark.parametrize("name", ["smith", "carol", "martin", "dale"])
def test_a_name_before_a_word_has_no_other_reading(name):
    assert not lexicon()[name] & Known.ORDINARY
