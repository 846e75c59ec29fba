"""Lines and table of `make quality`."""

import json
import stat

import pytest

from tests.quality import lines
from tests.quality.baselines import oracles
from tests.quality.lines import private, say, say_share
from tests.quality.measure_deid import covered
from tests.quality.sets import need
from tests.quality.table import every_row, headlines


def lines_of(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_share_has_its_interval_and_one_line_per_baseline(capsys):
    say_share("b", "m", 9, 10, beside={"x": (3, 10), "y": None})
    one, other = lines_of(capsys)
    assert (one["value"], one["size"], one["baseline"], one["baseline_value"], one["ratio"]) == (0.9, 10, "x", 0.3, 3.0)
    assert one["interval"] == [0.5958, 0.9821]
    assert (other["baseline_value"], other["ratio"]) == (None, None)


def test_a_share_of_nothing_is_no_figure(capsys):
    say_share("b", "m", 0, 0)
    (line,) = lines_of(capsys)
    assert (line["value"], line["interval"]) == (None, None)


def test_the_table_puts_baselines_of_a_figure_into_one_row(capsys):
    say("b", "m", 0.5, size=1200, beside={"x": 0.25, "y": None}, note="why")
    table = every_row(lines_of(capsys))
    assert table.splitlines()[2] == "| b: m (why) | .500 | x: .250; y: – | 1,200 | `make quality ONLY=b` |"


def test_the_short_table_has_the_figures_of_the_readme_in_its_columns(capsys):
    say("deid", "asq_phi values removed", 0.5, size=1200, beside={"x": 0.25}, interval=[0.4, 0.6])
    table = headlines(lines_of(capsys))
    row = "| De-identification, ASQ-PHI: values removed (1,200) | .500 | x: .250 | `make quality ONLY=deid` |"
    assert table.splitlines()[2:] == [row]


def test_kept_files_are_for_their_owner_alone(tmp_path):
    with private(tmp_path / "deep" / "figures.jsonl") as file:
        file.write("{}")
    assert stat.S_IMODE((tmp_path / "deep" / "figures.jsonl").stat().st_mode) == 0o600


def test_a_value_is_removed_only_when_every_letter_and_digit_is_covered():
    assert covered("Ann-Lee", [(0, 3), (4, 7)], 0, 7)
    assert not covered("Ann Lee", [(0, 3), (4, 6)], 0, 7)


def test_a_set_that_is_absent_ends_the_measure_by_its_name():
    with pytest.raises(SystemExit, match="no/such/set is absent"):
        need("no/such/set")


def test_a_baseline_that_cannot_be_installed_is_named_and_has_no_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lines, "OUT", tmp_path)
    monkeypatch.setattr(oracles, "installed", lambda: False)
    assert oracles.ask("negspacy", [{"text": "no fever", "span": [3, 8]}]) is None
    assert "negspacy" in capsys.readouterr().err


def test_what_an_oracle_answered_is_asked_once(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "OUT", tmp_path)
    monkeypatch.setattr(oracles, "HOME", tmp_path)
    monkeypatch.setattr(oracles, "installed", lambda: True)
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/log\necho true\n")
    python.chmod(0o700)
    record = {"text": "no fever", "span": [3, 8]}
    assert [oracles.ask("negspacy", [record], terms="en") for _ in range(2)] == [[True], [True]]
    assert (tmp_path / "log").read_text() == "asked\n"
    assert "fever" not in next((tmp_path / "cache").iterdir()).read_text()
