"""The `terminology` commands as people and scripts call them."""

import json

import pytest

from app.factory import create_app
from app.settings import Settings
from tests.terminology_data import SAMPLES


@pytest.fixture
def fresh(tmp_path):
    app = create_app(Settings(var=str(tmp_path)))
    runner = app.test_cli_runner()
    return lambda *args, **options: runner.invoke(args=["terminology", *args], **options)


def test_a_fresh_machine_builds_icd10cm_on_the_first_search(fresh, tmp_path):
    answer = fresh("search", "ICD-10-CM", "htn", "--json")
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert found["query"] == "htn"
    assert found["hits"][0]["code"] == "I10"
    assert set(found["hits"][0]) >= {"code", "term", "preferred", "match", "score"}
    assert "building" in answer.stderr
    assert "building" not in fresh("search", "icd10cm", "copd").stderr
    assert list((tmp_path / "terminology").glob("*/manifest.json"))


def test_the_commands_answer_in_the_agreed_form(fresh):
    lines = fresh("search", "icd10cm", "--stdin", "--json", "--limit", "3", input="mi\n\nE11.9\nxqzzv\n")
    answers = [json.loads(line) for line in lines.stdout.splitlines()]
    assert [a["query"] for a in answers] == ["mi", "", "E11.9", "xqzzv"]
    assert answers[0]["hits"][0]["code"] == "I21.9"
    assert answers[1]["hits"] == []
    assert answers[2]["hits"][0] | {"score": 1.0} == answers[2]["hits"][0]
    assert all(len(a["hits"]) <= 3 for a in answers)
    within = json.loads(fresh("search", "icd10cm", "pain", "--within", "R10", "--json").stdout)
    assert {hit["code"][:3] for hit in within["hits"]} == {"R10"}

    checked = json.loads(fresh("check", "E10.9", "E11.9", "--date", "2026-05-01", "--json").stdout)
    assert checked["problems"][0]["rule"] == "excludes1"
    assert checked["problems"][0]["codes"] == ["E10.9", "E11.9"]
    assert "I.A.12.a" in checked["problems"][0]["source"]
    assert fresh("check", "I10", "--date", "yesterday").exit_code == 1

    listed = [json.loads(line) for line in fresh("list", "--json").stdout.splitlines()]
    assert [(m["system"], m["release"]) for m in listed] == [("icd10cm", "2026-04")]
    shown = json.loads(fresh("show", "icd10cm", "N18.32").stdout)
    assert shown["concept"]["code"] == "N18.32"


def test_import_list_search_and_diff_of_a_system_of_ones_own(fresh, tmp_path):
    assert fresh("import", "site-codes", str(SAMPLES / "own"), "--release", "1").exit_code == 0
    changed = (SAMPLES / "own" / "site_codes.tsv").read_text().replace("Example morning", "Example early")
    (tmp_path / "new.tsv").write_text(changed.replace("EX-3", "EX-4"))
    answer = fresh("import", "site-codes", str(tmp_path / "new.tsv"), "--release", "2")
    assert json.loads(answer.stdout)["counts"]["concepts"] == 3
    found = json.loads(fresh("search", "site-codes", "early round", "--json").stdout)
    assert found["hits"][0]["code"] == "EX-2"
    changes = [json.loads(x) for x in fresh("diff", "site-codes", "1", "2", "--json").stdout.splitlines()]
    assert [(c["code"], c["kind"]) for c in changes] == [
        ("EX-3", "removed"), ("EX-2", "retitled"), ("EX-4", "added")]  # fmt: skip
    only = fresh("diff", "site-codes", "1", "2", "--codes", "-", input="EX-2\n")
    assert "EX-2" in only.stdout
    assert "EX-3" not in only.stdout


def test_a_bad_file_is_told_by_line_and_leaves_the_release_alone(fresh, tmp_path):
    fresh("import", "site-codes", str(SAMPLES / "own"), "--release", "1")
    (tmp_path / "bad.tsv").write_text("code\tterm\tparent\nA\tsomething\t\nA\tagain\t\nB\tchild\tC\n")
    answer = fresh("import", "site-codes", str(tmp_path / "bad.tsv"), "--release", "2")
    assert answer.exit_code == 1
    assert "bad.tsv:3: code A is there twice" in answer.stderr
    assert "bad.tsv:4: code C does not exist" in answer.stderr
    assert "site-codes 1 " in fresh("list").stdout
    assert "site-codes 2 " not in fresh("list").stdout


def test_an_unknown_system_or_release_is_named(fresh):
    answer = fresh("search", "snomed", "heart")
    assert answer.exit_code == 1
    assert "snomed" in answer.stderr
    assert fresh("search", "snomed").exit_code == 2


def test_a_batch_of_encounters_is_checked_line_by_line(fresh):
    lines = [
        {"id": "a", "codes": ["E10.9", "E11.9"], "date": "2026-05-01"},
        {"id": "b", "codes": ["J18.9"], "date": "2026-05-01", "setting": "outpatient",
         "assertions": {"J18.9": {"certainty": "possible"}}},
        {"id": "c"},
        {"id": "d", "codes": ["I10"], "age": "old"},
        {"id": "e", "codes": ["I10"], "date": "2026-05-01"},
    ]  # fmt: skip
    answer = fresh("check", "--stdin", "--json", input="\n".join(map(json.dumps, lines)) + "\nno json\n")
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.exit_code == 1
    assert [row["id"] for row in rows] == ["a", "b", "c", "d", "e", None]
    assert rows[0]["problems"][0]["rule"] == "excludes1"
    assert rows[1]["problems"][0]["rule"] == "uncertain_diagnosis"
    assert "codes" in rows[2]["error"]
    assert "age" in rows[3]["error"]
    assert rows[4]["problems"] == []
    assert "line 6" in rows[5]["error"]


def test_a_map_is_proposed_with_its_rule(fresh):
    fresh("import", "SNOMED CT", str(SAMPLES / "snomed"))
    code = json.loads(fresh("search", "snomed", "example rash", "--json").stdout)["hits"][0]["code"]
    proposals = [json.loads(x) for x in fresh("map", "snomed", code, "ICD-10-CM").stdout.splitlines()]
    assert [(p["target"], p["verdict"]) for p in proposals] == [("P83.88", "unknown"), ("R21", "unknown")]
    assert "Age at onset" in proposals[0]["rule"]
