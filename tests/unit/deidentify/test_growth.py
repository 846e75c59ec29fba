"""No pattern may make reading dearer than the text is long: repeated pieces, four times as many, by CPU."""

import time

import pytest

from app.deidentify.note import Note
from app.deidentify.recogniser import RECOGNISERS
from app.factory import compose
from app.privacy.engines import rules_engine

compose()
pytestmark = pytest.mark.rare
PIECES = (
    *("1", "1 ", "1/", "1.", "1-", "12/3 ", "12-34-56 ", "2023-", "01/02/2023, ", "90 years ", "May ", "l1O0"),
    *("A", "A. ", "A, ", "AB ", "Ab ", "Ab, ", "Ab-", "Ab and ", "Ab & ", "ab ", "a.", "a@", "Dr. Ab "),
    *("(", "((", "[", "(Ab, Inc; ", " ", "\n", "\t", "\nAb Ab\n", "\n12 Ab\n", "| a ", "\n> ", "- ", ": ", "/", "'"),
    *("12 Ab St, ", "Flat 3, ", "corner of Ab and ", "Ab Care Home ", "Hospital ", "University of ", "wife Ab, "),
)
SHORT, TIMES = 4_000, 4
# Linear growth is four, quadratic sixteen; what is done in no time says nothing.
MOST, TOO_QUICK = 9, 0.08


def cost(find, piece, size):
    """Seconds of CPU to read so many characters of the repeated piece; words and flags are counted before."""
    note = Note((piece * (size // len(piece) + 1))[:size])
    assert len(note.flags) == len(note.words)
    begun = time.process_time()
    find(note)
    return time.process_time() - begun


def grows(find, piece):
    """How much dearer four times the text is, the lowest of three; None where it is quick anyway."""
    found = []
    for _ in range(3):
        long = cost(find, piece, SHORT * TIMES)
        if long < TOO_QUICK:
            return None
        found.append(long / max(cost(find, piece, SHORT), TOO_QUICK / 100))
        if found[-1] < MOST:
            break
    return min(found)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_recogniser_grows_no_faster_than_the_text(piece):
    ratios = {r.key: grows(lambda note, r=r: list(r.find(note)), piece) for r in RECOGNISERS}
    assert {key: ratio for key, ratio in ratios.items() if ratio is not None and ratio >= MOST} == {}


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_the_engine_with_its_second_looks_grows_no_faster_than_the_text(piece):
    engine = rules_engine()
    ratio = grows(lambda note: engine.find([note]), piece)
    assert ratio is None or ratio < MOST


def test_a_pattern_that_grows_too_fast_is_seen():
    def quadratic(note):
        return [note.text.count(letter + "x") for letter in note.text * 2]

    assert grows(quadratic, "1") > MOST
