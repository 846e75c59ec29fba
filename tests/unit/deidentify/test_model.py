"""The shipped model is the pinned one; training twice gives the same bytes."""

import json

import pytest

from app.core.errors import Unavailable
from app.deidentify import model as module
from app.deidentify.engine import Engine
from app.deidentify.model import MODEL_DIR, PIN_FILE, digest, load_model
from app.deidentify.note import Note
from app.deidentify.training.trainer import Recipe, train
from app.privacy.engines import full_engine, rules_engine


def test_the_model_is_the_pinned_one_and_small():
    pinned = json.loads(PIN_FILE.read_text())
    assert digest(MODEL_DIR) == pinned["sha256"]
    assert sum(p.stat().st_size for p in MODEL_DIR.rglob("*")) < 15_000_000


def test_the_model_finds_what_the_rules_do_not():
    text = "Unlike last year, Vashkoreth Drimolen walked in with Tuvia and sat down."
    rules = rules_engine().find([Note(text)])[0]
    both = full_engine().find([Note(text)])[0]
    assert sum(s.end - s.start for s in both) > sum(s.end - s.start for s in rules)


def test_the_model_leaves_clinical_words_alone():
    text = "Transthoracic echocardiography showed severe tricuspid regurgitation; erlotinib was stopped."
    assert load_model().find(Note(text)) == []


def test_a_long_text_is_read_in_pieces_with_true_offsets():
    text = "The wound is clean and dry. " * 300 + "Seen with Vashkoreth Drimolen today."
    spans = [s for s in full_engine().find([Note(text)])[0] if s.type == "NAME"]
    assert any("Drimolen" in text[s.start : s.end] for s in spans)


def test_a_changed_model_is_refused(tmp_path, monkeypatch):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "model").write_bytes(b"x")
    (tmp_path / "pin.json").write_text('{"sha256": "0"}')
    monkeypatch.setattr(module, "MODEL_DIR", tmp_path / "m")
    monkeypatch.setattr(module, "PIN_FILE", tmp_path / "pin.json")
    with pytest.raises(Unavailable, match="model-changed"):
        load_model.__wrapped__()


@pytest.mark.slow()
def test_training_twice_gives_the_same_bytes(tmp_path):
    recipe = Recipe(documents=60, epochs=1)
    pinned = [
        train(recipe, tmp_path / name, tmp_path / f"{name}.json", texts=None, say=lambda _line: None)["sha256"]
        for name in ("a", "b")
    ]
    assert pinned[0] == pinned[1]


@pytest.fixture
def _nothing_loaded():
    load_model.cache_clear()
    full_engine.cache_clear()
    yield
    load_model.cache_clear()
    full_engine.cache_clear()


@pytest.mark.usefixtures("_nothing_loaded")
def test_without_its_model_the_stage_does_not_clean_with_rules_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "MODEL_DIR", tmp_path / "missing")
    with pytest.raises(Unavailable, match="model-missing"):
        full_engine()


def test_an_engine_without_recognisers_is_refused():
    """Nobody filled the registry: better no clean text than "Dr John Smith, MRN 12345678" called clean."""
    with pytest.raises(Unavailable, match="no-recognisers"):
        Engine(())
