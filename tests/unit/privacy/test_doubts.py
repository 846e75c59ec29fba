"""What a privacy officer is shown of a doubtful text: replaced places, and the places that made the machine doubt."""

import pytest

from app.deidentify.engine import Engine, SourceText, deidentify_subject
from app.deidentify.policy import Policy
from app.deidentify.recogniser import RECOGNISERS
from app.deidentify.span import Span
from app.factory import compose
from app.privacy.engines import rules_engine
from app.privacy.removal.places import Inspected, places_of
from app.privacy.version.sealed import SealedMap, places_of_doubt
from app.web.oversight.places import pieces_of

TEXT = "Chart number 44123456789 was found."


def told(sealed, text=TEXT):
    places = places_of(text, "en", SealedMap.from_json(sealed), {})
    pieces = pieces_of(Inspected(None, text, None, places))
    assert "".join(piece.text for piece in pieces) == text
    return [(piece.kind, piece.text) for piece in pieces if piece.kind and piece.text]


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
def test_places_are_shown_by_what_became_of_them(sealed, shown):
    assert told(sealed) == shown


class Model:
    """Says that one word is a name, which no rule says."""

    def find(self, note):
        at = note.text.index("Brelloway")
        return [Span(at, at + 9, "NAME", 0.5, "model")]


def test_what_only_the_model_found_is_doubted_in_the_clean_text():
    compose()
    source = SourceText("1", "Seen by Dr. Anne Miller; brought by brother, and Brelloway agreed.")
    engine = Engine(tuple(RECOGNISERS), Model())
    (result,) = deidentify_subject([source], Policy(mode="mask"), key=b"k" * 32, engine=engine)
    sealed = {"map": result.offset_map, "doubts": places_of_doubt(result)}
    assert ("doubted", "[NAME?]") in told(sealed, result.text)


def test_a_date_to_shift_that_reads_both_ways_is_doubted():
    compose()
    source = SourceText("1", "Admitted 03/04/2021 with fever.", date_order="unknown")
    (result,) = deidentify_subject(
        [source],
        Policy(mode="mask", dates="shift", claim="expert_determination"),
        key=b"k" * 32,
        engine=rules_engine(),
    )
    sealed = {"map": result.offset_map, "doubts": places_of_doubt(result)}
    assert "ambiguous-dates" in result.reasons
    assert [kind for kind, _ in told(sealed, result.text)] == ["doubted"]


def test_what_stands_there_is_doubted_before_what_was_replaced_and_a_word_put_back_no_more():
    sealed = {"map": [[0, 5, 0, 5]], "doubts": [[0, 5]], "restored": []}
    doubts = [(p.shown, p.doubt) for p in places_of(TEXT, "en", SealedMap.from_json(sealed), {})]
    assert doubts == [("Chart", 2), ("44123456789", 1)]
    sealed["restored"] = [[13, 24]]
    assert [p.shown for p in places_of(TEXT, "en", SealedMap.from_json(sealed), {})] == ["Chart"]
