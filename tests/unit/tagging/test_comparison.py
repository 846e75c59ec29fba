"""Two pipelines on the same spans: the gold says who is right, the cues say why the other is wrong."""

import pytest

from app.factory import compose
from app.pipelines.gold import read_cases
from app.tagging.comparison import GoldCase, compare, read_negex
from app.tagging.evaluation import reasons
from app.tagging.labels import assertion
from app.tagging.protocol import Annotated, Entity


class Toy:
    """Marks the target by the cues it is told, wherever they stand; `knows` are those it also marks elsewhere."""

    def __init__(self, key, *cues, axis="polarity", value="negated", **axes):
        self.key, self.cues, self.axes = key, cues, axes
        self.axis, self.value = axis, value

    def annotate(self, text, *, targets=None, meta=None):
        entities = []
        for start, end in targets:
            because = [
                {"axis": self.axis, "value": self.value, "start": text.index(cue), "end": text.index(cue) + len(cue)}
                for cue in self.cues
                if cue in text
            ]
            axes = {self.axis: self.value} if because else {}
            entities.append(Entity(start, end, "PROBLEM", assertion(**axes | self.axes), because=because))
        return Annotated([], entities, [])


def case(text, target, **gold):
    start = text.index(target)
    return GoldCase("1", text, (start, start + len(target)), gold.get("negated", False), gold.get("historical", False))


def only_difference(ours, theirs, one):
    (found,) = compare(ours, theirs, [one])["differences"]
    return found


@pytest.mark.parametrize(
    ("text", "target", "cue", "reason"),
    [
        ("Skin without lesion.", "Skin without lesion", "without", reasons.CUE_IN_SPAN),
        ("No cough\nGout today", "Gout", "No", reasons.OVER_LINE),
        ("No cough. Gout today", "Gout", "No", reasons.OVER_SENTENCE),
        ("No cough ASSESSMENT: Gout", "Gout", "No", reasons.OVER_HEADING),
        ("No cough but gout", "gout", "No", reasons.PAST_STOP),
        ("no change in gout", "gout", "no", reasons.PSEUDO),
        ("Gout, no cough", "Gout", "no", reasons.FOLLOWING),
        ("no dull gout", "gout", "no", reasons.TOO_FAR),
    ],
)
def test_a_mark_that_should_not_be_is_explained_by_where_its_cue_stands(text, target, cue, reason):
    found = only_difference(Toy("ours"), Toy("theirs", cue), case(text, target))
    assert (found["right"], found["wrong"], found["gold"], found["reason"]) == ("ours", "theirs", False, reason)
    assert [text[a:b] for a, b in found["cues"]["theirs"]] == [cue]


@pytest.mark.parametrize(
    ("text", "target", "cue", "reason"),
    [
        ("Legs: No gout", "gout", "No", reasons.EATEN),
        ("afebrile gout", "afebrile gout", "afebrile", reasons.CUE_INSIDE),
        ("negative   for gout", "gout", "negative   for", reasons.SPACES),
        ("nary a gout", "gout", "nary a", reasons.UNKNOWN_CUE),
    ],
)
def test_a_mark_that_is_missing_is_explained_by_the_cue_of_the_one_who_has_it(text, target, cue, reason):
    found = only_difference(Toy("ours", cue), Toy("theirs"), case(text, target, negated=True))
    assert (found["right"], found["reason"]) == ("ours", reason)


class Short(Toy):
    """Knows the cue but reaches one word."""

    def annotate(self, text, *, targets=None, meta=None):
        near = [cue for cue in self.cues if text[: targets[0][0]].rstrip().endswith(cue)]
        return Toy("", *near).annotate(text, targets=targets)


@pytest.mark.parametrize(("text", "reason"), [("no dull gout", reasons.TOO_SHORT), ("no dull\ngout", reasons.SPLIT)])
def test_a_known_cue_that_does_not_reach_is_told_from_an_unknown_one(text, reason):
    found = only_difference(Toy("ours", "no"), Short("theirs", "no"), case(text, "gout", negated=True))
    assert found["reason"] == reason


def test_where_the_other_is_right_the_report_says_so_from_the_gold_and_why_ours_is_wrong():
    found = only_difference(Toy("ours"), Toy("theirs", "nary a"), case("nary a gout", "gout", negated=True))
    assert (found["right"], found["wrong"], found["reason"]) == ("theirs", "ours", reasons.UNKNOWN_CUE)


def test_active_past_disease_that_the_gold_counts_as_history_is_named_as_such():
    past = Toy("theirs", "history of", axis="temporality", value="past")
    found = only_difference(Toy("ours", course="chronic"), past, case("history of gout", "gout", historical=True))
    assert (found["axis"], found["wrong"], found["reason"]) == ("temporality", "ours", reasons.ACTIVE_PAST)


def test_the_report_counts_reasons_and_holds_no_text():
    cases = [case("Zanzibar. No cough. Gout", "Gout"), case("No cough. Gout", "Gout")]
    report = compare(Toy("ours"), Toy("theirs", "No"), cases)
    assert report["summary"] == [{"axis": "polarity", "wrong": "theirs", "reason": reasons.OVER_SENTENCE, "cases": 2}]
    assert "Zanzibar" not in str(report)
    assert report["scores"]["theirs negated"]["suggested"] == 2


def test_cases_whose_condition_is_not_in_the_sentence_count_in_the_scores_alone(tmp_path):
    file = tmp_path / "cases.tsv"
    file.write_text("a\tb\tc\td\te\tf\n1\tgout\tNo cough.\tNegated\tRecent\tFamily member\n")
    (only,) = read_negex(file)
    assert (only.span, only.negated, only.other_person) == (None, True, True)
    report = compare(Toy("ours"), Toy("theirs", "No"), [only])
    assert report["differences"] == []
    assert report["scores"]["ours other_person"]["gold"] == 1


def test_gold_with_attributes_is_compared_on_the_axes_it_marks(tmp_path):
    (tmp_path / "a.txt").write_text("no gout, no cold")
    (tmp_path / "a.ann").write_text("T1\tDisease 3 7\tgout\nT2\tDisease 12 16\tcold\nA1\tNegated T1\n")
    compose()
    cases, axes = read_cases(tmp_path)
    assert axes == ("polarity",)
    assert [(case.id, case.negated) for case in cases] == [("a:3-7", True), ("a:12-16", False)]
    report = compare(Toy("ours"), Toy("theirs", "no gout"), cases, axes)
    assert [(d["id"], d["right"]) for d in report["differences"]] == [("a:3-7", "theirs"), ("a:12-16", "ours")]
