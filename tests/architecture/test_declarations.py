"""What every table, write, setting, event tag, template and registry must declare."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import Environment
from sqlalchemy import UniqueConstraint, func, select

from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, named, record
from app.audit.models import Event
from app.core.db import OPERATIONAL, PROJECTION, RECORD, Base
from app.core.digest import sha256
from app.corpus.project import Project
from app.factory import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
create_app()  # every model is imported
TABLES = Base.metadata.sorted_tables
TEMPLATES = sorted(APP.rglob("*.html"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS_SOURCE = (APP / "settings.py").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_table_says_whether_it_is_a_record(table):
    assert table.info.get("kind") in (RECORD, PROJECTION, OPERATIONAL)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_record_says_which_events_may_cover_it_and_nothing_else_does(table):
    tags = table.info.get("tags", ())
    assert bool(tags) == (table.info["kind"] == RECORD)
    assert len(set(tags)) == len(tags)
    assert all(isinstance(tag, Tag) for tag in tags)


PROJECT = {"key": "pp", "title": "P", "language": "en", "status": "active", "settings_json": "{}", "created_at": 1}


def written_under(database, *tags):
    """A project written in one transaction with events of these tags."""

    def unit(session):
        session.add(Project(**PROJECT))
        session.flush()
        for tag in tags:
            record(session, tag, stream="project:1", actor=SystemActor("tests"), subject=Subject("project", 1), at=1)

    database.writing(unit)


def test_a_record_written_without_an_event_is_refused(sqlite_database):
    with pytest.raises(RuntimeError, match="project; events: none"):
        written_under(sqlite_database)
    with sqlite_database.reading() as session:
        assert session.get(Project, 1) is None


def test_a_record_written_under_an_event_of_something_else_is_refused(sqlite_database):
    with pytest.raises(RuntimeError, match=r"project; events: review\.item\.created"):
        written_under(sqlite_database, Tag.ITEM_CREATED)
    with sqlite_database.reading() as session:
        assert session.get(Project, 1) is None
        assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_a_record_written_under_its_event_is_stored_whatever_else_happened_with_it(sqlite_database):
    written_under(sqlite_database, Tag.ITEM_CREATED, Tag.PROJECT_CREATED)
    with sqlite_database.reading() as session:
        assert session.get(Project, 1) is not None


def test_a_chunk_is_named_by_its_ends_its_number_and_a_digest():
    assert named([]) == {"count": 0}
    assert (
        named([7, 3, 5]) == named(iter([3, 5, 7])) == {"first": 3, "last": 7, "count": 3, "sha256": sha256("[3,5,7]")}
    )
    assert named([3, 6, 7])["sha256"] != named([3, 5, 7])["sha256"]


def test_no_record_is_written_behind_the_sessions_back():
    """A bulk statement passes the check for events: only tables that are no records may use one."""
    kinds = {m.class_.__name__: m.local_table.info["kind"] for m in Base.registry.mappers}
    statement = re.compile(r"\b(?:insert|update|delete|\w+_insert)\((\w+)\)")
    found = [
        (path.relative_to(APP).as_posix(), name)
        for path in APP.rglob("*.py")
        for name in statement.findall(path.read_text(encoding="utf-8"))
    ]
    assert found
    found.remove(("audit/log.py", "Event"))  # the event itself
    assert [(path, name) for path, name in found if kinds.get(name) == RECORD] == []


@pytest.mark.parametrize("field", fields(Settings), ids=lambda f: f.name)
def test_a_setting_is_explained_where_it_stands_and_in_the_readme(field):
    line = next(n for n, text in enumerate(SETTINGS_SOURCE) if text.startswith(f"    {field.name}: "))
    assert SETTINGS_SOURCE[line - 1].strip().startswith("#: ")
    assert f"CHARTMARK_{field.name.upper()}" in README


@pytest.mark.parametrize("tag", list(Tag), ids=str)
def test_an_event_tag_is_named_by_the_rule_and_explained(tag):
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.[a-z_]+", tag.value)
    assert tag.doc.endswith(".")
    assert len(tag.doc.split()) > 2


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(APP).as_posix())
def test_a_template_parses_and_runs_nothing_inline(path):
    text = path.read_text(encoding="utf-8")
    Environment(autoescape=True).parse(text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), "inline script"
    assert not re.search(r"<style\b|\sstyle=", text), "inline style"
    assert not re.search(r"<[^>{]*\son[a-z]+\s*=", text), "inline handler"
    # A literal of our own may be safe, a value may not.
    unsafe = re.search(r"[^\"'\s]\s*\|\s*safe\b", text)
    assert unsafe is None or path.name in MARKDOWN


# Markdown of guidelines, cleaned by nh3 when it is rendered.
MARKDOWN = {"guideline.html", "_guideline.html", "frame.html"}


@pytest.mark.parametrize(
    "module",
    [
        "app.agreement.judgements",
        "app.agreement.metrics.kappa",
        "app.audit.verify",
        "app.deidentify.engine",
        "app.tagging.annotate",
    ],
)
def test_engines_statistics_and_the_verifier_load_no_web_and_no_database(module):
    code = f"import sys, {module}; print(sorted({{n.split('.')[0] for n in sys.modules}} & {{'flask', 'sqlalchemy'}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_server_imports_no_training():
    """Training and its generator are for whoever makes a model: only the command that trains imports them."""
    importing = {
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if "app.deidentify.training" in path.read_text(encoding="utf-8") and "training" not in path.parts
    }
    assert importing == {"cli/deid.py"}
    code = "import sys, wsgi; wsgi.app; print([n for n in sys.modules if 'training' in n and n.startswith('app.')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_plugins_fills_registries():
    sources = "\n".join(p.read_text("utf-8") for p in APP.rglob("*.py"))
    names = "|".join(re.findall(r"^([A-Z_]+): Registry\[", sources, re.M))
    fills = re.compile(rf"\b(?:{names})\.(?:declare|add)\(")
    filled = [p for p in APP.rglob("*.py") if fills.search(p.read_text(encoding="utf-8"))]
    # Trained pipelines are data: their cards are found on disk.
    assert {p.relative_to(APP).as_posix() for p in filled} == {"pipelines/folder.py"}


@pytest.mark.parametrize("entry", ["wsgi", "migrations/env.py"])
def test_whoever_starts_the_application_composes_it(entry):
    text = (ROOT / (entry if entry.endswith(".py") else f"{entry}.py")).read_text(encoding="utf-8")
    assert "create_app" in text or "Server()" in text


FOREIGN_KEYS = [(table, key) for table in TABLES for key in table.foreign_key_constraints]
# (table, column) → why nobody ever looks from there.
NO_INDEX: dict[tuple[str, str], str] = {}


@pytest.mark.parametrize(("table", "key"), FOREIGN_KEYS, ids=lambda x: getattr(x, "name", None))
def test_a_foreign_key_has_an_index_that_begins_with_it(table, key):
    wanted = list(key.column_keys)
    if (table.name, wanted[0]) in NO_INDEX:
        return
    whole = [index for index in table.indexes if index.dialect_options["postgresql"].get("where") is None]
    keys = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    begins = [[column.name for column in one.columns][: len(wanted)] for one in (table.primary_key, *whole, *keys)]
    assert wanted in begins
