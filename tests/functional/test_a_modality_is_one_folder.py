"""ECG strips: one folder outside the product and one line; read twice, settled, logged and exported."""

import json
import os
import subprocess
import sys

import pytest

from app.annotation.check import blocking
from app.factory import compose
from app.review.modality import AnnotationAction, Context, claimed_by
from app.settings import Settings
from tests.ecg import LINE, SCHEMA, STRIP, finding, installed, interval, rest

compose()
CONTEXT = Context({"id": "e", "text": STRIP, "meta": {}}, SCHEMA)


@pytest.fixture(autouse=True)
def ecg():
    with installed() as modality:
        yield modality


AF = finding("atrial_fibrillation", "present", leads=["II"])
FULL = {"elements": {"a": AF, "q": interval("qt_interval", 412), "n": rest()}}


class Strip:
    note_type, text, fields = "ECG strip", STRIP, {}


def test_it_claims_its_own_records_and_no_others(ecg):
    assert claimed_by(Strip()) is ecg
    assert not ecg.intake.claims(type("Note", (), {"note_type": "progress note", "text": "x", "fields": {}})())


def test_a_question_nobody_answered_keeps_it_open_and_the_rest_answers_it(ecg):
    asked = {label["key"] for label in SCHEMA["labels"]}
    assert {p.where for p in blocking(ecg.check({"elements": {}}, CONTEXT))} == asked
    assert ecg.check(FULL, CONTEXT) == []


def test_an_answer_of_the_wrong_kind_is_refused(ecg):
    wrong = {"elements": FULL["elements"] | {"x": interval("st_elevation", 80)}}
    assert [p.code for p in ecg.check(wrong, CONTEXT)] == ["wrong-kind"]


def test_every_closed_answer_and_number_is_in_the_event_and_no_word_of_the_reader(ecg):
    body = finding("st_elevation", "present", leads=["V2", "V3"], evidence=[[0, 4]], remark="called Mrs Canary")
    said = ecg.describe(AnnotationAction("a", body), CONTEXT)
    told = {name: said[name] for name in ("label", "value", "leads", "evidence")}
    assert told == {"label": "st_elevation", "value": "present", "leads": ["V2", "V3"], "evidence": [[0, 4]]}
    assert "Canary" not in json.dumps(said)
    assert ecg.describe(AnnotationAction("b", interval("pr_interval", 180, lead="II")), CONTEXT)["milliseconds"] == 180


def test_readers_are_compared_question_by_question(ecg):
    absent = finding("atrial_fibrillation", "absent")
    other = {"elements": {"b": absent, "z": interval("qt_interval", 412), "r": rest()}}
    (case,) = ecg.differences([FULL, other], CONTEXT)
    assert case.labels == ("atrial_fibrillation",)
    units = {(unit.label, unit.value) for unit in ecg.units(FULL, CONTEXT)}
    assert units == {
        ("atrial_fibrillation", "present II"),
        ("st_elevation", "not_described"),
        ("bundle_branch_block", "not_described"),
        ("pr_interval", "not_described"),
        ("qt_interval", "412"),
    }


def test_the_product_ships_none():
    code = "import wsgi; from app.review.modality import MODALITIES; print(MODALITIES.keys())"
    plain = os.environ | {"CHARTMARK_DATABASE_URL": "sqlite://"}
    done = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['notes', 'reports', 'imaging']"


def test_a_command_of_an_installation_that_names_it_knows_it():
    """The environment is read where settings are, once; the shell needs nothing else."""
    code = "import wsgi; from app.review.modality import MODALITIES; print(MODALITIES.get('ecg_strips').title)"
    named = os.environ | {"CHARTMARK_MODALITIES": LINE, "CHARTMARK_DATABASE_URL": "sqlite://"}
    done = subprocess.run([sys.executable, "-c", code], env=named, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ECG strips"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nowhere.at_all:Thing", "no package.module:Class"),
        ("examples.ecg_strips.modality:Missing", "no package.module:Class"),
        ("examples.ecg_strips.modality", "no package.module:Class"),
        ("app.modalities.notes.modality:Notes", "another modality"),
        (f"{LINE}, {LINE}", "another modality"),
    ],
)
def test_a_modality_that_cannot_be_used_ends_the_start_with_a_sentence(path, why):
    with pytest.raises(ValueError, match="CHARTMARK_MODALITIES") as refused:
        compose(Settings(modalities=path))
    assert why in str(refused.value)
