"""The bias audit: differences that are there and found, luck that is not, small groups that nobody learns of."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quality.agreement.entries import BETWEEN, SETTLED, FigureEntry
from app.quality.agreement.slices import figures_of
from app.quality.bias.audit import audit
from app.quality.bias.differences import binomial_chance, difference, holm, share_of
from app.quality.bias.population import declared_shares
from app.quality.plots.bias import forests, representation
from app.quality.plots.drawing import drawn
from app.quality.small_cells import SMALL, told_groups


def test_holm_is_the_published_procedure():
    # Holm 1979: sorted chances times what is left of the family, never falling
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_an_exact_chance_is_the_binomial_one():
    assert binomial_chance(2, 10, 0.5) == pytest.approx(0.109375)  # 2 · (1 + 10 + 45) / 1024
    assert binomial_chance(5, 10, 0.5) == pytest.approx(1.0)
    assert binomial_chance(0, 20, 0.0) == 1.0
    assert binomial_chance(1, 20, 0.0) == 0.0


def sample(rng, n, share):
    """Documents of ten decisions each."""
    return np.column_stack([rng.binomial(10, share, n), np.full(n, 10)]).astype(float)


@pytest.mark.parametrize("sizes", [(15, 40), (60, 90)])
def test_the_test_errs_as_often_as_it_says_and_its_interval_holds_the_truth(sizes):
    """Audits without a difference and with one of .15; few documents (draws) and many (normal limit)."""
    rng = np.random.default_rng(8)
    alarms = holds = 0
    rounds = 200 if min(sizes) >= 30 else 20
    for _ in range(rounds):
        rows = np.concatenate([sample(rng, n, 0.3) for n in sizes])
        inside = np.arange(sum(sizes)) < sizes[0]
        alarms += difference(rows, inside).p < 0.05
        other = np.concatenate([sample(rng, sizes[0], 0.45), sample(rng, sizes[1], 0.3)])
        found = difference(other, inside)
        assert found.value == pytest.approx(share_of(other[inside]) - share_of(other[~inside]))
        holds += found.low <= 0.15 <= found.high
    assert alarms <= 0.05 * rounds + 3 * (0.05 * 0.95 * rounds) ** 0.5
    assert holds >= 0.95 * rounds - 3 * (0.05 * 0.95 * rounds) ** 0.5


def test_groups_are_told_of_only_where_nobody_can_be_worked_out():
    assert told_groups({"F": 40, "M": 60}) == (["F", "M"], 0)
    assert told_groups({"F": 90, "M": 5}) == ([], 2)  # the whole less F would be M
    assert told_groups({"a": 40, "b": 30, "c": 3}) == (["a"], 2)
    assert told_groups({"a": 40, "b": 30, "c": 3, "d": 2}) == (["a"], 3)  # c and d together are still few
    assert told_groups({"a": 40, "b": 10, "c": 9}) == (["a"], 2)
    assert told_groups({"a": 40, "b": 0}) == (["a", "b"], 0)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)))
def test_what_is_hidden_is_never_one_group_nor_few_documents(counts):
    told, hidden = told_groups(counts)
    unseen = {group: n for group, n in counts.items() if group not in told}
    assert len(unseen) == hidden
    assert all(counts[group] >= SMALL or not counts[group] for group in told)
    everybody_is_hidden = not any(counts[group] for group in told)
    if unseen and not everybody_is_hidden:
        assert len(unseen) > 1
        assert sum(unseen.values()) >= SMALL


def entry(n, facets, matched, wrong, arm="blank"):
    everything = {"week": "2026-11-30", "guideline": "1", "pipeline": "", "setting": "", "site": "", "sex": "",
                  "age_band": "", "note_type": "", "language": "en"}  # fmt: skip
    tally = {"marks": {"f1-strict": {"": [matched, 10, 10]}, "f1-relaxed": {"": [matched, 10, 10]}}, "confusion": []}
    return FigureEntry(row=n, item=n, modality="notes", arm=arm, raters=("1", "2"), pairs=(("1", "2", tally),),
                       ratings={}, judged={}, cases=[], facets=everything | facets, wrong=(wrong, 10))  # fmt: skip


def planted(worse=0.25, n=240):
    """Four age bands, two sexes; in the oldest readers agree less and are wrong more often."""
    chance = random.Random(4)
    entries = []
    for number in range(n):
        facets = {"sex": "FM"[number // 4 % 2], "age_band": ("0-17", "18-64", "65-89", "90+")[number % 4]}
        lapse = worse if facets["age_band"] == "90+" else 0.1
        matched = sum(chance.random() > lapse for _ in range(10))
        entries.append(entry(number, facets, matched, sum(chance.random() < lapse for _ in range(10))))
    return {BETWEEN: entries, SETTLED: entries}


PROJECT = SimpleNamespace(id=1, setting=lambda name: {"target_population": ["sex:F=52", "sex:M=48"], "sites": []}[name])


@pytest.fixture
def no_population(monkeypatch):
    empty = {"documents": 0, "facets": []}
    monkeypatch.setattr("app.quality.bias.audit.population_of", lambda session, project: empty)


@pytest.mark.usefixtures("no_population")
def test_a_planted_difference_is_found_and_nothing_else():
    told = audit(None, PROJECT, planted())
    # What is compared is each group with all others, so those without the planted lapse may come out a little better.
    worse = {(one["measure"], one["facet"], one["group"]) for one in told["findings"]
             if (one["difference"] > 0) == (one["measure"] == "error")}  # fmt: skip
    assert worse == {("agreement", "age_band", "90+"), ("error", "age_band", "90+")}
    assert {one["facet"] for one in told["findings"]} == {"age_band"}
    worst = next(one for one in told["findings"] if (one["measure"], one["group"]) == ("error", "90+"))
    assert worst["difference_low"] > 0.05
    assert worst["p_holm"] >= worst["p"]
    (one,) = told["audits"]
    assert one["tests"] == 2 * (1 + 4)  # of two sexes there is one test
    assert not audit(None, PROJECT, planted(worse=0.1))["findings"]
    pictures = list(forests(told))
    assert [picture.name for picture in pictures] == ["bias-notes-blank-agreement", "bias-notes-blank-error"]
    assert "age band: 90+" in pictures[1].title
    assert drawn(pictures[0])["svg"].startswith("<svg")


@pytest.mark.usefixtures("no_population")
def test_assisted_and_blank_readings_are_audited_apart():
    entries = planted()
    other = [entry(1000 + n, {"sex": "FM"[n % 2]}, 9, 1, arm="assisted") for n in range(60)]
    told = audit(None, PROJECT, {scope: own + other for scope, own in entries.items()})
    assert {(one["modality"], one["arm"]) for one in told["audits"]} == {("notes", "blank"), ("notes", "assisted")}
    whole = {one["arm"]: one["measures"][0]["documents"] for one in told["audits"]}
    assert whole == {"blank": 240, "assisted": 60}


@pytest.mark.usefixtures("no_population")
def test_small_groups_are_in_no_audit_and_no_figure():
    entries = planted(n=120)[BETWEEN] + [entry(500 + n, {"sex": "F", "age_band": "5"}, 2, 9) for n in range(4)]
    told = audit(None, PROJECT, {BETWEEN: entries, SETTLED: entries})
    bands = next(f for f in told["audits"][0]["measures"][0]["facets"] if f["facet"] == "age_band")
    assert bands["hidden"] == 2
    assert len(bands["groups"]) == 3
    assert "5" not in {group["group"] for group in bands["groups"]}
    cut = {figure.value_of for figure, _ in figures_of(BETWEEN, entries) if figure.dimension == "age_band"}
    assert cut == {group["group"] for group in bands["groups"]}


def test_the_target_population_is_read_and_shown_beside_what_is_there():
    assert declared_shares(PROJECT) == {"sex": {"F": 0.52, "M": 0.48}}
    group = {"group": "F", "documents": 70, "share": 0.7, "low": 0.6, "high": 0.78, "target": 0.52, "p": 0.0003,
             "p_holm": 0.0006, "differs": True}  # fmt: skip
    facet = {"facet": "sex", "declared": True, "hidden": 0, "groups": [group]}
    picture = representation({"population": {"documents": 100, "facets": [facet]}, "small": 11})
    assert picture.title == "sex: F: 70 % of settled documents, 52 % meant"
    assert representation({"population": {"documents": 100, "facets": [facet | {"declared": False}]}}) is None
