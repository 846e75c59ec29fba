"""Every registered pipeline keeps the protocol: targets, offsets, digest, labels, silence."""

import json
import logging

import pytest
import spacy

from app.core.digest import canonical_json
from app.core.errors import Invalid
from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.pipelines.folder import register_folder
from app.tagging.labels import AXES, FLAGS, LABELS
from app.tagging.protocol import PIPELINES, provenance
from app.tagging.stock import MedspacyStock
from tests.terminology_data import stocked

TEXT = "Seen today. No fever 😀 or chest pain. Aspirin 81 mg daily.\r\nMother had asthma."


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARTMARK_VAR", str(stocked(tmp_path_factory.mktemp("var"))))
        compose()
        yield


@pytest.fixture(scope="module", params=[ChartmarkRules, MedspacyStock], ids=lambda kind: kind.key)
def pipeline(request, _own_cache):
    return request.param()


def test_both_are_what_the_registry_takes():
    for kind in (ChartmarkRules, MedspacyStock):
        PIPELINES.add(kind())
        assert type(PIPELINES.get(kind.key)) is kind


def test_each_target_is_answered_once_in_its_order_and_with_its_offsets(pipeline):
    targets = [(26, 36), (15, 20), (15, 20), (13, 27)]
    said = pipeline.annotate(TEXT, targets=targets)
    assert [(e.start, e.end) for e in said.entities] == targets
    assert [e.assertion["negated"] for e in said.entities[:2]] == [True, True]
    assert said.relations == []


@pytest.mark.parametrize("bad", [[[5, 3]], [[0, 9999]], [["a", 2]], [[1]], [[-1, 4]], [[0, True]]])
def test_a_target_outside_the_text_is_refused_by_its_place(pipeline, bad):
    with pytest.raises(Invalid) as refusal:
        pipeline.annotate(TEXT, targets=[(0, 5), *bad])
    assert "targets[1]" in str(refusal.value)


def test_suggestions_lie_within_the_text_and_speak_our_labels(pipeline):
    said = pipeline.annotate(TEXT)
    assert said.entities
    for entity in said.entities:
        assert entity.label in LABELS
        assert 0 <= entity.start < entity.end <= len(TEXT)
        assert {*AXES, *FLAGS} <= {*entity.assertion}
        assert entity.to_dict(TEXT)["text"] == TEXT[entity.start : entity.end]


def test_what_it_says_has_a_canonical_form(pipeline):
    assert canonical_json(pipeline.annotate(TEXT).to_dict(TEXT))


def test_its_digest_is_stable_and_its_own(pipeline):
    assert pipeline.digest() == type(pipeline)().digest()
    assert len(pipeline.digest()) == 64
    assert ChartmarkRules().digest() != MedspacyStock().digest()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "é", "....", "no", "😀" * 30, "fever\x00"])
def test_odd_texts_are_survived(pipeline, text):
    for entity in pipeline.annotate(text).entities:
        assert 0 <= entity.start < entity.end <= len(text)


@pytest.fixture
def on_disk(tmp_path):
    """A registered spaCy pipeline of somebody's own."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "DISORDER", "pattern": "xylophonia"}])
    nlp.to_disk(tmp_path / "model")
    card = {"key": "toy_ner", "title": "Toy", "version": "1", "path": "model", "labels": {"DISORDER": "PROBLEM"}}
    (tmp_path / "toy.json").write_text(json.dumps(card))
    assert register_folder(tmp_path) == []
    yield
    PIPELINES.remove("toy_ner")


def test_nothing_of_a_note_reaches_terminal_or_log_from_any_registered_pipeline(on_disk, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    assert {"chartmark_rules", "medspacy_stock", "toy_ner"} <= set(PIPELINES.keys())
    for registered in PIPELINES:
        registered.annotate("Xylophonia denies fever. " * 3)
        registered.annotate("Xylophonia denies fever.", targets=[(0, 10)])
        with pytest.raises(Invalid):
            registered.annotate("Xylophonia denies fever.", targets=[(0, 1000)])
    out, err = capfd.readouterr()
    assert "ylophonia" not in f"{out}{err}{caplog.text}".lower()
    assert (out, err) == ("", "")


def test_its_sources_are_named_by_system_release_and_digest(pipeline):
    for source in pipeline.sources():
        assert set(source) == {"system", "release", "digest"}
    assert {"pipeline", "version", "digest"} == set(provenance(pipeline))


def test_it_gives_the_same_answers_in_threads(pipeline):
    from concurrent.futures import ThreadPoolExecutor

    texts = [f"No fever. Cough for {n} days, probable pneumonia." for n in range(24)]
    alone = [pipeline.annotate(text).to_dict(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: pipeline.annotate(text).to_dict(text), texts))
    assert together == alone


def test_doses_and_results_are_among_the_suggestions(pipeline):
    text = "Aspirin 81 mg daily. Creatinine 1.4 mg/dl."
    said = {e.to_dict(text)["text"]: e.label for e in pipeline.annotate(text).entities}
    assert said["81 mg"] == "DOSE"
    assert said["1.4 mg/dl"] == "LAB_VALUE"
