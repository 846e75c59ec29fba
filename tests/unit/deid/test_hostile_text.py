"""Repetitive text is worked through without an error and with spans inside it."""

import pytest

from app.deid.engine import RULES_ONLY
from app.deid.note import Note

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
]


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_long_repetition_is_worked_through(piece):
    text = piece * (6_000 // len(piece))
    for span in RULES_ONLY.find([Note(text)])[0]:
        assert 0 <= span.start < span.end <= len(text)
