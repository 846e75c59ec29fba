"""A sample of the public data goes through without an error; `python -m tests.every_text` takes all of it."""

import pytest

from tests.every_text import texts, what_is_wrong
from tests.public_data import DATA


def test_no_text_of_the_public_data_stops_the_engine():
    if not DATA.exists():
        pytest.skip("the public sets are kept beside the repository")
    read = {str(path): what_is_wrong(text) for path, text in texts(60)}
    assert len(read) > 20
    assert {path: wrong for path, wrong in read.items() if wrong} == {}


def test_odd_characters_keep_their_offsets():
    for text in (
        "no fe\u00adver",
        "No pain\u2028rash",
        "ﬁbromyalgia",
        "Sjo\u0308gren syndrome",
        "\ufeffgout\u000b\u0085",
    ):
        assert what_is_wrong(text) == ""
