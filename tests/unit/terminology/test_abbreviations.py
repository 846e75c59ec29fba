"""One table of short forms serves notes and queries (issue 11, point 10)."""

from collections import Counter

from app.tagging.entities.abbreviations import _senses
from app.tagging.valuesets import QUERY, rows
from app.terminology.indexing.words import words
from app.terminology.phrases import _tagged, phrasebook


def test_notes_are_tagged_by_no_row_of_queries():
    assert all(sense.label != QUERY for senses in _senses().values() for sense in senses)


def test_a_short_form_of_notes_is_one_of_queries():
    meanings = {words_ for words_, _ in phrasebook()._meanings[("copd",)]}
    assert ("chronic", "obstructive", "pulmonary", "disease") in meanings


def test_a_row_of_queries_repeats_none_of_notes():
    queries = [row for row in rows("abbreviations") if row["label"] == QUERY]
    phrases = [tuple(words(short)) for row in queries for short in row["abbreviation"].split("|")]
    once, known = {p for p, n in Counter(phrases).items() if n == 1}, _tagged()
    for row in queries:
        meanings = [tuple(words(meaning)) for meaning in row["sense"].split("|")]
        for short in row["abbreviation"].split("|"):
            phrase = tuple(words(short))
            assert phrase not in once or known.get(phrase) != meanings, short
