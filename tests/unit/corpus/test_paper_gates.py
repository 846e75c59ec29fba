"""Papers are gates: what is asked for and not in force stops the act, and says so a month before."""

from typing import get_args

import pytest

from app.core.clock import DAY
from app.core.errors import Conflict, Invalid
from app.corpus.paper import PaperKind, file_paper
from app.corpus.paper_gates import GATES, list_endings, require_papers
from app.corpus.project import change_settings, create_project
from app.corpus.settings import PaperName
from tests.build import OPERATOR
from tests.unit.accounts.people import T0


@pytest.fixture
def project(sqlite_database):
    def unit(session):
        made = create_project(session, OPERATOR, "pp", "P", at=T0)
        asked = {"papers_to_export": ["agreement", "ethics"], "papers_to_load": ["agreement"]}
        change_settings(session, OPERATOR, made, asked, at=T0)
        return made

    return sqlite_database.writing(unit)


def file(database, project, kind, ends_at):
    database.writing(
        lambda s: file_paper(s, OPERATOR, project, kind, "P", sha256="0" * 64, expires_at=ends_at, at=T0)
    )


def missing(database, project, act, at):
    with database.reading() as session:
        try:
            require_papers(session, project, act, at=at)
        except Conflict as refused:
            assert refused.code == "paper-missing"
            return refused.details["kinds"]
    return []


def test_each_act_needs_what_the_project_asks_of_it_and_no_more(sqlite_database, project):
    assert missing(sqlite_database, project, "export", T0) == ["agreement", "ethics"]
    assert missing(sqlite_database, project, "release", T0) == []
    file(sqlite_database, project, "agreement", None)
    assert missing(sqlite_database, project, "load", T0) == []
    assert missing(sqlite_database, project, "export", T0) == ["ethics"]


def test_an_expiry_stops_the_next_act_and_is_told_a_month_before(sqlite_database, project):
    end = T0 + 60 * DAY
    for kind in ("agreement", "ethics"):
        file(sqlite_database, project, kind, end)
    assert missing(sqlite_database, project, "export", end - 1) == []
    assert missing(sqlite_database, project, "export", end) == ["agreement", "ethics"]

    def told(at):
        with sqlite_database.reading() as session:
            return [(one.kind, one.acts, one.in_force) for one in list_endings(session, project, at=at)]

    assert told(end - 31 * DAY) == []
    soon = [("agreement", ("load", "export"), True), ("ethics", ("export",), True)]
    assert told(end - 30 * DAY) == soon
    assert [in_force for *_, in_force in told(end)] == [False, False]
    file(sqlite_database, project, "ethics", None)
    assert [kind for kind, *_ in told(end)] == ["agreement"]


def test_settings_name_every_kind_of_paper_and_every_act_has_its_setting(project):
    assert set(get_args(PaperName)) == set(PaperKind)
    assert all(project.setting(setting) is not None for setting in GATES.values())


def test_a_paper_is_not_in_force_before_it_begins(sqlite_database, project):
    begins, ends = T0 + 5 * DAY, T0 + 90 * DAY

    def unit(session):
        for kind in ("agreement", "ethics"):
            dates = {"starts_at": begins, "expires_at": ends}
            file_paper(session, OPERATOR, project, kind, "P", sha256="0" * 64, **dates, at=T0)

    sqlite_database.writing(unit)
    assert missing(sqlite_database, project, "load", begins - 1) == ["agreement"]
    assert missing(sqlite_database, project, "load", begins) == []
    assert missing(sqlite_database, project, "load", ends) == ["agreement"]
    with sqlite_database.reading() as session:
        told = list_endings(session, project, at=T0)
        assert [(one.kind, one.in_force) for one in told] == [("agreement", False), ("ethics", False)]
        assert list_endings(session, project, at=begins) == []


def test_a_paper_does_not_end_before_it_begins(sqlite_database, project):
    dates = {"starts_at": T0 + DAY, "expires_at": T0 + DAY}
    with pytest.raises(Invalid) as refused:
        sqlite_database.writing(
            lambda s: file_paper(s, OPERATOR, project, "ethics", "P", sha256="0" * 64, **dates, at=T0)
        )
    assert [problem.where for problem in refused.value.problems] == ["expires_at"]
