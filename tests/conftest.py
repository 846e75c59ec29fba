"""Fixtures everybody shares."""

import pytest

from tests.databases import KINDS, Templates


@pytest.fixture(scope="session")
def database_templates(tmp_path_factory):
    templates = Templates(tmp_path_factory.mktemp("templates"))
    yield templates
    templates.drop()


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
