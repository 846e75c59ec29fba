"""What every registered recogniser keeps to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.deidentify.note import Note
from app.deidentify.phi_types import BY_KEY
from app.deidentify.recogniser import RECOGNISERS
from app.factory import compose

compose()
NOISE = st.text(st.sampled_from("aZ9é .,:/-'@#()\n\t😀ßMRNDr"), max_size=60)
PIECES = st.lists(
    st.one_of(
        NOISE, st.sampled_from(["MRN 12345", "Dr. Smith", "3/4/2024", "617-555-0123", "St.", "12 Oak Dr"])
    )
)


@pytest.mark.parametrize("recogniser", RECOGNISERS, ids=lambda r: r.key)
def test_it_names_types_of_the_table_and_languages(recogniser):
    assert recogniser.types
    assert set(recogniser.types) <= set(BY_KEY)
    assert "en" in recogniser.languages


@pytest.mark.parametrize("recogniser", RECOGNISERS, ids=lambda r: r.key)
@given(pieces=PIECES)
@settings(max_examples=40, deadline=None)
def test_its_spans_lie_in_the_text_and_carry_its_types(recogniser, pieces):
    text = " ".join(pieces)
    known = {"names": ["Jo Smith"], "ids": ["12345"], "dates": ["2024-03-04"], "contacts": ["617-555-0123"]}
    for span in recogniser.find(Note(text, known=known)):
        assert 0 <= span.start < span.end <= len(text)
        assert span.type in recogniser.types
        assert 0 < span.score <= 1


@pytest.mark.parametrize("recogniser", RECOGNISERS, ids=lambda r: r.key)
def test_it_finds_nothing_in_nothing(recogniser):
    assert list(recogniser.find(Note(""))) == []
