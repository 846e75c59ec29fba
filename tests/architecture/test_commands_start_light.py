"""Commands that a person types one after another import what they need and no more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import app.audit.evidence  # noqa: F401  (its registries are used by commands only)
from app import plugins, surface
from app.core import registry
from app.core.db import RECORD, Base
from app.factory import Server, create_app
from app.tables import TABLES

ROOT = Path(__file__).parents[2]
create_app()
# Libraries that make a start slow, and everything that speaks HTTP.
HEAVY = ("spacy", "medspacy", "thinc", "numpy", "rapidfuzz", "flask_login", "markdown_it", "nh3")
WEB = ("app.web", "app.api", "app.http", "app.demo")
PROBE = """
import json, sys
from flask.cli import main
sys.argv = ["flask", "--app", "wsgi", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(sys.modules)]))
"""
COMMANDS = [
    ["accounts", "list"],
    ["accounts", "create", "ann", "--name", "Ann"],
    ["project", "list"],
    ["project", "create", "study"],
    ["project", "members", "study"],
    ["audit", "seal"],
    ["audit", "keys"],
    ["jobs", "list", "study"],
]


@pytest.fixture(scope="module")
def home(database_templates, tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with database_templates.sqlite(folder) as url:
        environment = {"CHARTMARK_VAR": str(folder), "CHARTMARK_DATABASE_URL": url}
        _run(environment, ["project", "create", "study", "--title", "S"])
        yield environment


def _run(environment, arguments):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_loads_no_language_model_no_arrays_and_no_pages(arguments, home):
    code, modules = _run(home, arguments)
    assert code in (0, 1 if arguments[:2] == ["project", "create"] else 0)
    heavy = [name for name in modules if name.split(".")[0] in HEAVY or name.startswith(WEB)]
    assert heavy == []


def test_the_server_is_built_by_the_first_request_and_not_before():
    code = (
        "import sys, wsgi; early = 'app.web.home' in sys.modules; "
        "print(early, wsgi.app.test_client().get('/sign-in').status_code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "200"]


def test_the_routes_are_there_for_whoever_lists_them(home):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "routes"]
    done = subprocess.run(command, cwd=ROOT, env=home, capture_output=True, text=True, check=True)
    assert "/sign-in" in done.stdout
    assert "/api/v1/session" in done.stdout


def test_a_server_that_could_not_be_built_answers_nobody(monkeypatch):
    monkeypatch.setattr(surface, "BLUEPRINTS", ("app.web.home:no_such_pages",))
    server = Server()
    for _ in range(2):
        with pytest.raises(AttributeError):
            server.test_client().get("/sign-in")


def test_every_table_that_others_refer_to_is_where_the_list_says():
    """Else a command that imports one table stops at a foreign key to another, or at a row that an event commits to."""
    homes = {mapper.local_table.name: mapper.class_.__module__ for mapper in Base.registry.mappers}
    referred = {key.column.table.name for table in Base.metadata.tables.values() for key in table.foreign_keys}
    assert {name: homes[name] for name in TABLES} == TABLES
    recorded = {name for name, table in Base.metadata.tables.items() if table.info["kind"] == RECORD}
    assert (referred | recorded) <= set(TABLES)


@pytest.mark.parametrize("kind", plugins.PARTS)
def test_every_declared_part_is_what_it_is_declared_as(kind):
    (found,) = [one for one in registry.registries() if one.name == kind]
    declared = [key for key in plugins.PARTS[kind] if key != registry.FOUND]
    assert [found.get(key).key for key in declared] == declared


def test_every_registry_is_told_what_there_is():
    assert {one.name for one in registry.registries()} == set(plugins.PARTS)
