"""Every example of our own says what must hold; the examples kept beside the repository are read where they are."""

import pytest

from app.tagging.annotate import annotate_note
from tests import cases
from tests.public_data import DATA

GIVEN = DATA.parent / "cases" / "nlp.tsv"
#: of the given ones, those whose wish the guideline decides otherwise or that are not met yet, without a code system
MOST_UNMET = 25


class Rules:
    """Our rules without a code system."""

    def annotate(self, text, *, targets=None):
        return annotate_note(text, [], targets)


@pytest.mark.parametrize("path", sorted(cases.OWN.glob("tagging*.tsv")), ids=lambda path: path.stem)
def test_every_own_example_holds(path):
    examples = cases.read(path)
    assert len(examples) > 100
    assert [(example.place, wrong) for example in examples for wrong in cases.unmet(Rules(), example)] == []


def test_a_wish_that_does_not_hold_is_said():
    example = cases.Example("toy:1", "toy", "No fever.", (cases.Wish("assert", "fever", "-"),))
    assert cases.unmet(Rules(), example) == ["'fever' is n, wanted -"]


def test_the_given_examples_are_met_but_for_a_few():
    if not GIVEN.exists():
        pytest.skip("the examples kept beside the repository are not here")
    failed = [example.place for example in cases.read(GIVEN) if cases.unmet(Rules(), example)]
    assert len(failed) <= MOST_UNMET, failed
