"""docs/scale.md says what its arithmetic says, and the arithmetic adds up."""

from pathlib import Path

import pytest

from tests.bench.scale import ASSUMED, MEASURED, SITES, figures, sites

PAGE = Path("docs/scale.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [figures(MEASURED), figures(ASSUMED), sites()], ids=["measured", "assumed", "sites"])
def test_the_tables_of_the_page_are_the_ones_that_are_computed(table):
    assert table in PAGE


def test_a_hospital_group_by_hand():
    # 100 million notes at 64 ms; 3 events a note, and 44 for each of two readers of a million notes.
    group = SITES[1]
    assert group.pipeline_core_hours == pytest.approx(100e6 * 0.064 / 3600)
    assert group.events == 300e6 + 88e6
    assert group.suggestions_tb == pytest.approx(100e6 * 3000 * 18.5 / 1e12)
