"""A project may say which region its texts may not leave: exports to elsewhere and workers elsewhere are stopped."""

from types import SimpleNamespace

import pytest

from app.core.errors import Conflict, Invalid
from app.corpus.project import change_settings
from app.corpus.settings import checked_settings
from app.jobs.job import enqueue, get_job
from app.jobs.needs import what_is_lacking
from app.jobs.worker import work_on
from app.release.export import ExportOrder, export
from app.release.in_progress import OutgoingWork
from app.release.readings import OutgoingReadings
from tests.build import OPERATOR
from tests.team import T0, Team


@pytest.fixture
def team(database):
    team = Team(database, workflow="two_readers_adjudicator", region="eu")
    team.read_by_two("heads", "heads")
    return team


@pytest.mark.parametrize("outgoing", [OutgoingWork, OutgoingReadings])
@pytest.mark.parametrize(("region", "refused"), [("us", "us"), ("", "say which"), ("eu-west", "eu-west")])
def test_an_export_to_elsewhere_is_refused_and_says_why(team, outgoing, region, refused, tmp_path):
    lena = team.do("lena", lambda _session, actor: actor)
    with (tmp_path / "out").open("w+b") as out, pytest.raises(Conflict, match=refused) as error:
        export(outgoing(team.database, lena, "toys", ExportOrder("jsonl", region=region), at=T0), out)
    assert error.value.code == "region"
    assert "'eu'" in str(error.value)


def test_where_it_goes_stands_in_the_event(team, tmp_path):
    lena = team.do("lena", lambda _session, actor: actor)
    with (tmp_path / "out").open("w+b") as out:
        export(OutgoingWork(team.database, lena, "toys", ExportOrder("jsonl", region=" EU "), at=T0), out)
    assert [event["data"]["region"] for event in team.events("release.work.exported")] == ["eu"]


def test_a_project_without_a_region_asks_nothing(team, tmp_path):
    team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), {"region": ""}, at=T0))
    lena = team.do("lena", lambda _session, actor: actor)
    with (tmp_path / "out").open("w+b") as out:
        export(OutgoingWork(team.database, lena, "toys", ExportOrder("jsonl"), at=T0), out)
    assert "region" not in team.events("release.work.exported")[0]["data"]


def test_a_host_of_another_region_leaves_the_job(team):
    job = team.database.writing(
        lambda s: enqueue(s, "release.cut", {}, project_id=team.project_id, person_id=None, at=T0).id
    )
    for region, lacking in (("us", "other-region"), ("", "other-region"), ("eu", "")):
        host = SimpleNamespace(database=team.database, settings=SimpleNamespace(host_region=region), vault=None)
        assert team.read(lambda s, host=host: what_is_lacking(host, s, get_job(s, job))) == lacking
        if lacking:
            assert work_on(host, job) == 0
            row = team.read(lambda s: get_job(s, job))
            assert (row.state, row.error) == ("queued", "other-region")


@pytest.mark.parametrize("changes", [{"region": "European Union"}, {"ends_on": "tomorrow"}, {"ends_on": "2027-02-30"}])
def test_labels_and_days_are_checked(changes):
    with pytest.raises(Invalid):
        checked_settings(changes)
    assert checked_settings({"region": "eu-west", "ends_on": "2027-02-28"})["ends_on"] == "2027-02-28"


