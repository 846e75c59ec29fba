"""The register in the browser: stating, signing with both components, withdrawing; and a project's suggestions."""

import re

import pytest
from sqlalchemy import select

from app.accounts.actor import ServerRole
from app.accounts.person import get_person
from app.accounts.role import grant_role
from app.audit.models import Event
from app.corpus.project import change_settings, get_project
from app.jobs.job import list_jobs
from app.pipelines.register.lookup import list_entries, standing_of
from tests.build import OPERATOR
from tests.conftest import PASSWORD
from tests.functional.web.conftest import problem, words
from tests.unit.pipelines.register.office import Toy, installed

PAGE = "/pipelines/toy"
STATED = {
    "intended_use": "Suggests problems to readers of notes.",
    "evidence": "Measured on invented notes: it finds four letters.",
    "languages": "en",
    "review_by": "",
}


@pytest.fixture
def office(team):
    """The team, with a toy pipeline; `lead` may also speak for the server."""
    team.write(lambda s, at: grant_role(s, OPERATOR, get_person(s, team.people["lead"]), ServerRole.MANAGER, at=at))
    with installed(Toy()):
        team.write(lambda s, at: change_settings(s, OPERATOR, get_project(s, "first"), {"pipeline": "toy"}, at=at))
        yield team


def state(team, who="lead", **changes):
    day = re.search(r'name="review_by"[^>]*value="([0-9-]+)"', team.get("lead", PAGE).text)[1]
    return team.post(who, f"{PAGE}/entries", **(STATED | {"review_by": day} | changes))


def sign(team, who="lead", password=PASSWORD, number=1):
    return team.post(who, f"{PAGE}/entries/{number}/signature", username=who, password=password)


def in_force(team):
    return team.read(lambda s: standing_of(s, "toy", at=2_000_000_000_000)).recorded is not None


def test_an_entry_is_stated_then_signed_with_name_and_password(office):
    assert "no signed entry" in words(office.get("lead", PAGE))
    assert state(office).status_code == 303
    assert "not signed" in words(office.get("lead", PAGE))
    assert "Sign entry 1" in words(office.get("lead", PAGE))
    assert "Sign entry 1" not in words(office.get("boss", PAGE)), "only the owner signs"
    assert sign(office).headers["Location"].startswith(PAGE)
    page = words(office.get("lead", PAGE))
    assert "In force until its review" in page
    assert "Dr Lead" in page
    assert "in force" in words(office.get("ann", "/pipelines"))
    assert [job.kind for job in office.read(lambda s: list_jobs(s, office.project_id))] == ["preannotate.run"]


def test_a_wrong_password_signs_nothing_and_is_in_the_log(office):
    state(office)
    answer = sign(office, password="something else entirely")
    assert answer.status_code == 422
    assert "nothing was signed" in words(answer)
    assert not in_force(office)
    tags = office.read(lambda s: list(s.scalars(select(Event.tag))))
    assert tags.count("accounts.reauthentication.refused") == 1
    assert "preannotate.entry.signed" not in tags


def test_identifiers_and_dates_too_far_away_come_back_with_the_field_named(office):
    answer = state(office, evidence="Seen by Dr. Rosalind Quarrow, MRN: 77120456")
    assert answer.status_code == 422
    assert "evidence : characters 13 to 28 look like an identifier: NAME" in words(answer)
    assert "review by : the review is due within twelve months" in words(state(office, review_by="2199-01-01"))
    assert "a date, as 2026-11-21" in words(state(office, review_by="soon"))
    assert "a whole number of years" in words(state(office, least_age="old"))
    assert office.read(lambda s: list_entries(s, "toy")) == []


def test_only_admins_and_managers_of_the_server_write_and_whoever_has_a_role_reads(office):
    state(office)
    for who in ("ann", "vera", "sam", "olu", "pia"):
        assert office.get(who, PAGE).status_code == 200
        assert 'action="/pipelines' not in office.get(who, PAGE).text
        assert state(office, who).status_code == 403
        assert sign(office, who).status_code == 403
        assert office.post(who, f"{PAGE}/entries/1/withdrawal", reason="no").status_code == 403
    assert sign(office, "boss").status_code == 403  # may sign, and does not own this one
    assert office.get("stranger", PAGE).status_code == 404
    assert "/pipelines" not in office.get("stranger", "/account").text
    assert office.get("lead", "/pipelines/nope").status_code == 404
    assert not in_force(office)


def test_a_withdrawn_entry_says_why_and_no_longer_counts(office):
    state(office)
    sign(office)
    office.post("lead", f"{PAGE}/entries/1/withdrawal", reason="It misses negation in lists.")
    page = words(office.get("ann", PAGE))
    assert "the entry was withdrawn" in page
    assert "It misses negation in lists." in page
    answer = office.post("lead", f"{PAGE}/entries/1/withdrawal", reason="Again.")
    assert answer.status_code == 409


def test_a_project_shows_its_pipelines_and_what_readers_made_of_suggestions(office):
    state(office)
    sign(office)
    page = "/projects/first/suggestions"
    _, tasks = office.item("ann", "ben")
    job = office.read(lambda s: list_jobs(s, office.project_id)[0].id)
    office.work(job)
    office.answer("ann", tasks[0], s1=suggested(status="confirmed"))
    assert "No first reading" in words(office.get("lead", page)), "while Ben reads, counts would tell what Ann said"
    office.answer("ben", tasks[1], s1=suggested(status="rejected"), e1=problem(7, 17))
    shown = words(office.get("lead", page))
    assert "toy 1" in shown
    assert "problem 2 1 50 % 0 0 % 1 50 %" in shown
    assert office.get("sam", page).status_code == 200
    for who, status in (("ann", 403), ("vera", 403), ("stranger", 404)):
        assert office.get(who, page).status_code == status
        assert office.post(who, f"{page}/run").status_code == status
    assert office.post("sam", f"{page}/run").status_code == 403
    assert office.post("lead", f"{page}/run").status_code == 303


def suggested(**changes):
    origin = {"by": "model", "suggestion": "s1", "pipeline": "toy", "version": "1"}
    return {"kind": "entity", "fragments": [[0, 4]], "label": "problem", "origin": origin, **changes}


def test_refused_texts_are_counted_by_their_rule(office):
    state(office, note_types="discharge summary")
    sign(office)
    office.item("ann", "ben")
    office.work(office.read(lambda s: list_jobs(s, office.project_id)[0].id))
    assert "note type: 1" in words(office.get("lead", "/projects/first/suggestions"))


def test_pipelines_beside_the_first_are_chosen_in_the_settings(office):
    page = "/projects/first/settings"
    form = dict(re.findall(r'<input id="(\w+)"[^>]*value="([^"]*)"', office.get("lead", page).text))
    chosen = re.findall(
        r'<select id="(\w+)".*?<option value="([^"]+)" selected', office.get("lead", page).text, re.DOTALL
    )
    answer = office.post("lead", page, **form | dict(chosen) | {"other_pipelines": "nope"})
    assert "must be of chartmark_rules" in words(answer)
    assert office.post("lead", page, **form | dict(chosen) | {"other_pipelines": "medspacy_stock"}).status_code == 303
    assert "comparison only" in words(office.get("lead", "/projects/first/suggestions"))
    assert len(office.read(lambda s: list_jobs(s, office.project_id))) == 1
