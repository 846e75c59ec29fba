"""Our own gold sentences over all axes: a half that cues were written after, and a half held out from that."""

import json
from pathlib import Path

import pytest

from app.factory import compose
from app.pipelines.gold import read_gold
from app.tagging.annotate import annotate_note
from app.tagging.evaluation.evaluate import evaluate
from app.tagging.labels import AXES

DATA = Path(__file__).parents[1] / "data"
LEAST = {"assertion_gold.jsonl": 0.95, "assertion_gold_held_out.jsonl": 0.87}


@pytest.fixture(scope="module", autouse=True)
def _readers():
    compose()


class _Rules:
    """The rules without a code system."""

    key, version = "rules", "1"

    def digest(self):
        return ""

    def annotate(self, text, *, targets=None):
        return annotate_note(text, [], targets)


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_every_axis_reaches_its_mark(name, least):
    report = evaluate(_Rules(), read_gold(DATA / name))["assertion"]
    assert report.keys() == (AXES.keys() - {"certainty"}) | {"uncertain"}
    assert {axis: scores["f1"] for axis, scores in report.items() if scores["f1"] < least} == {}


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_most_spans_are_right_on_all_axes_at_once(name, least):
    right = spans = 0
    for line in (DATA / name).read_text().splitlines():
        record = json.loads(line)
        targets = [(e["start"], e["end"]) for e in record["entities"]]
        said = annotate_note(record["text"], [], targets).entities
        for entity, own in zip(record["entities"], said, strict=True):
            wanted = {axis: values[0] for axis, values in AXES.items()} | entity["assertion"]
            spans += 1
            right += {axis: own.assertion[axis] for axis in AXES} == wanted
    assert spans >= 150
    assert right / spans >= least


def test_the_two_halves_share_no_sentence():
    one, other = ({json.loads(line)["text"] for line in (DATA / name).read_text().splitlines()} for name in LEAST)
    assert not one & other
    assert len(one) + len(other) >= 250
