"""The worked example of the specification, and the search for a sufficient generalisation."""

import pytest

from app.privacy.anonymity.figures import anonymity, band, prefix, sufficient_generalisation, suppressed
from app.privacy.anonymity.report import QUASI, risk_report


def rows_of(*sizes):
    return [{"sex": f"class{i}", "dx": j % 2} for i, size in enumerate(sizes) for j in range(size)]


def test_twelve_rows_in_classes_of_5_4_2_1():
    report = anonymity(rows_of(5, 4, 2, 1), ["sex"], ["dx"], k=3)
    assert (report.k, report.classes, report.rows) == (1, 4, 12)
    assert report.unique_fraction == pytest.approx(1 / 12)
    assert report.risk_average == pytest.approx(4 / 12)
    assert report.risk_max == 1
    assert report.l_diversity == {"dx": 1}
    assert report.small_classes == 2
    assert not report.meets(3)


def test_no_rows_meet_no_threshold():
    assert not anonymity([], ["sex"]).meets(1)


def test_the_mildest_sufficient_generalisation_is_found():
    rows = [{"age": age, "zip": code} for age in (41, 42, 47, 48) for code in ("10001", "10002") for _ in range(2)]
    hierarchies = {"age": [band(5), band(10), suppressed], "zip": [prefix(3), suppressed]}
    assert sufficient_generalisation(rows, hierarchies, 2) == {"age": 0, "zip": 0}
    assert sufficient_generalisation(rows, hierarchies, 4) in ({"age": 1, "zip": 0}, {"age": 0, "zip": 1})
    assert sufficient_generalisation(rows, hierarchies, 16) == {"age": 2, "zip": 1}
    assert sufficient_generalisation(rows, hierarchies, 17) is None


def test_a_few_rows_may_be_left_out_instead():
    rows = [{"age": 40}] * 19 + [{"age": 89}]
    hierarchies = {"age": [suppressed]}
    assert sufficient_generalisation(rows, hierarchies, 5, suppress=0.05) == {"age": 0}
    assert sufficient_generalisation(rows, hierarchies, 5) == {"age": 1}


def test_ages_from_90_share_one_band():
    assert [band(10)(a) for a in (89, 90, 104)] == ["80–89", "90+", "90+"]


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"female": 30, "male": 20, "other": 5}, {"female": 30, "suppressed": "2 values"}),
        ({"female": 30, "male": 8, "other": 5}, {"female": 30, "suppressed": "2 values"}),
        ({"female": 30, "male": 20}, {"female": 30, "male": 20}),
        ({"female": 30, "other": 5}, {"suppressed": "2 values"}),
    ],
)
def test_a_small_cell_does_not_follow_from_the_others(sizes, shown):
    """A single hidden cell is the sum less the others: the next smallest is hidden with it."""
    alike = dict.fromkeys(QUASI, "same")
    rows = [alike | {"sex": sex} for sex, size in sizes.items() for _ in range(size)]
    assert risk_report(rows, 2)["cells"]["sex"] == shown
