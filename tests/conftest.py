"""Fixtures of all tests: an application over a fresh database, a browser, people who sign in."""

import os
import re
import shutil
from pathlib import Path

import pytest

from app.accounts import password
from app.accounts.actor import OperatorActor
from app.accounts.person import NewPerson, create_person, get_person
from app.accounts.reset import choose_password, issue_link
from app.accounts.role import grant_role
from app.core import clock
from app.factory import create_app
from app.settings import Settings
from tests.databases import KINDS, Templates
from tests.quick import REAL_HASHER, make_quick

# Thousands of small databases wait for the disk most of the time: in memory, where there is room for them.
MEMORY = Path("/dev/shm")
ROOMY = 6 << 30
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOMY:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

make_quick()
PASSWORD = "wandering teapots sing"
OPERATOR = OperatorActor("tests")


@pytest.fixture(scope="session")
def database_templates(tmp_path_factory):
    templates = Templates(tmp_path_factory.mktemp("templates"))
    yield templates
    templates.drop()


@pytest.fixture
def real_hasher(monkeypatch):
    """Passwords are hashed as dearly as on a server."""
    monkeypatch.setattr(password, "_HASHER", REAL_HASHER)
    password._nobodys_hash.cache_clear()
    yield
    password._nobodys_hash.cache_clear()


@pytest.fixture(params=KINDS)
def database(request, database_templates, tmp_path):
    """An empty database with all tables; the test runs on SQLite and on PostgreSQL."""
    with database_templates.fresh(request.param, tmp_path) as database:
        yield database


@pytest.fixture
def sqlite_database(database_templates, tmp_path):
    """An empty SQLite database, for tests about the embedded case or of no particular database."""
    with database_templates.fresh("sqlite", tmp_path) as database:
        yield database


@pytest.fixture
def app(sqlite_database, tmp_path):
    """The application over an empty SQLite database."""
    app = create_app(Settings(var=str(tmp_path), database_url=sqlite_database.url))
    yield app
    app.extensions["database"].dispose()


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
