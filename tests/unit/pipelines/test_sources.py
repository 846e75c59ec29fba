"""Where rules come from: value sets, pipelines on disk."""

import csv
import json

import pytest

from app.core.errors import Invalid
from app.pipelines.folder import register_folder
from app.tagging import valuesets
from app.tagging.labels import LABELS
from app.tagging.protocol import PIPELINES
from app.tagging.spacy_disk import read_card


@pytest.mark.parametrize("file", sorted(valuesets.FOLDER.glob("*.tsv")), ids=lambda file: file.stem)
def test_every_row_of_a_value_set_has_its_reason(file):
    assert valuesets.rows(file.stem)


def test_a_row_without_reason_is_refused_by_its_line(tmp_path, monkeypatch):
    (tmp_path / "toy.tsv").write_text("term\treason\nfever\tcommon\ncough\t\n")
    monkeypatch.setattr(valuesets, "FOLDER", tmp_path)
    with pytest.raises(Invalid, match=r"toy\.tsv line 3"):
        valuesets.rows.__wrapped__("toy")


def test_labels_of_the_value_sets_are_ours():
    for name in ("starter", "sig", "abbreviations", "affixes"):
        with (valuesets.FOLDER / f"{name}.tsv").open(newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            assert {row["label"] for row in rows} <= {*LABELS, "", valuesets.QUERY}


@pytest.fixture
def card(tmp_path):
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "DISORDER", "pattern": "grumbleitis"}])
    nlp.to_disk(tmp_path / "model")
    body = {
        "key": "toy_ner",
        "title": "Toy",
        "version": "3",
        "path": "model",
        "labels": {"DISORDER": "PROBLEM"},
    }
    return tmp_path / "toy.json", body


def test_a_spacy_pipeline_on_disk_suggests_under_our_labels(card):
    file, body = card
    file.write_text(json.dumps(body))
    pipeline = read_card(file)
    entity = pipeline.annotate("No grumbleitis today.").entities[0]
    assert (entity.start, entity.end, entity.label) == (3, 14, "PROBLEM")
    assert entity.assertion["negated"] is True
    assert pipeline.annotate("No fever", targets=[(3, 8)]).entities[0].assertion["negated"] is True
    before = pipeline.digest()
    (file.parent / "model" / "extra.bin").write_bytes(b"1")
    assert read_card(file).digest() != before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"labels": {"X": "DISEASE"}}, "DISEASE"),
        ({"path": "nowhere"}, "path"),
        ({"title": ""}, "title"),
        ({"labels": [1]}, "labels"),
    ],
)
def test_a_card_that_is_wrong_names_what(card, change, named):
    file, body = card
    file.write_text(json.dumps(body | change))
    with pytest.raises(Invalid, match=named):
        read_card(file)


def test_cards_of_a_folder_are_registered_and_a_broken_one_is_reported(card):
    file, body = card
    file.write_text(json.dumps(body))
    (file.parent / "broken.json").write_text("{")
    problems = register_folder(file.parent)
    try:
        assert "toy_ner" in PIPELINES
        assert [problem.where for problem in problems] == ["broken.json"]
    finally:
        PIPELINES.remove("toy_ner")
