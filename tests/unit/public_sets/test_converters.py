"""Each converter on an invented sample in its format."""

import gzip
import json

import pytest

from app.tagging.labels import LABELS
from tests.quality import label_maps
from tests.quality.converters.asq_phi import places, read_queries
from tests.quality.converters.chexpert import mentions, read_reports, state_of
from tests.quality.converters.obi_notes import read_texts
from tests.quality.converters.presidio_research import read_synthetic
from tests.quality.converters.psytar import read_sentences
from tests.quality.converters.spl_adr import read_sections
from tests.quality.measure_entities import SETS

QUERIES = """===QUERY===
Was Mr. Ono seen twice? Ono and Onolu, ID 77.
===PHI_TAGS===
{"identifier_type": "NAME", "value": "Mr. Ono"}
{"identifier_type": "UNIQUE_IDENTIFIER", "value": "78"}

===QUERY===
How is gout treated?
===PHI_TAGS===
"""


def test_a_value_of_a_query_is_placed_wherever_it_stands_but_not_inside_a_longer_word(tmp_path):
    (tmp_path / "q.txt").write_text(QUERIES)
    first, second = read_queries(tmp_path / "q.txt")
    name, number = first.values
    assert [first.text[a:b] for a, b in name.places] == ["Ono", "Ono"]
    assert number.places == ()
    assert second.values == ()


def test_a_value_that_only_stands_inside_a_longer_word_is_still_placed():
    assert places("77", "ID77A") == ((2, 4),)
    assert places("77", "a 77, 7704") == ((2, 4),)


def test_spans_of_synthetic_texts_keep_offset_and_type(tmp_path):
    row = {"full_text": "I am Ono.", "spans": [{"entity_type": "PERSON", "start_position": 5, "end_position": 8}]}
    (tmp_path / "s.json").write_text(json.dumps([row]))
    (only,) = read_synthetic(tmp_path / "s.json")
    assert [(only.text[a:b], kind) for a, b, kind in only.spans] == [("Ono", "PERSON")]


def test_notes_without_gold_are_their_texts(tmp_path):
    (tmp_path / "n.jsonl").write_text('{"text": "One."}\n\n{"text": "Two."}\n')
    assert read_texts(tmp_path / "n.jsonl") == ["One.", "Two."]


def test_tokens_with_tags_become_a_sentence_with_spans(tmp_path):
    (tmp_path / "p.txt").write_text("My\tO\nhead\tB-ADR\nhurts\tI-ADR\n,\tO\nsick\tB-ADR\n\nFine\tO\n")
    first, second = read_sentences(tmp_path / "p.txt", lambda label: f"<{label}>")
    assert first.text == "My head hurts , sick"
    assert [(first.text[e.start : e.end], e.label) for e in first.entities] == [
        ("head hurts", "<ADR>"),
        ("sick", "<ADR>"),
    ]
    assert second.entities == []


def test_a_reaction_of_a_label_section_is_found_whatever_its_white_space(tmp_path):
    text = "rash and mild\nfever occurred"
    reactions = [
        ["rash", "Rash", "1", None, None, 0.0, 4],
        ["mild  fever", "Pyrexia", "2", None, None, 9.0, 10],
        ["cough", "Cough", "3", None, None, 0.0, 5],
        ["gout", "Gout", "4", None, None, float("nan"), 4],
    ]
    with gzip.open(tmp_path / "s.json.gz", "wt") as file:
        json.dump([{"label_id": "x", "section_text": text, "adverse_events": reactions}], file)
    (only,) = read_sections(tmp_path / "s.json.gz", str)
    assert [text[e.start : e.end] for e in only.entities] == ["rash", "mild\nfever"]
    assert len(only.problems) == 2
    assert "cough" not in str(only.problems)


def test_labels_of_reports_are_judged_where_their_phrases_stand(tmp_path):
    (tmp_path / "edema.txt").write_text("edema\n")
    (tmp_path / "lung_lesion.txt").write_text("nodul\nlung nodul\n")
    table = 'Reports,No Finding,Edema,Lung Lesion\n"No edema. Lung nodules.",1.0,0.0,-1.0\nClear.,,,\n'
    (tmp_path / "r.csv").write_text(table)
    found = list(read_reports(tmp_path / "r.csv", tmp_path))
    assert [(f.label, f.state, [f.text[a:b] for a, b in f.spans]) for f in found] == [
        ("Edema", "denied", ["edema"]),
        ("Lung Lesion", "uncertain", ["Lung nodules"]),
    ]


def test_the_longest_phrase_wins_and_phrases_wrap_over_lines():
    text = "a lung\nnodule"
    assert [text[a:b] for a, b in mentions(text, ["nodule", "lung nodule"])] == ["lung\nnodule"]


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ([(True, False), (False, False)], "present"),
        ([(True, False), (False, True)], "uncertain"),
        ([(True, False)], "denied"),
        ([], "not mentioned"),
    ],
)
def test_one_state_stands_for_all_mentions(flags, state):
    assert state_of(flags) == state


def test_every_mapped_label_is_one_of_ours_has_its_reason_and_belongs_to_a_set_that_is_measured():
    for row in label_maps.rows():
        assert row["ours"] in LABELS
        assert row["reason"]
        assert row["set"] in SETS


def test_a_label_the_table_leaves_out_is_none_of_ours():
    assert label_maps.label_map("ncbi_disease_dev")("Modifier") == "PROBLEM"
    assert label_maps.label_map("ncbi_disease_dev")("Drug") == ""
