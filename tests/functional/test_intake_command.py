"""`intake load` from the command line: what it says of files that are no notes, and how it exits."""

import json
import zipfile

import pytest


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()

    def run(*arguments):
        with app.app_context():
            return runner.invoke(args=[str(a) for a in arguments])

    assert run("project", "create", "pp").exit_code == 0
    return run


def test_what_was_passed_over_is_listed_in_a_field_of_its_own_and_is_no_failure(flask, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "NOTE1.TXT").write_text("No fever today.")
    (folder / "README.txt").write_text("Notes of the ward. They are from May.")
    answer = flask("intake", "load", "pp", folder, "--json")
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert (said["stored"], said["refused"], said["passed"]) == (1, 0, 1)
    assert [one["where"] for one in said["passed_over"]] == ["entry 2"]
    assert "README" in said["passed_over"][0]["message"]
    (folder / "NOTE1.ann").write_text("T1\tDrug 0 2\tNo\n")
    again = flask("intake", "load", "pp", folder)
    assert again.exit_code == 1
    assert "brat standoff (.ann)" in again.stdout
    assert "passed over: entry 3: " in again.stdout


def test_a_column_named_for_a_table_is_not_looked_for_in_text_files_beside_it(flask, tmp_path):
    (tmp_path / "one.txt").write_text("No fever today.")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("two.txt", "The cough has settled.")
    (tmp_path / "table.csv").write_text("id,report_body\nthree,The lungs are clear.\n")
    paths = [tmp_path / name for name in ("one.txt", "more.zip", "table.csv")]
    answer = flask("intake", "load", "pp", *paths, "--map", "text=report_body", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["stored"] == 3


@pytest.mark.parametrize(("name", "said"), [("n.pdf", "PDF"), ("n.ann", "brat"), ("n.bin", "unknown kind")])
def test_a_file_no_reader_takes_is_named_before_a_batch_is_opened(flask, tmp_path, name, said):
    (tmp_path / name).write_bytes({"n.pdf": b"%PDF-1.4", "n.ann": b"T1\tDrug 0 2\tNo\n", "n.bin": b"\x01\x02"}[name])
    answer = flask("intake", "load", "pp", tmp_path / name)
    assert answer.exit_code == 1
    assert said in answer.output
    assert "Traceback" not in answer.output
    assert flask("intake", "list", "pp").stdout == ""


def test_a_schema_or_guideline_that_cannot_be_read_is_refused_with_file_and_line(flask, tmp_path):
    (tmp_path / "s.json").write_text('{"key": "s",\n oops}')
    (tmp_path / "g.md").write_bytes(b"# Rules\n\nCaf\xe9\n")
    schema = flask("schema", "load", tmp_path / "s.json", "--project", "pp")
    assert (schema.exit_code, "s.json line 2" in schema.output) == (1, True)
    guideline = flask("project", "guideline", "pp", tmp_path / "g.md", "--version", "1", "--by", "nobody")
    assert guideline.exit_code == 1
    assert "Traceback" not in guideline.output
