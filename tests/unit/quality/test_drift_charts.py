"""Run lengths of the charts: against simulation, against the published figures, against the exact chain."""

import random

import pytest

from app.quality.drift import ewma
from app.quality.drift.cusum import Design, run, run_length

# p0, p1, threshold, run length on target, run length at p1 (domain D.5, simulated)
PUBLISHED = [
    (0.05, 0.15, 2.5, 286, 28), (0.05, 0.15, 3.5, 902, 43), (0.05, 0.15, 4.5, 2651, 57), (0.02, 0.08, 3, 847, 50),
    (0.02, 0.08, 4, 2474, 68), (0.10, 0.20, 3.5, 1091, 66), (0.05, 0.10, 3, 1295, 112),
]  # fmt: skip


def test_run_lengths_are_those_of_the_domain_within_15_per_cent():
    for p0, p1, threshold, on_target, to_find in PUBLISHED:
        design = Design(p0, p1, threshold)
        assert run_length(design, p0) == pytest.approx(on_target, rel=0.15)
        assert run_length(design, p1) == pytest.approx(to_find, rel=0.15)


def test_the_chart_itself_runs_as_long_as_the_chain_says_within_3_per_cent():
    design, chance = Design(0.05, 0.15), random.Random(5)

    def until_alarm(rate):
        length, stream = 0, []
        while True:
            stream = [int(chance.random() < rate) for _ in range(400)]
            found = run(stream, design) if length == 0 else None
            if found is None or found.alarm is None:
                return None
            return found.alarm + 1

    lengths = [length for length in (until_alarm(0.15) for _ in range(8000)) if length is not None]
    assert len(lengths) > 7980  # 400 decisions are nearly always enough
    assert sum(lengths) / len(lengths) == pytest.approx(run_length(design, 0.15), rel=0.03)


def test_an_alarm_names_the_change_and_a_clean_stream_gives_none():
    stream = [0] * 60 + [1, 0, 1, 1, 0, 1, 1]
    found = run(stream, Design(0.05, 0.15))
    assert found.change == 60
    assert found.alarm == 65
    assert run([0] * 300, Design(0.05, 0.15)).alarm is None


def test_ewma_runs_as_long_as_published():
    assert ewma.run_length(0.0) == pytest.approx(500, rel=0.02)
    assert ewma.run_length(1.0) == pytest.approx(10.5, rel=0.03)
    assert ewma.run_length(0.5) == pytest.approx(41.8, rel=0.03)
    (level, limit), *_ = ewma.ewma([3.0])
    assert level == pytest.approx(0.6)
    assert limit == pytest.approx(2.962 * 0.2)
