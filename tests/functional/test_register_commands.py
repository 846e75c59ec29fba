"""The register from the shell: a pipeline of one's own is stated, signed, listed and withdrawn."""

import json

import pytest

from app.accounts.actor import ServerRole
from app.corpus.project import create_project
from app.jobs.job import list_jobs
from tests.build import OPERATOR
from tests.conftest import PASSWORD
from tests.unit.pipelines.register.office import Toy, installed


@pytest.fixture
def shell(app, person, tmp_path):
    person("mia", ServerRole.MANAGER)
    person("ann")
    with installed(Toy()):
        yield Shell(app, tmp_path)


class Shell:
    def __init__(self, app, folder):
        self.app, self.folder = app, folder

    def run(self, *arguments, typed=None, code=0):
        done = self.app.test_cli_runner().invoke(args=["preannotate", *map(str, arguments)], input=typed)
        assert done.exit_code == code, done.output
        return done.output

    def statement(self, **body):
        path = self.folder / "toy.json"
        path.write_text(
            json.dumps({"intended_use": "suggest problems", "evidence": "measured on invented notes"} | body)
        )
        return path

    def listed(self, key):
        lines = [json.loads(line) for line in self.run("list").splitlines()]
        return next(line["register"] for line in lines if line["key"] == key)


def test_a_pipeline_is_registered_signed_listed_and_withdrawn(shell):
    assert shell.listed("toy")["problems"] == ["not-registered"]
    file = shell.statement(note_types=["discharge summary"], least_age=18)
    assert json.loads(shell.run("register", "toy", file, "--owner", "mia"))["signed"] is False
    assert shell.listed("toy")["in_force"] is False
    assert "nothing was signed" in shell.run("sign", "toy", "--by", "mia", typed="a wrong password\n", code=1)
    assert "role-missing" in shell.run("sign", "toy", "--by", "ann", typed=f"{PASSWORD}\n", code=1)
    assert json.loads(shell.run("sign", "toy", "--by", "mia", typed=f"{PASSWORD}\n"))["signed_by"] == "mia"
    standing = shell.listed("toy")
    assert (standing["in_force"], standing["owner"]) == (True, "mia")
    shell.run("withdraw", "toy", "--because", "It misses too much.")
    assert shell.listed("toy")["problems"] == ["withdrawn"]


def test_accepting_what_is_shipped_is_one_command_and_a_wrong_password_leaves_no_entry(shell):
    shell.run("accept", "chartmark_rules", "--by", "mia", typed="a wrong password\n", code=1)
    assert shell.listed("chartmark_rules")["entry"] is None
    shell.run("accept", "chartmark_rules", "--by", "mia", typed=f"{PASSWORD}\n")
    assert shell.listed("chartmark_rules")["in_force"] is True
    assert "no entry is shipped" in shell.run("accept", "toy", "--by", "mia", typed=f"{PASSWORD}\n", code=1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"evidence": 7}, "evidence is of the wrong kind"),
        ({"languages": "en"}, "languages is of the wrong kind"),
        ({"least_age": "18"}, "least_age is of the wrong kind"),
        ({"review_by": "soon"}, "review_by is a date"),
        ({"digest": "0"}, "digest is no part of a statement"),
        ({"evidence": " "}, "evidence: this must be stated"),
        ({"languages": ["fr"]}, "languages: this pipeline does not read fr"),
    ],
)
def test_a_statement_that_is_wrong_is_refused_naming_the_field(shell, body, said):
    assert said in shell.run("register", "toy", shell.statement(**body), "--owner", "mia", code=1)


def test_texts_are_looked_at_again_and_rates_are_lines_of_json(shell):
    database = shell.app.extensions["database"]
    number = database.writing(lambda s: create_project(s, OPERATOR, "study", "Study", at=1).id)
    shell.run("run", "study")
    with database.reading() as session:
        assert [job.kind for job in list_jobs(session, number)] == ["preannotate.run"]
    assert shell.run("rates", "study", "--rebuild") == ""
