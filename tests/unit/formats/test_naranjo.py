"""The Naranjo scale: points, bands, and nothing known."""

import pytest

from app.formats.safety.naranjo import POINTS, answered, category, score

UNKNOWN = ["unknown"] * 10


def with_answers(**given):
    return [given.get(f"q{number}", "unknown") for number in range(1, 11)]


@pytest.mark.parametrize(
    ("answers", "total", "band"),
    [
        (UNKNOWN, 0, "insufficient"),
        (["no"] * 10, 0 - 1 - 1 + 2 + 1, "possible"),
        (with_answers(q2="yes", q3="yes", q5="no", q10="yes"), 6, "probable"),
        (with_answers(q3="no"), 0, "doubtful"),
        (with_answers(q1="yes"), 1, "possible"),
        (with_answers(q2="yes", q4="yes"), 4, "possible"),
        (with_answers(q1="yes", q2="yes", q4="yes"), 5, "probable"),
        (with_answers(q2="yes", q4="yes", q5="no", q1="yes", q3="yes"), 8, "probable"),
        (with_answers(q2="yes", q4="yes", q5="no", q1="yes", q3="yes", q6="no"), 9, "definite"),
    ],
)
def test_a_worked_total(answers, total, band):
    assert (score(answers), category(answers)) == (total, band)


def test_the_scale_runs_from_minus_four_to_thirteen():
    assert (sum(map(min, POINTS)), sum(map(max, POINTS))) == (-4, 13)


def test_how_many_were_known():
    assert (answered(UNKNOWN), answered(with_answers(q1="no", q9="yes"))) == (0, 2)
