"""No text stops an engine: 5,000 notes with odd quotes, spaces, control characters and cuts go through both."""

import pytest

from app.core.text import storable
from app.deidentify.engine import SourceText, deidentify_subject
from app.deidentify.policy import DATE_MODES, MODES, Policy
from app.deidentify.replace.dateshift import shift_text
from app.factory import compose
from app.privacy.engines import full_engine, rules_engine
from app.tagging.annotate import annotate_note
from app.tagging.spacy_disk import SpacyOnDisk
from app.tagging.stock import MedspacyStock
from tests.mutants import mutants

pytestmark = pytest.mark.rare

COUNT, PARTS, SEED = 5_000, 5, 20_261_130
# Whoever fills in a record also writes these where nothing is known.
UNKNOWN = ("-", "?", "...", " ", "'", "N/A", "none", "0", "1/", "@", "//")


@pytest.fixture(autouse=True, scope="module")
def _composed():
    compose()


def part(number):
    texts = list(mutants(COUNT // PARTS, SEED + number))
    assert len(set(texts)) > 0.95 * len(texts)
    return texts


@pytest.mark.parametrize("text", ["low 'Na' level", "K' 4.5", "BP' 120/80", "K’ 4.5", "'", "K '", "Na ’ '", "T'"])
def test_an_apostrophe_beside_a_test_of_few_letters_stops_nothing(text):
    annotate_note(text, [], None)


@pytest.mark.parametrize("number", range(PARTS))
def test_pre_annotation_reads_every_hurt_text_and_stays_inside_it(number):
    for text in part(number):
        said = annotate_note(text, [], None)
        said.to_dict(text)
        assert all(0 <= entity.start < entity.end <= len(text) for entity in said.entities), ascii(text)


@pytest.mark.parametrize("number", range(PARTS))
def test_de_identification_reads_every_hurt_text_in_every_mode(number):
    with_model = full_engine()
    for turn, text in enumerate(part(number)):
        words = text.split()[:4]
        known = {
            "names": [UNKNOWN[turn % len(UNKNOWN)], " ".join(words[:2])],
            "ids": [UNKNOWN[turn % 7], *words[2:3]],
            "dates": [UNKNOWN[turn % 5], *words[3:4]],
            "addresses": [UNKNOWN[turn % 3], " ".join(words)],
            "contacts": [UNKNOWN[turn % 9], *words[:1]],
        }
        policy = Policy(mode=MODES[turn % len(MODES)], dates=DATE_MODES[turn // 3 % len(DATE_MODES)])
        engine = rules_engine() if turn % 8 else with_model
        (result,) = deidentify_subject([SourceText("1", text, known)], policy, key=b"k" * 32, engine=engine)
        assert all(0 <= span.start < span.end <= len(text) for span in result.spans), ascii(text)


def test_a_name_set_apart_is_found_behind_a_letter_whose_lower_form_is_longer():
    """The lower form of İ has two characters: places counted there lay one behind."""
    text = "İİİ seen L e e d s today"
    source = SourceText("1", text, {"names": ["Leeds"]})
    (result,) = deidentify_subject([source], Policy(mode="mask"), key=b"k", engine=rules_engine())
    assert "L e e d s" not in result.text
    assert "today" in result.text


def test_a_month_spelt_with_a_lookalike_letter_is_hidden():
    assert shift_text("Auguſt 5th, 2020", -10).text is None


def test_the_other_pipelines_read_hurt_texts_and_targets_on_white_space(tmp_path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    card = {"key": "blank", "title": "Blank", "version": "1", "path": "blank", "labels": {}}
    pipelines = (SpacyOnDisk(card, tmp_path), MedspacyStock())
    for text in filter(str.strip, map(storable, mutants(60, SEED))):
        ends = [(0, 1), (len(text) - 1, len(text))]
        gaps = [(at, at + 1) for at, character in enumerate(text) if character.isspace()][:2]
        for pipeline in pipelines:
            pipeline.annotate(text).to_dict(text)
            assert len(pipeline.annotate(text, targets=[*ends, *gaps]).entities) == len([*ends, *gaps])
