"""What a privacy officer is shown of a doubtful text: replaced places, and the places that made the machine doubt."""

from types import SimpleNamespace

import pytest

from app.deidentify.engine import Engine, SourceText, deidentify_subject
from app.deidentify.policy import Policy
from app.deidentify.recogniser import RECOGNISERS
from app.deidentify.span import Span
from app.factory import compose
from app.privacy.engines import rules_engine
from app.privacy.stage import doubts

TEXT = "Chart number 44123456789 was found."


def told(monkeypatch, sealed, text=TEXT):
    monkeypatch.setattr(doubts, "sealed_map", lambda *_: sealed)
    pieces = doubts.doubtful_pieces(None, None, SimpleNamespace(language="en"), text)
    assert "".join(piece for _, piece in pieces) == text
    return [piece for piece in pieces if piece[0]]


@pytest.mark.parametrize(
    ("sealed", "shown"),
    [
        ({"map": []}, [("suspect", "44123456789")]),
        ({"map": [[13, 20, 13, 24]]}, [("replaced", "44123456789")]),
        ({"map": [[13, 20, 13, 24]], "doubts": [[13, 24]]}, [("doubted", "44123456789")]),
        ({"map": [], "doubts": [[0, 5]]}, [("suspect", "Chart"), ("suspect", "44123456789")]),
        ({"map": [[13, 20, 13, 13]], "doubts": [[13, 13]]}, [("suspect", "44123456789")]),
    ],
)
def test_places_are_shown_by_what_became_of_them(monkeypatch, sealed, shown):
    assert told(monkeypatch, sealed) == shown


class Model:
    """Says that one word is a name, which no rule says."""

    def find(self, note):
        at = note.text.index("Brelloway")
        return [Span(at, at + 9, "NAME", 0.5, "model")]


def test_what_only_the_model_found_is_doubted_in_the_clean_text(monkeypatch):
    compose()
    source = SourceText("1", "Seen by Dr. Anne Miller; brought by brother, and Brelloway agreed.")
    engine = Engine(tuple(RECOGNISERS), Model())
    (result,) = deidentify_subject([source], Policy(mode="mask"), key=b"k" * 32, engine=engine)
    sealed = {"map": result.offset_map, "doubts": doubts.places_of_doubt(result)}
    assert ("doubted", "[NAME]") in told(monkeypatch, sealed, result.text)


def test_a_date_to_shift_that_reads_both_ways_is_doubted(monkeypatch):
    compose()
    source = SourceText("1", "Admitted 03/04/2021 with fever.", date_order="unknown")
    (result,) = deidentify_subject(
        [source],
        Policy(mode="mask", dates="shift", claim="expert_determination"),
        key=b"k" * 32,
        engine=rules_engine(),
    )
    sealed = {"map": result.offset_map, "doubts": doubts.places_of_doubt(result)}
    assert "ambiguous-dates" in result.reasons
    assert [kind for kind, _ in told(monkeypatch, sealed, result.text)] == ["doubted"]
