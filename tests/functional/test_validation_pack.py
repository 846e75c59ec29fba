"""The validation pack: a protocol that a regulated user can sign, and that says so where something is wrong."""

import json
import re

import pytest
from sqlalchemy import text

from app.cli.setup.checks.finding import Installation
from app.cli.validation import operation
from app.cli.validation.installation import code_sha256, installation_steps
from app.cli.validation.paper import QualificationRun, protocol_json, protocol_page
from app.cli.validation.protocol import NotAsExpected, ValidationStep, refused, require, run_steps, traces
from app.core.errors import Conflict


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["validation", "run", *map(str, arguments)])


@pytest.fixture
def here(app):
    return Installation(app, app.extensions["settings"], app.extensions["database"], local=True)


def verdicts(results):
    return {result.number: result.verdict for result in results}


def test_an_installation_is_qualified_and_the_protocol_can_be_signed(app, tmp_path):
    """That nobody administers this empty server is the one thing that is not as it should be here."""
    answer = run(app, tmp_path / "out", "--local", "--expect-code", code_sha256())
    said = json.loads((tmp_path / "out" / "protocol.json").read_text())
    found = {step["number"]: (step["verdict"], step["observed"]) for step in said["steps"]}
    assert [one for one, (verdict, _) in found.items() if verdict != "passed"] == ["IQ-7"], found
    assert found["IQ-7"][1].startswith("wrong: admins;")
    assert (answer.exit_code, said["passed"]) == (1, False)
    assert len([one for one in found if one.startswith("OQ")]) == 16
    assert said["requirements"]["11.200(a)(1)"] == ["OQ-7", "OQ-8"]
    page = (tmp_path / "out" / "protocol.html").read_text()
    assert page.count("<td class=blank>") == 9
    for number, (_, observed) in found.items():
        assert f"<td>{number}</td>" in page
        assert observed.split("'")[0][:20] in re.sub("&#x27;|&quot;", "'", page)
    for word in operation.NAME.split():
        assert word not in page + answer.output
    assert list(tmp_path.glob("chartmark-qualification-*")) == []


def test_a_folder_with_something_in_it_is_left_alone(app, tmp_path):
    (tmp_path / "kept").write_text("kept")
    answer = run(app, tmp_path)
    assert answer.exit_code == 1
    assert "folder of its own" in answer.output


def test_other_code_than_expected_is_a_failed_step(here):
    found = run_steps(installation_steps(here, "0" * 64))
    assert verdicts(found)["IQ-3"] == "failed"


def test_a_guard_that_is_missing_is_named(app, here):
    with here.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
    [guards] = [one for one in run_steps(installation_steps(here)) if one.number == "IQ-6"]
    assert (guards.verdict, "audit_event_no_update" in guards.observed) == ("failed", True)


def test_what_is_done_although_it_must_be_refused_fails():
    with pytest.raises(NotAsExpected):
        refused(lambda: None)

    def other():
        raise Conflict("another-reason", "x")

    with pytest.raises(NotAsExpected):
        refused(other, "this-reason")
    assert refused(other) == "refused: another-reason"


def test_what_rests_on_a_failed_step_is_not_run_and_words_of_errors_stay_out():
    def fails():
        raise ValueError("Rosalind Quarrow")

    steps = [
        ValidationStep("OQ-1", "a", ("R1",), "x", fails),
        ValidationStep("OQ-2", "b", ("R1", "R2"), "x", lambda: require(True, "fine"), ("OQ-1",)),
        ValidationStep("OQ-3", "c", ("R2",), "x", lambda: "fine"),
    ]
    found = run_steps(steps)
    assert list(verdicts(found).values()) == ["failed", "not run", "passed"]
    assert "Quarrow" not in str(found)
    assert traces(found) == {"R1": ["OQ-1", "OQ-2"], "R2": ["OQ-2", "OQ-3"]}
    done = QualificationRun("host", "login", 0, 1, "0" * 64, found)
    assert not done.passed
    assert "Not passed" in protocol_page(done)
    assert json.loads(protocol_json(done))["counts"] == {"passed": 1, "failed": 1, "not run": 1}
