"""Fixtures of all tests: an application over a fresh database, a browser, people who sign in."""

import re

import pytest

from app.accounts.actor import OperatorActor
from app.accounts.person import NewPerson, create_person, get_person
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role
from app.core import clock
from app.core.db import Base
from app.factory import create_app
from app.settings import Settings

PASSWORD = "wandering teapots sing"
OPERATOR = OperatorActor("tests")


@pytest.fixture
def app(tmp_path):
    app = create_app(Settings(var=str(tmp_path)))
    database = app.extensions["database"]
    Base.metadata.create_all(database.engine)
    yield app
    database.dispose()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def person(app):
    """`person("ann", ServerRole.ADMIN)` opens an account with a password; returns the row."""
    database = app.extensions["database"]

    def make(username, *roles, display_name="Dr Test"):
        at = clock.now()

        def unit(session):
            made = create_person(session, OPERATOR, NewPerson(username, display_name), at=at)
            for role in roles:
                grant_role(session, OPERATOR, made, role, at=at)
            return made.id, issue_link(session, OPERATOR, made, at=at)

        person_id, token = database.writing(unit)
        choose_password(database, token, PASSWORD, at=at)
        with database.reading() as session:
            return get_person(session, person_id)

    return make


@pytest.fixture
def sign_in(app):
    """`sign_in("ann")` returns a browser of hers; its `.csrf()` is the token its forms carry."""

    def enter(username, password=PASSWORD):
        browser = app.test_client()
        answer = browser.post(
            "/sign-in",
            data={"username": username, "password": password, "csrf_token": csrf(browser, "/sign-in")},
        )
        assert answer.status_code == 303, answer.text
        browser.csrf = lambda: csrf(browser, "/account")
        return browser

    return enter


def csrf(browser, path):
    """The token a page carries for this browser."""
    return re.search(r'name="csrf-token" content="([0-9a-f]{64})"', browser.get(path).text)[1]
