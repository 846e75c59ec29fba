"""Offsets there and back in each unit, on characters of one to four bytes and one or two code units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.offsets import OffsetTable, OffsetUnit

TEXT = "\ufeffa😀é\r\n\u2028𝔛z"
ENCODINGS = {OffsetUnit.UTF16: ("utf-16-le", 2), OffsetUnit.BYTE: ("utf-8", 1), OffsetUnit.CODE_POINT: ("utf-32-le", 4)}


def measured(text, unit):
    encoding, width = ENCODINGS[unit]
    return len(text.encode(encoding)) // width


@pytest.mark.parametrize("unit", ENCODINGS)
@given(text=st.one_of(st.just(TEXT), st.text(st.characters(exclude_categories=["Cs"]))))
def test_an_offset_is_the_length_of_what_stands_before_it(unit, text):
    table = OffsetTable(text, unit)
    for place in range(len(text) + 1):
        there = measured(text[:place], unit)
        assert table.there(place) == there
        assert table.back(there) == place
    assert table.length == measured(text, unit)


@pytest.mark.parametrize(("unit", "inside"), [(OffsetUnit.UTF16, 3), (OffsetUnit.BYTE, 5)])
def test_within_a_character_there_is_no_place(unit, inside):
    table = OffsetTable("\ufeffa😀é", unit)
    assert table.back(inside) is None
    assert table.span_back(0, inside) is None


@pytest.mark.parametrize("unit", ENCODINGS)
def test_outside_and_empty_there_is_no_span(unit):
    table = OffsetTable(TEXT, unit)
    assert table.back(-1) is table.back(table.length + 1) is None
    assert table.span_back(2, 2) is None
    assert table.span_back(0, table.length) == [0, len(TEXT)]


def test_tokens_are_no_unit_of_a_text():
    with pytest.raises(ValueError, match="tokens"):
        OffsetTable("a", OffsetUnit.TOKEN)
