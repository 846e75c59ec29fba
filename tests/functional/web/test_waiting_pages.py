"""What nobody here can do stands on the overview and in what `project assign` says; Cases offers what one may take."""

import json

from sqlalchemy import event

from app.corpus.project import change_settings, get_project
from tests.build import OPERATOR
from tests.functional.web.conftest import problem, words


def agreed(team):
    item, tasks = team.item("ann", "ben")
    for name, task in zip(("ann", "ben"), tasks, strict=True):
        team.answer(name, task, e1=problem(7, 17))
    return item


def need_a_cardiologist(session, at):
    change_settings(session, OPERATOR, get_project(session, "first"), {"specialties": ["cardiology"]}, at=at)


def test_the_overview_and_the_command_say_what_cannot_go_on_and_why(team):
    agreed(team)
    clear = words(team.get("lead", "/projects/first"))
    assert "cannot go on here" not in clear
    team.write(need_a_cardiologist)
    said = "1 item cannot go on here (verify): nobody with specialty cardiology"
    assert said in words(team.get("lead", "/projects/first"))
    assert said not in words(team.get("ann", "/projects/first"))
    told = team.app.test_cli_runner().invoke(args=["project", "assign", "first"])
    answer = json.loads(told.output.splitlines()[-1])
    assert answer["stopped"] == [said]
    assert "What is escalated could not go on here: nobody with specialty cardiology" in answer["ahead"]


def test_cases_offers_nothing_that_would_be_refused(team):
    agreed(team)
    assert "Verify " in words(team.get("vera", "/cases"))
    team.write(need_a_cardiologist)
    page = words(team.get("vera", "/cases"))
    assert "Nothing waits that you may take" in page


def test_cases_asks_the_database_as_often_for_fifty_rows_as_for_five(team):
    counts, told = {}, []
    note = lambda *args: told.append(args[2])  # noqa: E731
    team.get("vera", "/cases")
    for rows in (5, 50):
        for _ in range(rows - sum(counts)):
            agreed(team)
        event.listen(team.database.engine, "before_cursor_execute", note)
        page = team.get("vera", "/cases")
        event.remove(team.database.engine, "before_cursor_execute", note)
        assert f"To verify ({rows})" in words(page)
        counts[rows] = len(told)
        told.clear()
    assert counts[5] == counts[50]
