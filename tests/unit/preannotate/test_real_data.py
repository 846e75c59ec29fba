"""Quality on the public development files, where they are at hand."""

import pytest

from app.factory import compose
from app.preannotate.chartmark import annotate_note
from app.preannotate.comparison import read_negex
from app.preannotate.evaluation.gold import read_gold
from tests.public_data import DATA

CLINICAL = {"PROBLEM", "SYMPTOM", "ADVERSE_EVENT"}


def test_negation_reaches_its_mark_on_the_negex_sentences():
    file = DATA / "negation" / "negex_dev.tsv"
    if not file.exists():
        pytest.skip("no NegEx development file beside the repository")
    right = wrong = missed = 0
    for case in read_negex(file):
        said = bool(case.span and annotate_note(case.text, [], [case.span]).entities[0].assertion["negated"])
        right += said and case.negated
        wrong += said and not case.negated
        missed += case.negated and not said
    assert 2 * right / (2 * right + wrong + missed) >= 0.97


@pytest.mark.parametrize(
    ("folder", "labels", "least"),
    [
        ("maccrobat_dev", CLINICAL, 0.70),
        ("maccrobat_dev", {"MEDICATION"}, 0.80),
        ("ncbi_disease_dev", CLINICAL, 0.70),
        ("phee_dev", {"MEDICATION"}, 0.85),
    ],
)
def test_mentions_are_found(folder, labels, least):
    if not (DATA / "entities" / folder).is_dir():
        pytest.skip(f"no {folder} beside the repository")
    compose()
    gold = found = 0
    for document in read_gold(DATA / "entities" / folder):
        said = [e for e in annotate_note(document.text, [], None).entities if e.label in labels]
        for entity in document.entities:
            if entity.label in labels:
                gold += 1
                found += any(e.start < entity.end and entity.start < e.end for e in said)
    assert found / gold >= least
