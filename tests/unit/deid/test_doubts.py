"""What a privacy officer is shown of a doubtful text: replaced places, and suspect places nothing covers."""

from types import SimpleNamespace

import pytest

from app.deid.stage import doubts


@pytest.mark.parametrize(
    ("replaced", "told"),
    [([], [("suspect", "44123456789")]), ([(13, 24)], [("replaced", "44123456789")])],
)
def test_a_long_number_is_suspect_unless_the_machine_put_it_there(monkeypatch, replaced, told):
    text = "Chart number 44123456789 was found."
    monkeypatch.setattr(doubts, "replaced_ranges", lambda *_: replaced)
    pieces = doubts.doubtful_pieces(None, None, SimpleNamespace(language="en"), text)
    assert "".join(piece for _, piece in pieces) == text
    assert [piece for piece in pieces if piece[0]] == told
