"""A release in a project that asks for two people: the lead asks, another approves by password, both are in the log."""

import json

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.accounts.approval import Approval
from app.accounts.person import get_person
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock
from app.corpus.member import Member, add_member, remove_member
from app.corpus.project import change_settings, get_project
from app.jobs.job import Job
from app.release.release import Release
from tests.build import OPERATOR
from tests.conftest import PASSWORD
from tests.functional.web.conftest import problem, words
from tests.unit.accounts.people import make_person

PAGE = "/projects/first/releases"


@pytest.fixture
def signed(team):
    """Signed work in such a project, which `lead` and `lou` lead."""
    team.people["lou"] = make_person(team.database, "lou")

    def unit(session, at):
        project = get_project(session, "first")
        changes = {"workflow": "trainee_verifier", "release_approval": True}
        change_settings(session, OPERATOR, project, changes, at=at)
        add_member(session, OPERATOR, project, team.people["lou"], ProjectRole.MANAGER, at=at)

    team.write(unit)
    item, (task,) = team.item("ann")
    team.answer("ann", task, e1=problem(7, 17))
    team.settle(item)
    return team


def events(team, tag):
    query = select(Event.body).where(Event.tag == str(tag)).order_by(Event.id)
    return [json.loads(body) for body in team.read(lambda session: list(session.scalars(query)))]


def rows(team, model):
    return team.read(lambda session: list(session.scalars(select(model).order_by(model.id))))


def asked(team, name="lead"):
    """The number of the approval that somebody's release waits for."""
    assert team.post(name, PAGE).status_code == 303
    assert rows(team, Release) == []
    return rows(team, Approval)[-1].id


def decide(team, name, number, verdict="approval", password=PASSWORD, username=None):
    return team.post(name, f"/approvals/{number}/{verdict}", username=username or name, password=password)


def made(team):
    """The releases there are once the worker has done what waits."""
    for job in rows(team, Job):
        if job.kind == "release.cut" and job.state == "queued":
            team.work(job.id)
    return rows(team, Release)


def test_another_lead_approves_and_request_approval_and_release_are_in_the_log(signed):
    number = asked(signed)
    assert made(signed) == []
    assert "a release of what is signed, made for lead" in words(signed.get("lou", "/approvals"))
    assert decide(signed, "lou", number).status_code == 303
    [release] = made(signed)
    assert release.cut_by == signed.people["lead"]
    [request], [given], [cut] = (
        events(signed, tag) for tag in (Tag.APPROVAL_ASKED, Tag.APPROVAL_GIVEN, Tag.RELEASE_CUT)
    )
    assert (request["actor"]["id"], given["actor"]["id"]) == (signed.people["lead"], signed.people["lou"])
    assert given["data"]["requested_by"] == signed.people["lead"]
    assert given["data"]["authentication"]["factors"] == ["username", "password"]
    assert request["data"]["facts"] == given["data"]["facts"]
    assert (cut["actor"]["id"], cut["actor"]["approval"]) == (signed.people["lead"], number)
    assert decide(signed, "lou", number).status_code == 409  # once
    assert len(made(signed)) == 1


def test_a_privacy_officer_of_the_project_approves_too(signed):
    number = asked(signed)
    assert decide(signed, "pia", number).status_code == 303
    assert len(made(signed)) == 1


@pytest.mark.parametrize("name", ["lead", "boss", "vera", "sam", "ann", "olu", "stranger"])
def test_neither_who_asked_nor_who_answers_for_nothing_here_approves(signed, name):
    number = asked(signed)
    assert decide(signed, name, number).status_code in (403, 404)
    assert decide(signed, name, number, "refusal").status_code in (403, 404)
    assert rows(signed, Approval)[-1].decided_at is None
    assert made(signed) == []
    assert events(signed, Tag.APPROVAL_GIVEN) == []


def test_a_wrong_factor_approves_nothing_and_is_in_the_log_each_time(signed):
    number = asked(signed)
    assert decide(signed, "lou", number, password="not the password of lou").status_code == 403
    assert decide(signed, "lou", number, username="lead").status_code == 403
    assert made(signed) == []
    refused = events(signed, Tag.REAUTH_FAILED)
    assert [one["actor"]["id"] for one in refused] == [signed.people["lou"]] * 2


def test_a_request_of_last_week_is_too_old(signed, monkeypatch):
    number, real = asked(signed), clock.now
    signed.browsers.clear()
    monkeypatch.setattr(clock, "now", lambda: real() + 7 * clock.DAY + 1)
    assert decide(signed, "lou", number).status_code == 409
    assert made(signed) == []
    assert asked(signed) == number + 1  # and may be asked for again


def test_what_was_refused_or_taken_back_is_not_made(signed):
    number = asked(signed)
    assert decide(signed, "lou", number, "refusal").status_code == 303
    assert decide(signed, "lou", number).status_code == 409
    number = asked(signed)
    assert signed.post("lead", f"/approvals/{number}/withdrawal").status_code == 303
    assert decide(signed, "lou", number).status_code == 409
    assert made(signed) == []
    assert [one["data"]["decision"] for one in events(signed, Tag.APPROVAL_REFUSED)] == ["refused", "withdrawn"]


def test_who_leads_no_more_has_asked_in_vain(signed):
    number = asked(signed)
    lead = signed.people["lead"]

    def leave(session, at):
        role = session.scalars(select(Member).where(Member.person_id == lead)).one()
        remove_member(session, OPERATOR, role, at=at)

    signed.write(leave)
    assert decide(signed, "lou", number).status_code in (403, 404)  # as whoever is outside the project is answered
    assert made(signed) == []
    assert signed.read(lambda session: get_person(session, lead).is_active)
