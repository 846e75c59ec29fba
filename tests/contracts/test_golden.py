"""What others rely on says, byte for byte, what it said when it was pinned (`python -m tests.golden` pins anew)."""

import pytest

from tests.golden import pins
from tests.golden.producers import produce

NAMES = sorted(path.stem for path in pins.FOLDER.glob("*.tsv"))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    return produce(tmp_path_factory.mktemp("golden"))


def test_everything_produced_is_pinned(said):
    assert sorted(said) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_pinned_one(said, name):
    assert pins.differing(name, said[name]) == []
