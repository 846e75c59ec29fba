"""The figures pre-annotation promises, on a third of public sets that are not part of the repository."""

import pytest

from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.pipelines.gold import read_gold
from app.tagging.comparison import read_negex
from tests.public_data import DATA
from tests.quality.measure_entities import CLASSES, SETS, gold_of
from tests.quality.measure_relations import sentence_found
from tests.terminology_data import stocked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "entities").is_dir(), reason="../shared/data/entities is absent"),
]
EVERY = 3  # a third of each set keeps this fast; `make quality` has the figures of the whole


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    compose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARTMARK_VAR", str(stocked(tmp_path_factory.mktemp("var"))))
        pipeline = ChartmarkRules()
        pipeline.ready()
    return pipeline


def third_of(name):
    documents = gold_of(name)[::EVERY]
    assert documents
    return documents


def test_negation_reaches_its_mark_on_the_negex_sentences(rules):
    right = wrong = missed = 0
    for case in read_negex(DATA / "negation" / "negex_dev.tsv"):
        said = bool(case.span and rules.annotate(case.text, targets=[case.span]).entities[0].assertion["negated"])
        right += said and case.negated
        wrong += said and not case.negated
        missed += case.negated and not said
    assert 2 * right / (2 * right + wrong + missed) >= 0.97


@pytest.mark.parametrize(
    ("name", "kind", "least"),
    [
        ("maccrobat_dev", "problems", 0.70),
        ("maccrobat_dev", "drugs", 0.80),
        ("ncbi_disease_dev", "problems", 0.78),
        ("bc5cdr_sample", "problems", 0.85),
        ("bc5cdr_sample", "drugs", 0.78),
        ("phee_dev", "problems", 0.83),
        ("phee_dev", "drugs", 0.87),
        ("psytar_dev", "problems", 0.48),
        ("spl_adr_paediatric", "problems", 0.68),
    ],
)
def test_mentions_are_found(rules, name, kind, least):
    labels, gold, found = CLASSES[kind], 0, 0
    for document in third_of(name):
        said = [e for e in rules.annotate(document.text).entities if e.label in labels]
        for entity in document.entities:
            if entity.label in labels:
                gold += 1
                found += any(e.start < entity.end and entity.start < e.end for e in said)
    assert found / gold >= least


@pytest.mark.parametrize(
    ("name", "least"),
    # Patients' reviews name much that their annotators left out; label sections have reactions only.
    [
        ("maccrobat_dev", 0.90),
        ("ncbi_disease_dev", 0.80),
        ("bc5cdr_sample", 0.80),
        ("phee_dev", 0.85),
        ("psytar_dev", 0.65),
    ],
)
def test_suggestions_of_problems_and_drugs_touch_something_annotated(rules, name, least):
    labels = {label for group in CLASSES.values() for label in group}
    # In sets with one class annotated only suggestions of that class can touch.
    documents = third_of(name)
    has_drugs = any(e.label == "MEDICATION" for d in documents for e in d.entities)
    labels -= set() if has_drugs else {"MEDICATION"}
    said = [(d, e) for d in documents for e in rules.annotate(d.text).entities if e.label in labels]
    touching = sum(any(e.start < g.end and g.start < e.end for g in d.entities) for d, e in said)
    assert touching / len(said) >= least


def test_a_drug_event_relation_is_found_in_sentences_that_have_one(rules):
    documents = [d for d in third_of("phee_dev") if any(kind == "causes" for kind, _, _ in d.relations)]
    found = sum(sentence_found(rules, document)[0] for document in documents)
    assert found / len(documents) >= 0.65


def test_the_same_set_in_pubtator_and_in_bioc_is_the_same_gold():
    compose()
    folder = DATA / "entities" / "bc5cdr_sample" / "bioc"
    both = [list(read_gold(folder / f"CDR_sample.gold.{ending}")) for ending in ("PubTator", "BioC.xml")]
    for one, other in zip(*both, strict=True):
        assert (one.id, one.text) == (other.id, other.text)
        # BioC adds the single members of "renal and hepatic failure".
        assert {(e.start, e.end, e.label) for e in one.entities} <= {(e.start, e.end, e.label) for e in other.entities}


def test_hardly_any_annotation_of_the_sets_is_left_out_for_its_offsets():
    compose()
    for name in SETS:
        documents = gold_of(name)
        assert sum(len(d.problems) for d in documents) <= 0.01 * sum(len(d.entities) for d in documents)
