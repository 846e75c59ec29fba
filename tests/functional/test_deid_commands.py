"""`flask deid text` and `flask deid evaluate`, through the command line."""

import json

import pytest

from app.factory import create_app

NOTE = "Mr. John Smith (MRN 998877) was seen on 3/4/2024 at Mayo Clinic. 😀 Call 617-555-0123."


@pytest.fixture()
def run():
    runner = create_app().test_cli_runner()

    def call(*arguments, lines=()):
        text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        return runner.invoke(args=["deid", *arguments], input=text)

    return call


def answers(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_text_comes_back_clean_with_spans_of_the_input(run):
    result = run("text", "--rules-only", lines=[{"id": "n1", "text": NOTE}])
    (answer,) = answers(result)
    assert result.exit_code == 0
    assert set(answer) == {"id", "text", "spans"}
    assert answer["text"] == "Mr. [NAME] (MRN [MRN]) was seen on [DATE] at [ORGANIZATION]. 😀 Call [PHONE]."
    assert [NOTE[s["start"] : s["end"]] for s in answer["spans"]] == [
        "John Smith",
        "998877",
        "3/4/2024",
        "Mayo Clinic",
        "617-555-0123",
    ]
    assert all(set(s) == {"start", "end", "type", "score", "recogniser", "certain"} for s in answer["spans"])


def test_order_is_kept_and_bad_lines_are_answered_in_their_place(run):
    lines = [
        {"id": 1, "text": "plain"},
        "no json\n",
        {"id": 2, "text": 7},
        {"id": 3, "text": "x", "known": {"names": "Smith"}},
        {"id": 4, "text": "x", "known": []},
        {"id": 5, "text": "x", "known": {"nick": ["a"]}},
        {"id": 6, "text": "a\u0000b"},
        {"id": 7, "text": "", "known": {"names": None}},
        {"id": 8, "text": "ok", "known": None},
    ]
    result = run("text", "--rules-only", lines=lines)
    got = answers(result)
    assert result.exit_code == 1
    assert [a["id"] for a in got] == [1, None, 2, 3, 4, 5, 6, 7, 8]
    assert ["error" in a for a in got] == [False, True, True, True, True, True, True, False, False]
    assert got[3]["error"] == "bad-known: known.names: must be a list of strings"


def test_an_error_never_quotes_the_text(run):
    result = run("text", "--rules-only", lines=[{"id": 1, "text": "Oberholzer\u0000", "known": {"ids": "Oberholzer"}}])
    assert "Oberholzer" not in result.output


def test_known_identifiers_are_used(run):
    record = {
        "id": 1,
        "text": "then zebulon came, 4471-b",
        "known": {"names": ["Zebulon Pike"], "ids": ["4471B"]},
    }
    (answer,) = answers(run("text", "--rules-only", lines=[record]))
    assert answer["text"] == "then [NAME] came, [ID]"


def test_surrogates_repeat_with_the_same_key_only(run, tmp_path):
    keys = [tmp_path / name for name in ("a", "b")]
    for path in keys:
        path.write_bytes(path.name.encode() * 32)
    texts = [
        answers(
            run(
                "text",
                "--rules-only",
                "--mode",
                "surrogate",
                "--key-file",
                str(k),
                lines=[{"id": 1, "text": NOTE}],
            )
        )[0]["text"]
        for k in (keys[0], keys[0], keys[1])
    ]
    assert texts[0] == texts[1] != texts[2]
    assert "Smith" not in texts[0]


def test_evaluation_gives_one_report(run, tmp_path):
    gold = tmp_path / "gold.jsonl"
    spans = [{"start": 4, "end": 14, "type": "PATIENT"}, {"start": 40, "end": 48, "type": "DATE_TIME"}]
    gold.write_text(json.dumps({"id": "n1", "text": NOTE, "spans": spans}) + "\n")
    (report,) = answers(run("evaluate", "--rules-only", str(gold)))
    assert report["documents"] == 1
    assert report["documents_with_a_leak"] == 0
    assert report["levels"]["strict"]["NAME"]["recall"] == 1.0
    assert report["levels"]["strict"]["NAME"]["recall_interval"] == [0.2065, 1.0]
    assert report["levels"]["token"]["DATE"]["f2"] == 1.0


def test_a_bad_gold_line_is_named(run, tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"id":1,"text":"abc","spans":[]}\n{"id":2,"text":"abc","spans":[{"start":0,"end":9,"type":"NAME"}]}\n'
    )
    result = run("evaluate", "--rules-only", str(gold))
    assert result.exit_code != 0
    assert "line 2" in str(result.exception) + result.output


def test_the_model_is_part_of_the_default(run):
    text = "Unlike last year, Vashkoreth Drimolen walked in and sat down."
    (answer,) = answers(run("text", lines=[{"id": 1, "text": text}]))
    assert "Drimolen" not in answer["text"]


def test_a_text_in_a_language_without_recognisers_is_an_error_and_the_others_are_done(run):
    german = "Der Patient wurde mit Brustschmerzen in die Klinik gebracht, Herr Weber ist nicht stabil."
    lines = [{"id": 1, "text": "Mr. Weber was seen."}, {"id": 2, "text": german}, {"id": 3, "text": "BP 120/80"}]
    result = run("text", "--rules-only", lines=lines)
    first, second, third = answers(result)
    assert result.exit_code == 1
    assert first["text"] == "Mr. [NAME] was seen."
    assert second["id"] == 2
    assert "German has no recognisers" in second["error"]
    assert set(second) == {"id", "error"}
    assert "Weber" not in second["error"]
    assert third["text"] == "BP 120/80"
