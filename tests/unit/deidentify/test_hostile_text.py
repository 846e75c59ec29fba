"""Repetitive text is worked through without an error and with spans inside it."""

import pytest

from app.deidentify.note import Note
from app.privacy.engines import rules_engine

PIECES = [
    "1 ",
    "a@",
    "a.",
    "1-",
    "\n",
    "Aa ",
    "John, ",
    "MRN ",
    ":",
    "St. ",
    "12 Oak ",
    "(",
    " ",
    "may ",
    "x1 ",
    "😀",
    "Mr ",
    "Dr. Mr. ",
    "1@",
    "a.a@",
    "www.",
    "http://",
    "http://a.",
    "born 1931 ",
    "in 1977 ",
    "Lives in ",
    "at Cedar ",
    "J. S. ",
    "A1B ",
    "data:image/png;base64,",
    "\\pict ",
    "<img ",
    "![a](",
    "IMG_123",
    "photo of face ",
    'tattoo reading "',
    "only survivor of the ",
    "corner of A and ",
    "| a | b | c |\n",
    "Flat 3, Oak, ",
    "12/O3/",
    "SW1A 1AA, ",
    ", 1234 Aa",
    "Salem, MA. ",
    "5-",
    "policy number ",
    "A",
    "(01)",
]


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_long_repetition_is_worked_through(piece):
    text = piece * (6_000 // len(piece))
    for span in rules_engine().find([Note(text)])[0]:
        assert 0 <= span.start < span.end <= len(text)
