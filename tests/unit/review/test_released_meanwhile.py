"""What happens to an item while a release of it is made or written: what was read and is not so any more is refused."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.accounts.policy import ActForbidden
from app.audit.models import Event
from app.core.errors import Conflict
from app.corpus.project import change_settings
from app.jobs.job import Job
from app.release.export import ExportOrder, OutgoingRelease, export
from app.release.in_progress import MARK, OutgoingWork
from app.release.release import Release, ReleaseExport, ReleaseItem
from app.review import states
from app.review.hold import HoldKind, open_hold
from app.review.item import get_item
from app.review.opening import take_out
from tests.build import OPERATOR
from tests.signing import confirm, turn_down


@pytest.fixture
def signed(team):
    """Three signed items."""
    items = [team.read_by_two("heads", "heads") for _ in range(3)]
    for item in items:
        confirm(team, "vera", item)
    return items


def withdrawn(session, item, at):
    take_out(session, OPERATOR, item, "batch-withdrawn", at=at)


def held(session, item, at):
    open_hold(session, OPERATOR, item.id, item.project_id, HoldKind.QUESTION, at=at)


def reported(session, item, at):
    open_hold(session, OPERATOR, item.id, item.project_id, HoldKind.PHI, at=at)


def reread(session, item, at):
    states.advance(session, OPERATOR, item, "sent_to_rereview", at=at)


def at_the_end(act):
    """Progress that does something once, when everything is read."""
    left = [act]

    def progress(done, total):
        if done == total and left:
            left.pop()()

    return progress


CHANGES = [(withdrawn, "withdrawn now"), (held, "held: question"), (reread, "rereview now")]


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_an_item_that_changed_while_it_was_read_is_named_and_nothing_is_stored(team, signed, change, why):
    bad = signed[1]
    meanwhile = at_the_end(lambda: team.database.writing(lambda s: change(s, get_item(s, bad.id), team.at)))
    with pytest.raises(Conflict, match=rf"item {bad.id} \(.*{why}") as refused:
        team.cut("lena", progress=meanwhile)
    assert (refused.value.code, refused.value.details["items"]) == ("changed-meanwhile", [bad.id])
    assert (team.count(Release), team.count(ReleaseItem)) == (0, 0)
    assert [team.state(item) for item in (signed[0], signed[2])] == ["signed", "signed"]
    made = json.loads(team.cut("lena").manifest)
    assert [entry["item"] for entry in made["items"]] == [signed[0].id, signed[2].id]


def test_of_two_releases_at_once_one_is_made_and_the_other_refused(team, signed):
    with pytest.raises(Conflict, match="released now"):
        team.cut("lena", progress=at_the_end(lambda: team.cut("lena")))
    assert (team.count(Release), team.count(ReleaseItem)) == (1, 3)


def test_a_release_under_other_settings_than_it_was_read_is_refused(team, signed):
    def stricter():
        team.database.writing(lambda s: change_settings(s, OPERATOR, team.project(s), {"k_min": 2}, at=team.at))

    with pytest.raises(Conflict, match="the project changed"):
        team.cut("lena", progress=at_the_end(stricter))
    assert team.count(Release) == 0


def test_what_is_signed_while_a_release_is_made_waits_for_the_next(team, signed):
    late = team.read_by_two("tails", "tails")
    made = team.cut("lena", progress=at_the_end(lambda: confirm(team, "vera", late)))
    assert made.items == 3
    assert team.state(late) == "signed"
    assert json.loads(team.cut("lena").manifest)["items"][0]["item"] == late.id


def test_every_item_of_a_release_has_its_event_in_its_own_stream(team, signed):
    made = team.cut("lena")
    said = [body for body in team.events("review.item.advanced") if body["data"]["event"] == "included"]
    assert [body["subject"]["id"] for body in said] == [item.id for item in signed]
    assert [body["stream"] for body in said] == [f"item:{item.id}" for item in signed]
    assert {body["data"]["release"] for body in said} == {made.id}
    streams = {}
    for body in team.events():
        before = streams.get(body["stream"], (0, "0" * 64))
        assert body["seq"] == before[0] + 1
        digest = team.read(lambda s, n=body["event_id"]: s.query(Event.sha256).filter_by(event_id=n).scalar())
        assert body["prev"] == before[1]
        streams[body["stream"]] = (body["seq"], digest)


@pytest.mark.parametrize("change", ["reported", "destroyed"])
def test_a_release_that_may_not_leave_any_more_is_refused_at_the_end_naming_the_item(team, signed, change):
    made, bad = team.cut("lena"), signed[2]

    def meanwhile(session):
        item = get_item(session, bad.id)
        if change == "reported":
            reported(session, item, team.at)
        else:
            take_out(session, OPERATOR, item, "batch-withdrawn", at=team.at)

    order = ExportOrder("jsonl", progress=lambda done, total: team.database.writing(meanwhile))
    lena = team.do("lena", lambda _session, actor: actor)
    with pytest.raises(Conflict, match=f"item {bad.id}"):
        export(OutgoingRelease(team.database, lena, made.id, order, at=team.at), io.BytesIO())
    assert team.count(ReleaseExport) == 0


# --- work that is not finished ---------------------------------------------------------------------------
def unfinished(team, name, out=None, **more):
    actor = team.do(name, lambda _session, actor: actor)
    out = out or io.BytesIO()
    made = export(OutgoingWork(team.database, actor, "toys", ExportOrder("jsonl", **more), at=team.at), out)
    with zipfile.ZipFile(out) as archive:
        return made, {name: archive.read(name).decode() for name in archive.namelist()}


def test_unfinished_work_says_in_every_place_that_it_is_no_release(team, signed):
    disputed = team.read_by_two("heads", "tails")
    made, files = unfinished(team, "lena")
    assert all(name.startswith("NOT-A-RELEASE/") for name in files)
    assert files["NOT-A-RELEASE/NOT-A-RELEASE.txt"].startswith(MARK)
    manifest = json.loads(files["NOT-A-RELEASE/manifest.json"])
    assert (manifest["not_a_release"], manifest["release"]) == (True, MARK)
    lines = [json.loads(line) for line in files["NOT-A-RELEASE/items.jsonl"].splitlines()]
    assert all(line["provenance"]["not_a_release"] for line in lines)
    names = [f"{disputed.label}.reading-{number}" for number in (1, 2)]
    assert [line["id"] for line in lines] == [item.label for item in signed] + names
    assert {line["provenance"]["answer"] for line in lines[-2:]} == {"reading"}
    (event,) = team.events("release.work.exported")
    assert (event["data"]["sha256"], event["data"]["items"]) == (made.sha256, 4)
    assert (team.count(Release), team.count(ReleaseExport)) == (0, 0)


def test_what_somebody_still_has_to_read_does_not_leave_with_unfinished_work(team):
    """A reading whose co-reader is at work, and all that was said of an item that is to be read again (INV-3)."""
    open_item, ann, _ben = team.item("ann", "ben")
    team.answer("ann", ann, c1="heads")
    rejected = team.read_by_two("tails", "tails")
    turn_down(team, "vera", rejected)
    with pytest.raises(Conflict, match="no item was read"):
        unfinished(team, "lena")
    shown = team.read_by_two("heads", "heads")
    _, files = unfinished(team, "lena")
    text = json.dumps(files)
    assert shown.label in text
    assert open_item.label not in text and rejected.label not in text


@pytest.mark.parametrize("name", ["ann", "vera", "ada", "priv", "sly"])
def test_only_who_leads_takes_unfinished_work(team, signed, name):
    with pytest.raises(ActForbidden):
        unfinished(team, name)
    assert team.events("release.work.exported") == []


def test_unfinished_work_in_which_an_identifier_is_reported_meanwhile_does_not_leave(team, signed):
    bad = signed[0]

    def meanwhile(_done, _total):
        team.database.writing(lambda s: reported(s, get_item(s, bad.id), team.at))

    with pytest.raises(Conflict, match=f"item {bad.id}"):
        unfinished(team, "lena", progress=meanwhile)
    _, files = unfinished(team, "lena")
    assert bad.label not in json.dumps(files)
    kinds = team.read(lambda s: set(s.scalars(select(Job.kind))))
    assert kinds <= {"quality.measure"}
