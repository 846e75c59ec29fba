"""`flask agreement compute` as it is called from outside: files in, one JSON object out."""

import csv
import gzip
import json
import tracemalloc
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.agreement import agreement
from app.factory import compose

compose()
SHARED = Path(__file__).parents[3] / "shared" / "data" / "iaa"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="public agreement data is not beside the repository"
)


def run(*arguments):
    return CliRunner().invoke(agreement, ["compute", *map(str, arguments)])


def computed(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


ROWS = [
    ("1", "a", "yes"),
    ("1", "b", "yes"),
    ("2", "a", "no"),
    ("2", "b", "yes"),
    ("3", "a", "no"),
    ("3", "b", "no"),
]


def table(rows, delimiter=","):
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.csv", table(ROWS)),
        ("plain.tsv", table(ROWS, "\t")),
        ("header.csv", table([("item", "rater", "value"), *ROWS])),
        ("other_order.tsv", table([("label", "annotator", "id"), *[row[::-1] for row in ROWS]], "\t")),
        ("unknown_header.csv", table([("patient", "doctor", "verdict"), *ROWS])),
        ("crlf.csv", table(ROWS).replace("\n", "\r\n")),
        ("bom.csv", "\ufeff" + table([("item", "rater", "value"), *ROWS])),
        ("lines.jsonl", "".join(json.dumps(dict(zip(("item", "rater", "value"), row, strict=True))) + "\n"
                                for row in ROWS)),
    ],
)  # fmt: skip
def test_the_same_ratings_in_any_form_give_the_same_figure(write, name, text):
    report = computed(write(name, text), "--metric", "cohen", "--metric", "percent")
    assert (report["raters"], report["items"], report["categories"]) == (["a", "b"], 3, ["no", "yes"])
    assert report["metrics"]["cohen"]["value"] == pytest.approx(0.4)
    assert report["metrics"]["percent"]["value"] == pytest.approx(2 / 3)
    assert report["metrics"]["cohen"]["n"] == 3
    assert report["exclusions"] == []


def test_several_files_are_one_table(write):
    one = write("a.csv", table(ROWS[::2]))
    other = write("b.csv", table(ROWS[1::2]))
    assert computed(one, other, "--metric", "cohen")["metrics"]["cohen"]["value"] == pytest.approx(0.4)


def test_a_rater_who_rates_an_item_three_times_counts_once_if_at_all(write):
    same = [*ROWS, ("1", "a", "yes"), ("1", "a", "yes")]
    report = computed(write("same.csv", table(same)), "--metric", "cohen")
    assert report["metrics"]["cohen"]["value"] == pytest.approx(0.4)
    assert report["exclusions"] == [{"reason": "repeated_rating", "where": "1", "rater": "a", "times": 2}]
    torn = [*ROWS, ("1", "a", "no"), ("1", "a", "yes")]
    report = computed(write("torn.csv", table(torn)), "--metric", "cohen")
    assert report["metrics"]["cohen"]["n"] == 2
    assert report["metrics"]["cohen"]["excluded"] == {"not_rated_by_both": 1}
    assert report["exclusions"] == [
        {"reason": "rated_more_than_once_differently", "where": "1", "rater": "a", "times": 3}
    ]


def test_missing_ratings_are_named_and_alpha_uses_the_rest(write):
    path = write(
        "gaps.csv", table([*ROWS, ("4", "a", "yes"), ("4", "b", "NA"), ("5", "a", ""), ("5", "b", "no")])
    )
    report = computed(path, "--metric", "cohen", "--metric", "alpha")
    assert report["metrics"]["cohen"]["n"] == 3
    assert report["metrics"]["alpha-nominal"]["excluded"] == {"rated_once": 2}
    assert [entry["where"] for entry in report["exclusions"]] == ["4", "5"]
    assert {entry["reason"] for entry in report["exclusions"]} == {"missing_rating"}


def test_one_label_in_two_spellings_is_pointed_out_and_folded_on_request(write):
    rows = [("1", "a", "Side effect"), ("1", "b", "side-effect"), ("2", "a", "none"), ("2", "b", "none")]
    path = write("spelt.csv", table(rows))
    report = computed(path, "--metric", "percent")
    assert report["metrics"]["percent"]["value"] == 0.5
    assert len(report["warnings"]) == 1
    assert "--fold" in report["warnings"][0]
    assert computed(path, "--metric", "percent", "--fold")["metrics"]["percent"]["value"] == 1.0


def test_one_and_one_point_zero_are_one_rating(write):
    rows = [("1", "a", "1"), ("1", "b", "1.0"), ("2", "a", "0.5"), ("2", "b", "0.5")]
    report = computed(write("numbers.csv", table(rows)), "--metric", "percent,alpha-interval")
    assert report["categories"] == ["0.5", "1"]
    assert [figure["value"] for figure in report["metrics"].values()] == [1.0, 1.0]


def test_order_must_be_declared_unless_values_are_numbers(write):
    rows = [("1", "a", "mild"), ("1", "b", "severe"), ("2", "a", "none"), ("2", "b", "none")]
    path = write("grades.csv", table(rows))
    assert (
        computed(path, "--metric", "kappa-linear")["metrics"]["kappa-linear"]["reason"] == "order_undeclared"
    )
    declared = computed(path, "--metric", "kappa-linear", "--categories", "none,mild,severe")
    assert declared["metrics"]["kappa-linear"]["value"] == pytest.approx(0.5)


def test_a_wide_table_has_one_rater_per_column(write):
    path = write("wide.csv", "id,r1,r2,r3\n1,a,a,a\n2,a,b,b\n3,b,b,b\n")
    assert computed(path, "--wide", "--metric", "fleiss")["metrics"]["fleiss"]["value"] == pytest.approx(0.55)


def test_an_undefined_figure_is_null_with_its_reason_and_no_failure(write):
    report = computed(write("same.csv", table([(i, r, "x") for i in "123" for r in "ab"])))
    cohen = report["metrics"]["cohen"]
    assert (cohen["value"], cohen["reason"], cohen["details"]["observed"]) == (None, "no_variation", 1.0)


def test_without_a_metric_all_of_the_unit_are_computed(write):
    ratings = computed(write("r.csv", table(ROWS)))["metrics"]
    assert {"cohen", "alpha-ordinal", "ac1", "psa-positive"} <= set(ratings)
    assert "f1-strict" not in ratings
    assert ratings["psa-positive"]["value"] == pytest.approx(2 / 3)


def test_items_of_one_document_are_resampled_together(write):
    rows = [("document", "item", "rater", "value")]
    rows += [
        (d, f"{d}{i}", rater, rater if d == "x" else "s") for d in "xy" for i in range(5) for rater in "ab"
    ]
    assert computed(write("d.csv", table(rows)), "--metric", "percent")["documents"] == 2


BRAT = {
    "ann/anna/n1.txt": "no fever, rash after aspirin",
    "ann/anna/n1.ann": "T1\tPROBLEM 3 8\tfever\nT2\tDRUG 21 28\taspirin\nT3\tPROBLEM 10 14\trash\n"
                       "R1\tcauses Arg1:T2 Arg2:T3\t\nA1\tNegated T1\n#1\tAnnotatorNotes T1\tsure\n",
    "ann/bert/n1.txt": "no fever, rash after aspirin",
    "ann/bert/n1.ann": "T1\tPROBLEM 3 8\tfever\nT2\tDRUG 21 28\taspirin\nT3\tPROBLEM 10 20\trash after\n"
                       "R1\tcauses Arg1:T2 Arg2:T3\n",
    "ann/anna/n2.txt": "well",
    "ann/anna/n2.ann": "",
}  # fmt: skip


@pytest.fixture
def folder(write, tmp_path):
    for name, text in BRAT.items():
        write(name, text)
    return tmp_path / "ann"


def test_a_brat_folder_has_one_folder_per_reader(folder):
    report = computed(folder, "--unit", "span")
    figures = {key: figure["value"] for key, figure in report["metrics"].items()}
    assert report["raters"] == ["anna", "bert"]
    assert figures["f1-strict"] == pytest.approx(2 / 3)
    assert figures["f1-relaxed"] == 1
    assert figures["dice"] == pytest.approx(2 * 16 / (16 + 22))
    assert figures["relation-f1"] == 0
    assert figures["relation-f1-conditional"] is None
    assert report["exclusions"] == [{"reason": "document_missing", "where": "n2", "rater": "bert"}]


def test_a_folder_of_ann_files_is_one_reader_and_two_make_a_pair(folder):
    report = computed(folder / "anna", folder / "bert", "--unit", "span", "--metric", "f1")
    assert report["metrics"]["f1-strict"]["value"] == pytest.approx(2 / 3)


def test_tokens_come_from_the_texts_beside_the_annotations(folder):
    report = computed(folder, "--unit", "token", "--metric", "token-kappa", "--metric", "cohen")
    assert report["metrics"]["cohen"]["n"] == 6
    assert report["metrics"]["token-kappa"]["warnings"][0] == "inflated_by_unmarked_tokens"
    assert report["metrics"]["token-kappa"]["value"] == report["metrics"]["cohen"]["value"]


def test_broken_lines_of_a_brat_file_are_named_and_the_rest_counts(write, tmp_path):
    for rater in ("a", "b"):
        write(f"x/{rater}/d.txt", "some words here")
    good = "T1\tX 0 4\tsome\n"
    write(
        "x/a/d.ann", good + "T2 X 5 10 words\nT3\tX 5 99\twords\nT1\tX 5 10\twords\nR1\tr Arg1:T1 Arg2:T9\n"
    )
    write("x/b/d.ann", good)
    report = computed(tmp_path / "x", "--unit", "span", "--metric", "f1-strict")
    assert report["metrics"]["f1-strict"]["value"] == 1
    assert [(e["reason"], e["where"]) for e in report["exclusions"]] == [
        ("bad_line", "a/d.ann: line 2"),
        ("bad_offsets", "a/d.ann: line 3"),
        ("id_used_twice", "a/d.ann: line 4"),
        ("bad_relation", "a/d.ann: line 5"),
    ]


def test_events_of_a_brat_file_link_their_trigger_to_their_arguments(write, tmp_path):
    spans = "T1\tAE 0 4\tsome\nT2\tDrug 5 10\twords\n"
    write("x/a/d.ann", spans + "E1\tAE:T1 Cause:T2\nR1\tnear Arg1:E1 Arg2:T2\n")
    write("x/b/d.ann", spans + "E1\tAE:T1 Cause:T2\nR1 broken\n")
    report = computed(tmp_path / "x", "--unit", "span", "--metric", "relation-f1")
    assert report["metrics"]["relation-f1"]["value"] == pytest.approx(2 / 3)
    assert [(e["reason"], e["where"]) for e in report["exclusions"]] == [("bad_line", "b/d.ann: line 4")]


def test_readers_who_saw_different_texts_are_pointed_out(write, tmp_path):
    write("x/a/d.txt", "one text")
    write("x/b/d.txt", "another text")
    for rater in "ab":
        write(f"x/{rater}/d.ann", "T1\tX 0 3\tone\n")
    report = computed(tmp_path / "x", "--unit", "span", "--metric", "f1-strict")
    assert report["exclusions"] == [{"reason": "texts_differ", "where": "b/d.ann"}]


def test_spans_as_json_lines_with_relations(write):
    first = {
        "document": "d",
        "rater": "a",
        "text": "rash after aspirin",
        "spans": [{"start": 0, "end": 4, "label": "ADE"}, {"start": 11, "end": 18, "label": "DRUG"}],
        "relations": [{"type": "causes", "head": 1, "tail": 0}],
    }
    second = {**first, "rater": "b", "entities": first["spans"][:1], "relations": []}
    del second["spans"]
    path = write("s.jsonl", "\n".join(map(json.dumps, (first, second))))
    report = computed(path, "--unit", "span")["metrics"]
    assert report["f1-strict"]["value"] == pytest.approx(2 / 3)
    assert report["relation-f1"]["value"] == 0


def test_broken_json_lines_are_named_without_being_quoted(write):
    secret = "Zyxwvut"
    lines = [json.dumps({"item": "1", "rater": r, "value": "x"}) for r in "ab"]
    lines += [
        f'{{"{secret}',
        json.dumps([secret]),
        json.dumps({"item": "1", "value": secret}),
        json.dumps({"item": "2", "rater": "a", "value": [secret]}),
        json.dumps({"item": "d", "rater": "a", "spans": [{"start": 5, "end": 2, "label": secret}]}),
    ]
    result = run(write("b.jsonl", "\n".join(lines)), "--metric", "percent", "--json")
    assert secret not in result.output
    report = json.loads(result.stdout)
    assert [entry["reason"] for entry in report["exclusions"]] == [
        "bad_json",
        "bad_json",
        "no_item_or_rater",
        "bad_value",
        "bad_offsets",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "empty"),
        ("blank.csv", "\n\n", "empty"),
        ("prose.csv", "just a sentence\nand another\n", "one column"),
        ("latin.csv", "1,a,caf\xe9\n".encode("latin-1"), "UTF-8"),
        ("quote.csv", '1,a,"x\n2,a,y\n', "unclosed quote"),
        ("narrow.csv", "1,a\n2,b\n", "has 2 columns"),
        ("counts.csv", "none,mild,severe,worst\n0,1,4,2\n7,0,0,0\n", "has 4 columns"),
        ("nobody.csv", "item,rater,value\n1,,x\n", "no line with item, rater and value"),
    ],
)
def test_a_file_that_is_no_table_is_refused_naming_it(write, name, content, message):
    result = run(write(name, content), "--json")
    assert result.exit_code == 1
    assert name in result.output
    assert message in result.output


def test_short_lines_are_left_out_by_number(write):
    report = computed(write("short.csv", "1,a,x\n1,b,x\n2,a\n,b,y\n"), "--metric", "percent")
    assert [(e["reason"], e["where"]) for e in report["exclusions"]] == [
        ("too_few_columns", "short.csv: line 3"), ("no_item_or_rater", "short.csv: line 4")
    ]  # fmt: skip


def test_a_metric_nobody_knows_or_of_another_unit_is_refused(write):
    path = write("r.csv", table(ROWS))
    assert "known: percent" in run(path, "--metric", "nonsense").output
    assert "compares spans" in run(path, "--metric", "f1-strict").output


def test_several_metrics_may_follow_one_option_and_other_names_must_be_files(write):
    path = write("r.csv", table(ROWS))
    assert list(computed(path, "--metric", "cohen", "percent")["metrics"]) == ["cohen", "percent"]
    assert "does not exist" in run(path, "nowhere.csv", "--metric", "cohen").output
    assert "does not exist" in run(path, "percent").output
    assert run("percent", "--metric", "cohen").exit_code == 1


def test_spans_asked_of_ratings_and_ratings_of_spans_are_refused(write, folder):
    assert (
        run(
            write("r.jsonl", json.dumps({"item": "1", "rater": "a", "value": "x"})), "--unit", "span"
        ).exit_code
        == 1
    )
    assert "--unit span" in run(folder).output


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "none").mkdir()
    assert "no .ann file" in run(tmp_path / "none", "--unit", "span").output


def test_without_json_a_person_can_read_it(write):
    output = run(write("r.csv", table([*ROWS, ("9", "a", "")])), "--metric", "cohen").output
    assert "Cohen's kappa" in output
    assert "0.4000" in output
    assert "left out: 9: missing_rating" in output


def test_the_list_of_metrics_names_their_sources():
    result = CliRunner().invoke(agreement, ["metrics", "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {"key", "title", "unit", "source"} == set(rows[0])


def wide_table(rows=300):
    said = [",".join("ab"[n % every == 0] for every in (2, 3, 5)) for n in range(rows)]
    lines = [f"{n},Text number {n} of the file,{said[n]}" for n in range(rows)]
    return "id,text,ann,ben,joe\n" + "\n".join(lines) + "\n"


def test_the_columns_of_a_wide_table_are_named(write):
    path = write("w.csv", wide_table())
    report = computed(path, "--item", "id", "--raters", "ann,ben", "--raters", "joe", "--metric", "fleiss")
    assert (report["raters"], report["items"]) == (["ann", "ben", "joe"], 300)
    assert computed(path, "--wide", "--raters", "3,4", "--metric", "cohen")["raters"] == ["ann", "ben"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--wide"], "column 2 ('text') holds values that are all different"),
        (["--raters", "ann,text"], "more than 200; most of them (300) of rater 'text'"),
        (["--raters", "ann,bob"], "names no column 'bob'"),
        (["--raters", "ann,ann"], "once each"),
        (["--raters", "id,ann"], "once each"),
        (["--item", "9", "--raters", "ann,ben"], "names no column '9'"),
    ],
)
def test_a_column_that_is_no_rater_is_refused_before_any_table_is_built(write, arguments, message):
    result = run(write("w.csv", wide_table()), *arguments)
    assert result.exit_code == 1
    assert message in result.output


def test_two_hundred_categories_are_taken_and_one_more_is_refused(write):
    lines = [f"{n},{r},v{n}" for n in range(201) for r in "ab"]
    assert run(write("l.csv", "item,rater,value\n" + "\n".join(lines[:400])), "--metric", "percent").exit_code == 0
    refused = run(write("l.csv", "item,rater,value\n" + "\n".join(lines)), "--metric", "percent")
    assert refused.exit_code == 1
    assert "201 different values" in refused.output


@needs_shared
def test_a_table_with_ids_and_texts_needs_little_memory(tmp_path):
    path = tmp_path / "neuro.csv"
    packed = SHARED / "neurotrialner_round2" / "annotated_combined_arrays_neuro_round2.csv.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    tracemalloc.start()
    result = run(path, "--wide")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.exit_code == 1
    assert "--raters" in result.output
    assert peak < 100_000_000


def test_how_missing_ratings_are_taken_is_said_where_definitions_differ(write):
    rows = [("1", "a", "x"), ("1", "b", "x"), ("1", "c", "y"), ("2", "a", "y"), ("2", "b", "y")]
    rows += [("3", "b", "x"), ("3", "c", "x")]
    report = computed(write("m.csv", table(rows)), "--metric", "conger", "--metric", "randolph")
    conger, randolph = report["metrics"]["conger"], report["metrics"]["randolph"]
    assert conger["excluded"]["not_rated_by_both"] > 0
    assert "on the items both rated" in conger["source"]
    assert (randolph["value"], randolph["reason"]) == (None, "unequal_raters")
    assert "equally many ratings" in randolph["source"]


@needs_shared
def test_fleiss_own_diagnoses_from_a_wide_table():
    report = computed(
        SHARED / "tables" / "irr" / "diagnoses.csv", "--wide", "--metric", "fleiss", "--metric", "light"
    )
    assert report["metrics"]["fleiss"]["value"] == pytest.approx(0.430245, abs=1e-6)
    assert report["items"] == 30


@needs_shared
def test_four_readers_of_seven_documents():
    folder = SHARED / "bratiaa_4_annotators" / "example-files" / "example-project"
    report = computed(folder, "--unit", "span")
    assert (len(report["raters"]), report["documents"]) == (4, 7)
    figures = [report["metrics"][key]["value"] for key in ("f1-strict", "f1-relaxed", "f1-relaxed-untyped")]
    assert figures == sorted(figures)
    assert 0.8 < figures[0] < figures[2] < 1
    for figure in report["metrics"].values():
        if figure["value"] is not None:
            assert figure["interval"]["low"] <= figure["value"] <= figure["interval"]["high"]


@needs_shared
def test_ordinal_ratings_of_five_clinicians(tmp_path):
    with (SHARED / "ehr_rel_a" / "EHR-RelA.tsv").open(encoding="utf-8") as source:
        rows = list(csv.DictReader(source, delimiter="\t"))
    path = tmp_path / "long.tsv"
    path.write_text(
        "".join(
            f"{i}\t{rater}\t{row[rater]}\n"
            for i, row in enumerate(rows)
            for rater in row
            if "rater_" in rater
        )
    )
    report = computed(path, "--metric", "alpha-ordinal", "--metric", "light-quadratic")
    assert len(report["raters"]) == 5
    assert report["ordered"]
    assert 0.3 < report["metrics"]["alpha-ordinal"]["value"] < 1
