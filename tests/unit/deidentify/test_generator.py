"""The generator is repeatable, its truth is exact, and test frames are no training frames."""

from itertools import islice

from app.deidentify.training.frames_clinical import NARRATIVE, NEGATIVE, REPORTS
from app.deidentify.training.frames_held_out import HELD_OUT
from app.deidentify.training.frames_prose import PLAIN, PROSE
from app.deidentify.training.generator import generate
from app.deidentify.training.identifiers import Identifiers, _half


def test_the_same_seed_gives_the_same_documents():
    assert list(generate(40, 3)) == list(generate(40, 3)) != list(generate(40, 4))


def test_spans_are_inside_apart_and_not_blank():
    for sample in generate(300, 5):
        previous = 0
        for span in sample.spans:
            assert previous <= span.start < span.end <= len(sample.text)
            assert sample.text[span.start : span.end].strip()
            previous = span.end


def test_every_class_the_frames_know_is_planted():
    planted = {span.type for sample in generate(400, 6) for span in sample.spans}
    assert planted >= {"NAME", "LOCATION", "ORGANIZATION", "DATE", "PHONE", "ID", "EMAIL"}


def test_held_out_frames_and_names_are_not_trained_on():
    assert not set(HELD_OUT) & {*NARRATIVE, *REPORTS, *NEGATIVE, *PROSE, *PLAIN}
    assert not set(_half("last", True)) & set(_half("last", False))


def test_there_are_hundreds_of_frames():
    assert len(NARRATIVE) + len(REPORTS) + len(NEGATIVE) + len(PROSE) + len(PLAIN) > 250


def test_names_come_in_many_forms():
    from random import Random

    identifiers = Identifiers(Random(1))
    forms = {len(identifiers.name().split()) for _ in range(200)}
    assert forms >= {1, 2, 3}
    assert len(set(islice((identifiers.last() for _ in range(500)), 500))) > 400
