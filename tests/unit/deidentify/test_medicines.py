"""Names of medicines that look like people's names stay; people who are called like one do not."""

import pytest

from app.deidentify.note import Note
from app.factory import compose
from app.privacy.engines import full_engine


@pytest.fixture(scope="module")
def engine():
    compose()
    return full_engine()


def removed(engine, text):
    (spans,) = engine.find([Note(text)])
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    "text",
    [
        "She has tried Claritin and Zyrtec without relief.",
        "Started Plavix and Coumadin after the stent.",
        "Lipitor, Zocor and Norvasc were continued.",
        "Current medicines are Ortho Tri-Cyclen and a vitamin.",
        "Nasonex two sprays in each nostril daily.",
        "The wheeze is not an IgE allergy.",
    ],
)
def test_medicines_stay(engine, text):
    assert removed(engine, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Seen by Dr. Allegra Benson today.", "Allegra Benson"),
        ("Mr. Coumadin was called back.", "Coumadin"),
        ("Her sister Grace Zocor takes Zocor.", "Grace Zocor"),
    ],
)
def test_people_called_like_a_medicine_are_removed(engine, text, name):
    assert name in " ".join(removed(engine, text))
