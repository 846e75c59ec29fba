"""`flask preannotate …` as others call it: JSON lines in, JSON lines out."""

import json

import pytest
from click.testing import CliRunner

from app.cli.preannotate import group
from app.factory import compose
from app.tagging.evaluation import reasons
from tests.terminology_data import stocked


@pytest.fixture(scope="module")
def _pipelines(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARTMARK_VAR", str(stocked(tmp_path_factory.mktemp("var"))))
        compose()
        yield


@pytest.fixture
def run(_pipelines):
    def call(*arguments, lines=()):
        answer = CliRunner().invoke(group, [*map(str, arguments)], input="\n".join(lines) + "\n")
        return answer.exit_code, answer.output

    return call


def test_lines_come_back_in_order_and_a_bad_one_is_reported(run):
    code, out = run(
        "text",
        lines=[
            json.dumps({"id": "a", "text": "No fever.", "targets": [[3, 8]]}),
            "not json",
            json.dumps({"id": "b"}),
            json.dumps({"id": "c", "text": "No fever.", "targets": [[3, 80]]}),
            json.dumps({"id": "d", "text": "Aspirin 81 mg daily for stroke."}),
        ],
    )
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer.get("id") for answer in answers] == ["a", None, "b", "c", "d"]
    assert [("error" in answer) for answer in answers] == [False, True, True, True, False]
    assert answers[0]["entities"][0]["assertion"]["negated"] is True
    assert {"type": "has_dose", "head": 0, "tail": 1} in answers[4]["relations"]


def test_an_error_never_quotes_the_note(run):
    _, out = run("text", lines=[json.dumps({"id": 1, "text": "Zanzibar fever", "targets": [[0, 99]]})])
    assert "Zanzibar" not in out


def test_the_stock_pipeline_answers_in_the_same_shape(run):
    lines = [json.dumps({"id": 1, "text": "No fever."})]
    (_, ours), (_, stock) = run("text", lines=lines), run("text", "--pipeline", "medspacy_stock", lines=lines)
    one, other = json.loads(ours), json.loads(stock)
    assert one.keys() == other.keys()
    assert one["entities"][0].keys() == other["entities"][0].keys()


def test_an_unknown_pipeline_is_named_with_those_there_are(run):
    code, out = run("text", "--pipeline", "nope")
    assert code == 1
    assert "nope" in out
    assert "chartmark_rules" in out


GOLD = [
    {
        "id": "1",
        "text": "No fever. Rash after aspirin.",
        "entities": [
            {"start": 3, "end": 8, "label": "SYMPTOM", "assertion": {"polarity": "negated"}},
            {"start": 10, "end": 14, "label": "ADVERSE_EVENT"},
            {"start": 21, "end": 28, "label": "Drug"},
        ],
        "relations": [{"type": "causes", "head": 2, "tail": 1}],
    }
]


def test_evaluation_reports_entities_assertion_and_relations(run, tmp_path):
    file = tmp_path / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, GOLD)))
    code, out = run("evaluate", file)
    report = json.loads(out)
    assert code == 0
    assert report["entities"]["MEDICATION"]["strict"]["f1"] == 1.0
    assert report["assertion"]["polarity"]["f1"] == 1.0
    assert report["relations"]["causes"] == {
        "gold": 1, "suggested": 1, "found": 1, "right": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0
    }  # fmt: skip


def test_a_brat_folder_is_read_and_a_line_that_is_wrong_is_named(run, tmp_path):
    (tmp_path / "a.txt").write_text("No fever after left and right knee surgery.")
    (tmp_path / "a.ann").write_text(
        "T1\tSign_symptom 3 8\tfever\nT2\tBiological_structure 15 19;30 34\tleft knee\n"
        "T3\tDrug 90 99\tbeyond\nA1\tNegated T1\n"
    )
    report = json.loads(run("evaluate", tmp_path)[1])
    assert report["problems"] == ["a.ann line 3: the offsets lie outside the text"]
    assert report["entities"]["SYMPTOM"]["relaxed"]["recall"] == 1.0
    assert report["assertion"]["polarity"]["recall"] == 1.0


@pytest.mark.parametrize(
    "content", ["{}", "[1]", "{", '{"text": "a", "entities": [{"start": 0, "end": 9, "label": "x"}]}']
)
def test_gold_that_cannot_be_read_names_its_line(run, tmp_path, content):
    file = tmp_path / "gold.jsonl"
    file.write_text(content)
    code, out = run("evaluate", file)
    assert code == 1
    assert "gold.jsonl line 1" in out


def test_a_comparison_gives_scores_and_reasons(run, tmp_path):
    file = tmp_path / "cases.tsv"
    header = "line\tCondition\tsentence\tnegation\ttemporality\texperiencer"
    rows = [
        "1\tskin without lesion\tSKIN WITHOUT LESION.\tAffirmed\tRecent\tPatient",
        "2\tedema\tExtremities: No EDEMA, cyanosis.\tNegated\tRecent\tPatient",
    ]
    file.write_text("\n".join([header, *rows]))
    report = json.loads(run("compare", file)[1])
    assert report["scores"]["chartmark_rules negated"]["f1"] == 1.0
    assert {d["id"]: d["right"] for d in report["differences"]} == {
        "1": "chartmark_rules",
        "2": "chartmark_rules",
    }
    assert {d["id"]: d["reason"] for d in report["differences"]} == {
        "1": reasons.CUE_IN_SPAN,
        "2": reasons.EATEN,
    }


def test_gold_in_pubtator_is_evaluated_as_it_is(run, tmp_path):
    (tmp_path / "gold.PubTator").write_text("1|t|Aspirin for gout.\n1|a|\n1\t0\t7\tAspirin\tChemical\tC1\n")
    code, out = run("evaluate", tmp_path / "gold.PubTator")
    assert code == 0
    assert json.loads(out)["entities"]["MEDICATION"]["strict"]["recall"] == 1.0
