"""A team with one project, and a browser for each of its people."""

import re
import shutil

import pytest
from sqlalchemy import func, select

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.approval import Approval
from app.accounts.loading import load_actor
from app.accounts.person import get_person, verify_identity
from app.core import clock
from app.factory import create_app
from app.jobs.job import get_job
from app.jobs.worker import run_job
from app.review.draft import ElementChange, change_draft
from app.review.item import get_item
from app.review.opening import open_task
from app.review.states import advance
from app.review.submission import submit
from app.settings import Settings
from tests.build import OPERATOR, make_project, make_task
from tests.conftest import PASSWORD, csrf
from tests.databases import opened, sqlite_url
from tests.signing import seen_answer, seen_cases
from tests.unit.accounts.people import give_credential, make_person

TEXT = "Canary chest pain. No fever."
# name → server roles, project roles, tier
CAST = {
    "boss": ((ServerRole.ADMIN,), (), 0),
    "lead": ((), (ProjectRole.MANAGER,), 0),
    "ann": ((), (ProjectRole.ANNOTATOR,), 1),
    "ben": ((), (ProjectRole.ANNOTATOR,), 1),
    "vera": ((), (ProjectRole.VERIFIER,), 3),
    "sam": ((), (ProjectRole.ADJUDICATOR,), 4),
    "pia": ((), (ProjectRole.PRIVACY_OFFICER,), 0),
    "olu": ((ServerRole.AUDITOR,), (), 0),
    "stranger": ((), (), 0),
}


def problem(start, end, **assertion):
    """A problem over TEXT, confirmed by its reader."""
    return {
        "kind": "entity",
        "fragments": [[start, end]],
        "label": "problem",
        "assertion": assertion,
        "status": "confirmed",
    }


class Team:
    """`team.get("ann", "/work")`, `team.post("lead", "/projects/first/members", role=…)`."""

    def __init__(self, folder, database, like=None):
        """`like`: a team of which folder and database are copies."""
        self.folder = folder
        self.app = create_app(Settings(var=str(folder / "var"), database_url=database.url))
        self.database = self.app.extensions["database"]
        self.settings = self.app.extensions["settings"]
        self.browsers = {}
        if like:
            self.people, self.project_id, self.schema_id = dict(like.people), like.project_id, like.schema_id
        else:
            self._make()

    def _make(self):
        self.people = {name: make_person(self.database, name, *CAST[name][0]) for name in CAST}
        for name, (_, _, tier) in CAST.items():
            if tier:
                give_credential(self.database, self.people[name], self.people["boss"], tier=tier)
        self.write(self._set_up)

    def _set_up(self, session, at):
        for name in ("vera", "sam"):
            person = get_person(session, self.people[name])
            verify_identity(session, OPERATOR, person, self.people["boss"], "passport seen", at=at)
        members = {self.people[name]: roles for name, (_, roles, _) in CAST.items() if roles}
        project, schema = make_project(session, "first", members, at=at)
        self.project_id, self.schema_id = project.id, schema.id

    def write(self, unit):
        at = clock.now()
        return self.database.writing(lambda session: unit(session, at))

    def read(self, look):
        with self.database.reading() as session:
            return look(session)

    def browser(self, name):
        if name not in self.browsers:
            browser = self.browsers[name] = self.app.test_client()
            form = {"username": name, "password": PASSWORD, "csrf_token": csrf(browser, "/sign-in")}
            assert browser.post("/sign-in", data=form).status_code == 303
            browser.token = csrf(browser, "/account")
        return self.browsers[name]

    def get(self, name, path):
        return self.browser(name).get(path)

    def post(self, name, path, **data):
        kind = "multipart/form-data" if any(isinstance(value, list | tuple) for value in data.values()) else None
        form = {"csrf_token": self.browser(name).token, **data}
        return self.browser(name).post(path, data=form, content_type=kind)

    def post_json(self, name, path, **body):
        return self.browser(name).post(path, json=body, headers={"X-CSRF-Token": self.browser(name).token})

    def approve(self, name):
        """Somebody approves what was asked for last, by password."""
        number = self.read(lambda session: session.scalar(select(func.max(Approval.id))))
        answer = self.post(name, f"/approvals/{number}/approval", username=name, password=PASSWORD)
        assert answer.status_code in (200, 303), answer.text
        return answer

    def item(self, *readers, text=TEXT):
        """An item read by the people named; ids of the item and of their tasks."""

        def unit(session, at):
            from app.corpus.project import get_project
            from app.corpus.schema import LabelSchema

            project, schema = get_project(session, "first"), session.get(LabelSchema, self.schema_id)
            item, tasks = make_task(session, project, schema, [self.people[r] for r in readers], at=at, text=text)
            return item.id, [task.id for task in tasks]

        return self.write(unit)

    def item_seat(self, item_id, name):
        """The id of somebody's task on an item."""
        from app.review.assignment import Assignment

        mine = {"item_id": item_id, "person_id": self.people[name]}
        return self.read(lambda session: session.query(Assignment).filter_by(**mine).one().id)

    def answer(self, name, task_id, **elements):
        """Open a task, say something, and submit it."""
        from app.review.assignment import get_assignment

        def unit(session, at):
            actor, task = load_actor(session, self.people[name], at=at), get_assignment(session, task_id)
            open_task(session, actor, task, at=at)
            changes = [ElementChange(key, body) for key, body in elements.items()]
            if changes:
                change_draft(session, actor, task, changes, expected_version=task.draft_version, at=at)
            submit(session, actor, task, at=at)

        self.write(unit)

    def settle(self, item_id):
        """The verifier accepts and signs, through the pages and the API she uses."""
        taken = self.post("vera", f"/items/{item_id}/verification").headers["Location"]
        signed = self.verify(item_id, self.get("vera", f"/api/v1{taken}").json)
        assert signed.status_code in (201, 202), signed.text

    def verify(self, item_id, shown, **more):
        """The verifier signs what her page showed her."""
        body = {"username": "vera", "password": PASSWORD, "meaning": "verification", "seen": seen_answer(shown), **more}
        return self.post_json("vera", f"/api/v1/items/{item_id}/verification", **body)

    def rule_cases(self, item_id, decisions):
        """Sam takes the item and decides its cases by place; what his page then shows."""
        assert self.post("sam", f"/items/{item_id}/adjudication").status_code == 303
        sam, address = self.browser("sam"), f"/api/v1/items/{item_id}"
        cases = sorted(sam.get(f"{address}/adjudication").json["cases"], key=lambda case: case["place"])
        for case, (choice, version, reason, citation) in zip(cases, decisions, strict=True):
            body = {"choice": choice, "version": version, "reason": reason, "citation": citation, "confirmed": True}
            headers = {"X-CSRF-Token": sam.token}
            ruled = sam.put(f"{address}/rulings/{case['key']}", json=body, headers=headers)
            assert ruled.status_code == 200, ruled.text
        return sam.get(f"{address}/adjudication").json

    def close(self, item_id, shown):
        """Sam signs what his page showed him."""
        said = {"meaning": shown["signing"]["settle"]["meaning"], "seen": seen_cases(shown)}
        body = {"username": "sam", "password": PASSWORD, **said}
        signed = self.post_json("sam", f"/api/v1/items/{item_id}/closing", **body)
        assert signed.status_code in (201, 202), signed.text

    def settle_cases(self, item_id, decisions):
        self.close(item_id, self.rule_cases(item_id, decisions))
        if self.read(lambda session: get_item(session, item_id).state) == "verification":
            self.settle(item_id)

    def set_state(self, item_id, event):
        self.write(lambda session, at: advance(session, OPERATOR, get_item(session, item_id), event, at=at))

    def work(self, job_id):
        """Do one job, as a worker would, without what follows it."""
        from app.cli.machine import machine

        def claim(session, at):
            job = get_job(session, job_id)
            job.state, job.lease_owner, job.lease_until = "running", "tests", 1 << 52
            return job

        with self.app.app_context():
            run_job(machine(), self.write(claim))


@pytest.fixture(scope="session")
def team_template(database_templates, tmp_path_factory):
    """A team nobody has worked in; its database lies in its folder."""
    folder = tmp_path_factory.mktemp("team")
    with database_templates.fresh("sqlite", folder) as database:
        team = Team(folder, database)
    team.database.dispose()
    return team


@pytest.fixture
def team(team_template, tmp_path):
    shutil.copytree(team_template.folder, tmp_path, dirs_exist_ok=True)
    database = opened(sqlite_url(tmp_path / "test.db"), tmp_path)
    team = Team(tmp_path, database, like=team_template)
    yield team
    team.database.dispose()
    database.dispose()


def words(answer):
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
